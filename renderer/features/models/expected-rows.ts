import type { ExpectedDocument } from '#shared/model/expected-document.ts'
import type { VerifiedFile } from '#shared/model/model-artifact.ts'

/** How a stated digest stands to what lies there. `not-seen`: the model lies on no host that was looked at. */
export const fits = ['differs', 'not-here', 'not-hashed', 'not-seen', 'same'] as const
export type Fit = (typeof fits)[number]

export interface StatedRow {
  readonly file: string
  readonly digest: string
  readonly fit: Fit
}

/** Every digest of a document against the files of a model at one place; what calls for attention first. */
export function statedRows({ digests }: ExpectedDocument, files: readonly VerifiedFile[] | undefined): StatedRow[] {
  const here = new Map((files ?? []).filter(({ file }) => file !== undefined).map((file) => [file.name, file]))
  const fitOf = ({ file, algorithm, digest }: ExpectedDocument['digests'][number]): Fit => {
    if (files === undefined) return 'not-seen'
    const found = here.get(file)
    if (found === undefined) return 'not-here'
    if (found.digest === '' || found.algorithm !== algorithm) return 'not-hashed'
    return found.digest === digest ? 'same' : 'differs'
  }
  const rows = digests.map((stated): StatedRow => ({ file: stated.file, digest: stated.digest, fit: fitOf(stated) }))
  return rows.sort((a, b) => fits.indexOf(a.fit) - fits.indexOf(b.fit) || a.file.localeCompare(b.file))
}

/** Files that a document says nothing of. Pages beside the weights need no digest. */
export function unnamed({ digests }: ExpectedDocument, files: readonly VerifiedFile[] | undefined): string[] {
  const named = new Set(digests.map(({ file }) => file))
  return (files ?? [])
    .filter(({ name, role, file }) => file !== undefined && role !== 'document' && !named.has(name))
    .map(({ name }) => name)
}
