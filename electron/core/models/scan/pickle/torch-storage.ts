import type { PickleValue } from './pickle-value.ts'

/** Bytes of an element, by the storage that a persistent id names (torch/storage.py). Untyped ones count bytes. */
const elementBytes: Readonly<Record<string, number>> = {
  ComplexDoubleStorage: 16,
  ...Object.fromEntries(['DoubleStorage', 'LongStorage', 'ComplexFloatStorage'].map((name) => [name, 8])),
  ...Object.fromEntries(['FloatStorage', 'IntStorage', 'QInt32Storage'].map((name) => [name, 4])),
  ...Object.fromEntries(['HalfStorage', 'ShortStorage', 'BFloat16Storage'].map((name) => [name, 2])),
}

/** How many bytes there are of a storage, by its key; undefined where the archive has none of that name. */
export type StorageBytes = (key: string) => number | undefined

/**
 * Why the persistent id of a storage, `('storage', type, key, place, count)`, is not to be trusted: before 2.10 PyTorch laid as many elements as it says over
 * the member, whatever that had (CVE-2026-24747). Undefined where it is sound, or none of a storage.
 */
export function storageFault(id: PickleValue, bytesOf: StorageBytes): 'larger than its member' | 'not known' | undefined {
  if (id.kind !== 'tuple') return id.kind === 'text' || id.kind === 'none' ? undefined : 'not known'
  const [kind, type, key, , count] = id.items
  if (kind?.kind === 'text' && kind.text !== undefined && kind.text !== 'storage') return undefined
  if (key?.kind !== 'text' || key.text === undefined || count?.kind !== 'number') return 'not known'
  const bytes = bytesOf(key.text)
  const each = (type?.kind === 'global' && elementBytes[type.name ?? '']) || 1
  return bytes !== undefined && !(count.value * each <= bytes) ? 'larger than its member' : undefined
}
