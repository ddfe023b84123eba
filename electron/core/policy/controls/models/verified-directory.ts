import type { FactResult } from '../../../facts/fact.ts'
import type { ModelDirectory } from '../../../facts/model-files/model-files.ts'
import type { VerifiedModelFile, VerifiedModels, VerifiedRoot } from '../../../facts/verified-models/verified-models.ts'
import type { Citation } from '../../control.ts'

/** What was found below one directory. Without `whole` some file there is not among them: then it may accuse, but pass nothing. */
export interface VerifiedDirectory {
  readonly files: readonly VerifiedModelFile[]
  readonly whole: boolean
}

/**
 * The verified files of a directory, when Gatehouse looked at the very set of files that this audit counted. Another number of files or bytes
 * means that something was added or taken since: then nothing that was verified before is said.
 */
export function verifiedFilesOf(directory: ModelDirectory, models: FactResult<VerifiedModels>): VerifiedDirectory | undefined {
  if (!models.known || !directory.complete) return undefined
  const root = rootAsListed(directory, models.value)
  if (!root?.complete) return undefined
  return { files: models.value.files.filter(({ path }) => path.startsWith(`${directory.path}/`)), whole: root.sorted && !models.value.cut }
}

/** What Gatehouse listed of a directory, when this audit counts as many files and bytes there. */
export function rootAsListed(directory: ModelDirectory, { roots }: VerifiedModels): VerifiedRoot | undefined {
  const root = roots.find(({ path }) => path === directory.path)
  const kinds = directory.kinds.filter(({ type }) => type === 'file')
  const count = kinds.reduce((sum, kind) => sum + kind.count, 0)
  const bytes = kinds.reduce((sum, kind) => sum + kind.bytes, 0)
  return root?.files === count && root.bytes === bytes ? root : undefined
}

export const citeVerified = (files: readonly VerifiedModelFile[], note?: (file: VerifiedModelFile) => string): Citation[] =>
  files.slice(0, 8).map((file) => ({ section: 'verified-models', line: file.line, ...(note && { note: note(file), token: file.state }) }))
