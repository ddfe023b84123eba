import type { Scan, ScanItem } from '../scan.ts'
import { isAllowedImport } from './allowed-imports.ts'
import { isPythonName } from './gadgets.ts'
import { interpretPickle } from './interpret-pickle.ts'
import { judgePickle } from './judge-pickle.ts'

class Stopped extends Error {}

/**
 * A file of joblib once more, as `pickle.load` would read it: the bytes of its arrays are opcodes then. Of honest arrays that ends at once,
 * or in an import that Python could never find. What could be found and is not allowed is reported.
 */
export async function scanAsPlainPickle(scan: Scan, item: ScanItem, start: number): Promise<void> {
  const { events } = judgePickle(scan, item, { persistentIds: true })
  const ignore = () => undefined
  const stop = () => {
    throw new Stopped()
  }
  const found: (() => void)[] = []
  const plain = {
    ...events,
    imported: (global: Parameters<typeof events.imported>[0], offset: number) => {
      const { module = '', name = '' } = global
      if (!isPythonName(`${module}.${name}`)) throw new Stopped()
      if (!isAllowedImport(module, name)) found.push(() => events.imported(global, offset))
    },
    called: ignore,
    alteredImport: ignore,
    built: ignore,
    passedOn: ignore,
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
}
