import type { ModelFormat } from '#shared/model/model-format.ts'
import { sliceSource } from '../byte-source.ts'
import { readNpy } from '../readers/npy.ts'
import { Unreadable } from '../readers/unreadable.ts'
import { scanPickles } from './pickle/scan-pickle.ts'
import type { Nested, Scan, ScanItem } from './scan.ts'

/** An array of numpy; of objects it is a pickle, which `np.load` runs with `allow_pickle`. Several may follow each other in one file. */
export async function scanNpy(scan: Scan, item: ScanItem, nested: Nested): Promise<ModelFormat> {
  const { descr, shape, objects, dataAt, dataBytes } = await readNpy(item.source, scan.signal)
  scan.fact('array', `${descr} (${shape.join(', ')})`)
  const rest = sliceSource(item.source.path, item.source, dataAt, item.source.size - dataAt)
  if (objects) {
    await scanPickles(scan, { ...item, source: rest, member: item.member }, nested)
    return 'npy'
  }
  if (dataBytes === undefined) return 'npy'
  if (dataBytes > rest.size) throw new Unreadable(`npy: its data has ${rest.size} of ${dataBytes} bytes`, dataAt)
  if (dataBytes < rest.size) {
    const next = sliceSource(item.source.path, rest, dataBytes, rest.size - dataBytes)
    await nested({
      ...item,
      source: next,
      member: item.member === '' ? 'after the array' : `${item.member} › after the array`,
      depth: item.depth + 1,
    })
  }
  return 'npy'
}
