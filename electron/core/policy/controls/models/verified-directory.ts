import { DAY_MS } from '#shared/day.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { ModelDirectory } from '../../../facts/model-files/model-files.ts'
import type { VerifiedModelFile, VerifiedModels, VerifiedRoot } from '../../../facts/verified-models/verified-models.ts'
import { amount } from './model-directories.ts'

/** A look at the models passes nothing when it is older: a file can be replaced by one of equal size, and an audit counts files and bytes only. */
const MAX_AGE_DAYS = 7

/** How long before an audit the models were looked at. */
export interface ListingAge {
  /** `3 days before this audit`. */
  readonly words: string
  /** Why it passes nothing any more; undefined when it is new enough. */
  readonly stale: string | undefined
}

/** `now`: milliseconds since the epoch at which the audit ran. A time that cannot be read is not new enough. */
export function listingAge({ listedAt }: VerifiedModels, now: number): ListingAge {
  const days = Math.floor(Math.max(0, now - Date.parse(listedAt)) / DAY_MS)
  if (Number.isNaN(days)) return { words: 'at an unknown time', stale: 'when the models were looked at is not known' }
  const words = days === 0 ? 'on the day of this audit' : `${amount(days, 'day', 'days')} before this audit`
  return { words, stale: days > MAX_AGE_DAYS ? `the models were looked at ${words}, expected at most ${MAX_AGE_DAYS} days` : undefined }
}

/** What was found below one directory. Without `whole` some file there is not among them, or the look is too old: then it may accuse, but pass nothing. */
export interface VerifiedDirectory {
  readonly files: readonly VerifiedModelFile[]
  readonly whole: boolean
  readonly age: ListingAge
}

/**
 * The verified files of a directory, when Gatehouse looked at the very set of files that this audit counted. Another number of files or bytes
 * means that something was added or taken since: then nothing that was verified before is said.
 */
export function verifiedFilesOf(directory: ModelDirectory, models: FactResult<VerifiedModels>, now: number): VerifiedDirectory | undefined {
  if (!models.known || !directory.complete) return undefined
  const root = rootAsListed(directory, models.value)
  if (!root?.complete) return undefined
  const age = listingAge(models.value, now)
  const files = models.value.files.filter(({ path }) => path.startsWith(`${directory.path}/`))
  return { files, whole: root.sorted && !models.value.cut && age.stale === undefined, age }
}

/** What Gatehouse listed of a directory, when this audit counts as many files and bytes there. */
export function rootAsListed(directory: ModelDirectory, { roots }: VerifiedModels): VerifiedRoot | undefined {
  const root = roots.find(({ path }) => path === directory.path)
  const kinds = directory.kinds.filter(({ type }) => type === 'file')
  const count = kinds.reduce((sum, kind) => sum + kind.count, 0)
  const bytes = kinds.reduce((sum, kind) => sum + kind.bytes, 0)
  return root?.files === count && root.bytes === bytes ? root : undefined
}

/** The first eight: a model may have a hundred files, and who reads wants to see which kind. */
export const citeVerified = (files: readonly VerifiedModelFile[], note?: (file: VerifiedModelFile) => string): Citation[] =>
  files.slice(0, 8).map((file) => ({ section: 'verified-models', line: file.line, ...(note && { note: note(file), token: file.state }) }))

/** The line that says when. */
export const citeListed: Citation = { section: 'verified-models', line: 1 }
