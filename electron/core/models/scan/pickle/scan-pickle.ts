import { type ByteSource, bytesSource, sliceSource } from '../../byte-source.ts'
import { readText } from '../../readers/text.ts'
import { Unreadable } from '../../readers/unreadable.ts'
import { joined } from '../member-path.ts'
import type { Nested, Scan, ScanItem } from '../scan.ts'
import { interpretPickle } from './interpret-pickle.ts'
import { isJoblibArray, joblibArrayOf } from './joblib-array.ts'
import { judgePickle, type PicklePlace, type Verdicts } from './judge-pickle.ts'
import type { PickleRun } from './pickle-run.ts'
import { other, type PickleBytes, type PickleObject, type PickleValue } from './pickle-value.ts'
import { scanAsPlainPickle } from './scan-plain.ts'
import { TORCH_MAGIC } from './torch-magic.ts'

/** Magic, protocol, system, object, names of the storages; then the storages, raw. */
const TORCH_PICKLES = 5
const MAX_PICKLES = 10_000
const MAX_LATIN1_BYTES = 8 * 1_048_576

export interface PickleScan {
  readonly pickles: number
  readonly legacyTorch: boolean
  readonly joblib: boolean
}

/**
 * Scans every pickle of a stream, one after the other, as programs that load again and again would. Bytes after the last that are no pickle
 * are a gap, except the storages of a legacy PyTorch file, which its reader copies into tensors.
 */
export async function scanPickles(
  scan: Scan,
  item: ScanItem,
  nested: Nested,
  place: PicklePlace = { persistentIds: false },
): Promise<PickleScan> {
  const { size } = item.source
  let [start, pickles, legacyTorch, joblib] = [0, 0, false, false]
  while (start < size || pickles === 0) {
    if (pickles >= MAX_PICKLES) throw new Unreadable(`it holds more than ${MAX_PICKLES} pickles`, start)
    const persistentIds = place.persistentIds || legacyTorch
    const one = await scanOne(scan, item, nested, { ...place, persistentIds }, start)
    joblib ||= one.joblib
    if (one.broken !== undefined) {
      const reason =
        pickles === 0 || one.imports > 0 ? `the pickle is broken: ${one.broken.reason}` : 'bytes after the end of the pickle are none'
      scan.gap(item, one.broken.offset, reason)
    }
    if (one.end === undefined) break
    if (pickles === 0) legacyTorch = one.result?.kind === 'number' && one.result.value === TORCH_MAGIC
    pickles += 1
    start = one.end
    if (legacyTorch && pickles === TORCH_PICKLES) break
  }
  if (legacyTorch && pickles < TORCH_PICKLES) scan.gap(item, start, 'a legacy PyTorch file has five pickles')
  return { pickles, legacyTorch, joblib }
}

interface One {
  readonly end: number | undefined
  readonly result: PickleValue | undefined
  readonly imports: number
  readonly broken: Verdicts['broken']
  readonly joblib: boolean
}

async function scanOne(scan: Scan, item: ScanItem, nested: Nested, place: PicklePlace, start: number): Promise<One> {
  const verdicts = judgePickle(scan, item, place)
  let joblib = false
  const taken = new Set<PickleObject>()
  const events = {
    ...verdicts.events,
    async arrayFollows(instance: PickleObject, run: PickleRun) {
      if (!isJoblibArray(instance)) return
      joblib = true
      // What the first state said holds where the second says nothing.
      if (taken.has(instance)) throw new Unreadable('an array of joblib is described twice', run.at)
      taken.add(instance)
      // The reader puts the array in the place of its description.
      run.machine.replaceTop(other)
      await stepOverArray(scan, item, nested, instance, run)
    },
  }
  const { end, result } = await interpretPickle(item.source, events, { start, signal: scan.signal, step: scan.step })
  const loaded = joblib ? [...verdicts.nested, ...(await scanAsPlainPickle(scan, item, start))] : verdicts.nested
  for (const bytes of loaded) {
    const { offset } = bytes
    const source = await sourceOf(item.source, bytes, scan.signal)
    await nested({ source, name: '', member: joined(item.member, `pickle in byte ${offset}`), depth: item.depth + 1 })
  }
  return { end, result, imports: verdicts.imports, broken: verdicts.broken, joblib }
}

async function sourceOf(stream: ByteSource, { offset, length, latin1 }: PickleBytes, signal?: AbortSignal): Promise<ByteSource> {
  const slice = sliceSource(stream.path, stream, offset, length)
  if (latin1 !== true) return slice
  const text = await readText(slice, MAX_LATIN1_BYTES, signal)
  return bytesSource(stream.path, new Uint8Array(Buffer.from(text, 'latin1')))
}

/** Moves the run behind an array of joblib, and scans the array itself when it is a pickle. */
async function stepOverArray(scan: Scan, item: ScanItem, nested: Nested, instance: PickleObject, run: PickleRun): Promise<void> {
  const { cursor } = run
  const array = joblibArrayOf(instance)
  if (typeof array === 'string') throw new Unreadable(array, cursor.offset)
  // joblib reads from the file, pickle.py from the frame: inside one they are at different places.
  if (cursor.offset < run.frameEnd) throw new Unreadable('an array of joblib lies inside a frame', cursor.offset)
  run.frameEnd = 0
  if (array.sizeBytes === undefined) {
    const rest = sliceSource(item.source.path, item.source, cursor.offset, cursor.remaining)
    const inner = { ...item, source: rest, member: joined(item.member, `array in byte ${cursor.offset}`) }
    const one = await scanOne(scan, inner, nested, { persistentIds: false }, 0)
    if (one.end === undefined) throw new Unreadable('an array of objects is a broken pickle', cursor.offset)
    cursor.skip(one.end)
    return
  }
  if (array.padded) {
    await cursor.need(1)
    cursor.skip(cursor.u8())
  }
  cursor.skip(array.sizeBytes)
}
