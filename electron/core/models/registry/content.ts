import { createHash } from 'node:crypto'
import type { ModelContent } from '#shared/model/model-registration.ts'
import type { StoredFile } from '../../store/model.repo.ts'
import { type HashBook, hashOf } from '../verify-model.ts'

/** What an approval binds to. Undefined until every file is hashed: git's SHA-1 is not enough, since two files can be made to share it. */
export function contentOf(files: readonly StoredFile[], hashes: HashBook): ModelContent | undefined {
  const counted = files.filter(({ role }) => role !== 'document')
  const hashed = counted.flatMap(({ name, file }) => {
    const digest = hashOf(file, 'sha256', hashes)?.digest
    return digest ? [{ name, sha256: digest, bytes: file.size }] : []
  })
  if (hashed.length === 0 || hashed.length < counted.length) return undefined
  return { key: contentKey(hashed.map(({ sha256 }) => sha256)), files: hashed }
}

/** The same for the same bytes, whatever the files are called. */
export const contentKey = (digests: readonly string[]): string =>
  createHash('sha256')
    .update([...digests].sort().join('\n'))
    .digest('hex')
