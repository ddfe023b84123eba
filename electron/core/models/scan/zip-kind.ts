/** Which program an archive is written for, by its members. It decides how members are loaded, so never whether they are scanned. */
export type ZipKind = 'pytorch' | 'exported' | 'keras' | 'numpy' | 'other'

/** By the names of the members, as the loaders look for them. */
export function zipKindOf(names: readonly string[]): ZipKind {
  if (names.some((name) => /(?:^|\/)data\.pkl$/.test(name))) return 'pytorch'
  if (names.some((name) => /^[^/]+\/archive_format$/.test(name))) return 'exported'
  if (names.includes('config.json') && names.some((name) => name === 'metadata.json' || name.endsWith('.weights.h5'))) return 'keras'
  return names.length > 0 && names.every((name) => name.endsWith('.npy')) ? 'numpy' : 'other'
}

/** Raw numbers of a tensor, which PyTorch copies and never interprets. To others a name ends where it has a NUL. */
export const isStorage = (name: string): boolean => !name.includes('\0') && /^[^/]+\/(?:data|constants|tensors)\/\d+$/.test(name)

/** The same of a program that PyTorch has exported. Some of them are pickles or archives, by what its configuration says; numbers have no format. */
export const isExportedWeight = (name: string): boolean => /^[^/\0]+\/data\/(?:weights|constants)\/(?:weight|tensor)_\d+$/.test(name)
