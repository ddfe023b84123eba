import type { Evidence } from '#shared/model/finding.ts'
import { sha256Of } from '../../ledger/record.ts'

const NOTHING = sha256Of('')

/** Whether lines of the answer are shown. Where a command printed none, they are of standard error (`policy/evidence.ts`), which no file of a pack has. */
export const isOfAnswer = ({ sha256 }: Evidence): boolean => sha256 !== NOTHING

/** The line that decides, the first one where none does. */
export const decidingLine = ({ lines }: Evidence): Evidence['lines'][number] | undefined =>
  lines.find(({ note }) => note !== undefined) ?? lines[0]
