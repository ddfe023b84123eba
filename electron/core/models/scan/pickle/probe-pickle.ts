import type { ByteSource } from '../../byte-source.ts'
import type { Scan } from '../scan.ts'
import { isGadget, isPythonName } from './gadgets.ts'
import { interpretPickle } from './interpret-pickle.ts'
import type { PickleEvents } from './pickle-run.ts'
import { TORCH_MAGIC } from './torch-magic.ts'

class Stopped extends Error {}

/**
 * Would `pickle.load` run anything of a file that is something else by its beginning, or nothing known? Pickles of protocol 0 and 1 have
 * no magic number, and one file can be two things at once. Counts what runs before the first error: a pickle from end to end, a known
 * gadget, or an import that is called. Text that merely begins like an import (`cat`, then `dog` on the next line) is none.
 */
export async function looksLikePickle(scan: Scan, source: ByteSource): Promise<boolean> {
  let [imports, calls, gadgets] = [0, 0, 0]
  const note = () => undefined
  const events: PickleEvents = {
    imported({ module, name }) {
      if (module !== undefined && name !== undefined && !isPythonName(`${module}.${name}`)) throw new Stopped()
      imports += 1
      if (module !== undefined && name !== undefined && isGadget(module, name)) gadgets += 1
    },
    called() {
      calls += 1
    },
    alteredImport: note,
    overMemory: note,
    manyMembers: note,
    built: note,
    passedOn: note,
    forgotten: note,
    extension: note,
    persistentId: note,
    outOfBandBuffer: note,
    frameOverrun: note,
    broken() {
      throw new Stopped()
    },
  }
  let [end, isTorch]: [number | undefined, boolean] = [undefined, false]
  try {
    const found = await interpretPickle(source, events, { start: 0, signal: scan.signal, step: scan.step })
    end = found.end
    isTorch = found.result?.kind === 'number' && found.result.value === TORCH_MAGIC
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
  }
  return end === source.size || isTorch || gadgets > 0 || (imports > 0 && (calls > 0 || end !== undefined))
}
