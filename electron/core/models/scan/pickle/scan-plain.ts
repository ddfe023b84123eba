import type { Scan, ScanItem } from '../scan.ts'
import { isAllowedImport } from './allowed-imports.ts'
import { isGadget, isPythonName } from './gadgets.ts'
import { interpretPickle } from './interpret-pickle.ts'
import { isJoblibArray } from './joblib-array.ts'
import { judgePickle } from './judge-pickle.ts'
import type { PickleEvents } from './pickle-run.ts'
import type { PickleBytes } from './pickle-value.ts'

class Stopped extends Error {}

/**
 * A file of joblib once more, as `pickle.load` would read it: the bytes of its arrays are opcodes then. Of honest arrays that ends at once,
 * or in an import that Python could never find. What could be found and is not allowed is reported, and what is done with the rest behind the
 * first array: before it both read the same. Gives the pickles that would be loaded then.
 */
export async function scanAsPlainPickle(scan: Scan, item: ScanItem, start: number): Promise<readonly PickleBytes[]> {
  const verdicts = judgePickle(scan, item, { persistentIds: true })
  const { events } = verdicts
  let behind = false
  const ignore = () => undefined
  const stop = () => {
    throw new Stopped()
  }
  const found: (() => void)[] = []
  const plain: PickleEvents = {
    imported(global, offset) {
      const { module, name } = global
      // One that a call works out may be any.
      if (module === undefined || name === undefined) return void found.push(() => events.imported(global, offset))
      if (!isPythonName(`${module}.${name}`)) throw new Stopped()
      // An array of objects takes `numpy` out of the memo of its own pickle: to this reader another text stands there.
      if (name === 'dtype' && !isGadget(module, name)) return
      if (!isAllowedImport(module, name)) found.push(() => events.imported(global, offset))
    },
    called(...call) {
      if (behind && call[0].kind === 'global') events.called(...call)
    },
    alteredImport(...change) {
      if (behind) events.alteredImport(...change)
    },
    overMemory(...name) {
      if (behind) events.overMemory(...name)
    },
    manyMembers: ignore,
    built(instance, offset) {
      if (isJoblibArray(instance)) behind = true
      else if (behind) events.built(instance, offset)
    },
    passedOn(...pass) {
      if (behind) events.passedOn(...pass)
    },
    forgotten: ignore,
    persistentId: ignore,
    extension: stop,
    outOfBandBuffer: stop,
    frameOverrun: stop,
    broken: stop,
  }
  try {
    await interpretPickle(item.source, plain, { start, signal: scan.signal, step: scan.step })
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
  }
  for (const report of found) report()
  return verdicts.nested
}
