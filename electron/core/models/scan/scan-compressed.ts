import type { ModelFormat } from '#shared/model/model-format.ts'
import { type Packing, unpacked } from '../readers/unpack.ts'
import { Unreadable } from '../readers/unreadable.ts'
import { joined } from './member-path.ts'
import type { Scan, ScanItem } from './scan.ts'

/** A compressed file is what is in it: joblib writes pickles like that. */
export function scanCompressed(packing: Packing) {
  return async (scan: Scan, item: ScanItem, contentOf: (item: ScanItem) => Promise<ModelFormat>): Promise<ModelFormat> => {
    const source = await unpacked(item.source, packing, scan)
    const name = item.name.replace(/\.(?:gz|z|zlib)$/i, '')
    const format = await contentOf({ source, name, member: joined(item.member, 'unpacked'), depth: item.depth + 1 })
    if (format === 'pickle' || format === 'joblib') return 'joblib'
    return packing === 'gzip' ? 'gzip' : 'zlib'
  }
}

/** Formats that are known, and that nothing here can look into. */
export function scanOpaque(reason: string) {
  return (): Promise<ModelFormat> => Promise.reject(new Unreadable(reason))
}
