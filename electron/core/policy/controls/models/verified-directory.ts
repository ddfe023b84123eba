import type { FactResult } from '../../../facts/fact.ts'
import type { ModelDirectory } from '../../../facts/model-files/model-files.ts'
import type { VerifiedModelFile, VerifiedModels } from '../../../facts/verified-models/verified-models.ts'
import type { Citation } from '../../control.ts'

/**
 * The verified files of a directory, when Gatehouse looked at the very set of files that this audit counted, and saw all of it. Another
 * number of files or bytes means that something was added or taken since: then nothing that was verified before is said.
 */
export function verifiedFilesOf(directory: ModelDirectory, models: FactResult<VerifiedModels>): readonly VerifiedModelFile[] | undefined {
  if (!models.known || models.value.cut || !directory.complete) return undefined
  const root = models.value.roots.find(({ path }) => path === directory.path)
  const kinds = directory.kinds.filter(({ type }) => type === 'file')
  const count = kinds.reduce((sum, kind) => sum + kind.count, 0)
  const bytes = kinds.reduce((sum, kind) => sum + kind.bytes, 0)
  if (!root?.complete || root.files !== count || root.bytes !== bytes) return undefined
  return models.value.files.filter(({ path }) => path.startsWith(`${directory.path}/`))
}

export const citeVerified = (files: readonly VerifiedModelFile[], note?: (file: VerifiedModelFile) => string): Citation[] =>
  files.slice(0, 8).map((file) => ({ section: 'verified-models', line: file.line, ...(note && { note: note(file), token: file.state }) }))
