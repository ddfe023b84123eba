import type { Finding } from '#shared/model/finding.ts'
import type { HardeningRow } from '#shared/model/host-hardening.ts'
import type { Proof } from '#shared/model/proof.ts'
import { rankOf } from '#shared/status.ts'
import { proofAt, verdictOf } from './rows.ts'
import type { ViewSources } from './view-sources.ts'

/** By control: what it is about, in two or three words. */
export type ControlNames = Readonly<Record<string, string>>

/** What findings say about rows, and which of them no row has told yet. */
export interface RowJudge {
  /** What the controls say about the value in this line: a finding that marks the line, else that they hold. With subjects, only theirs count. */
  at(
    controls: readonly string[],
    section: string,
    line: number,
    ...subjects: readonly (string | undefined)[]
  ): Pick<HardeningRow, 'verdict' | 'reason'>
  /** The loudest finding of these controls about this subject, whatever lines it cites. */
  about(controls: readonly string[], ...subjects: readonly (string | undefined)[]): Pick<HardeningRow, 'verdict' | 'reason'>
  /** Open findings of these controls that no row has told yet, as rows of their own: nothing is lost to a line that nobody shows. */
  untold(controls: ControlNames, ...subjects: readonly (string | undefined)[]): HardeningRow[]
}

const isQuiet = ({ status }: Finding): boolean => status === 'pass' || status === 'not-applicable'

/** Rows take their verdicts from findings alone. One judge serves one view, since it remembers what was told. */
export function createRowJudge({ findings }: Pick<ViewSources, 'findings'>): RowJudge {
  const told = new Set<Finding>()
  const of = (controls: readonly string[], subjects: readonly (string | undefined)[]) =>
    findings.filter(({ control, subject }) => controls.includes(control) && (subjects.length === 0 || subjects.includes(subject)))
  const say = (finding: Finding): Pick<HardeningRow, 'verdict' | 'reason'> => {
    told.add(finding)
    return { verdict: verdictOf(finding), ...(!isQuiet(finding) && { reason: finding.reason }) }
  }
  return {
    at(controls, section, line, ...subjects) {
      // What is said of the host as a whole, such as that it could not be read, holds for each subject.
      const all = of(controls, subjects.length === 0 ? [] : [...subjects, ''])
      const marking = all.filter((finding) => !isQuiet(finding) && marks(finding, section, line))
      const [loudest] = marking.toSorted(byRank)
      if (loudest) return say(loudest)
      const unread = all.find(({ status }) => status === 'not-evaluated')
      if (unread) return say(unread)
      const judged = all.find(({ status }) => status === 'pass') ?? all.find((finding) => !isQuiet(finding)) ?? all[0]
      if (judged === undefined) return {}
      const holds = judged.status !== 'not-applicable'
      return { verdict: { ...verdictOf(judged), ...(holds && { status: 'pass' }) } }
    },
    about(controls, ...subjects) {
      const [loudest] = of(controls, subjects).toSorted(byRank)
      return loudest ? say(loudest) : {}
    },
    untold(controls, ...subjects) {
      return of(Object.keys(controls), subjects)
        .filter((finding) => !isQuiet(finding) && !told.has(finding))
        .map((finding) => ({ ...rowOf(finding, controls[finding.control] ?? '', say(finding)), value: finding.title }))
    },
  }
}

const byRank = (a: Finding, b: Finding): number => rankOf(a.status) - rankOf(b.status)

/** Does the finding name this line as the reason? */
const marks = ({ evidence }: Finding, section: string, line: number): boolean =>
  evidence.some((one) => one.section === section && one.lines.some(({ number, note }) => number === line && note !== undefined))

/** A finding as a row: what was observed is its title. */
export const rowOf = (finding: Finding, name: string, said: Pick<HardeningRow, 'verdict' | 'reason'>): HardeningRow => ({
  id: `${finding.control} ${finding.subject}`,
  name,
  value: finding.subject === '' ? finding.title : `${finding.subject}: ${finding.title}`,
  ...said,
  proof: provenBy(finding),
})

/** The line that decides, as the finding marks it; where it marks none, the output as a whole. */
function provenBy({ evidence }: Finding): Proof | undefined {
  const isMarked = (line: Finding['evidence'][number]['lines'][number]) => line.note !== undefined || line.token !== undefined
  const deciding =
    evidence.find(({ lines }) => lines.some(({ note }) => note !== undefined)) ??
    evidence.find(({ lines }) => lines.some(isMarked)) ??
    evidence[0]
  if (deciding === undefined) return undefined
  const { section, command, sha256, lines } = deciding
  const line = lines.find(({ note }) => note !== undefined) ?? lines.find(isMarked)
  return { section, command, sha256, line: line?.number ?? 0, text: line?.text ?? '' }
}

interface LineValue {
  readonly id: string
  readonly name: string
  readonly value: string
  readonly section: string
  readonly line: number
  readonly controls: readonly string[]
  /** Left out: whatever the controls speak of. */
  readonly subjects?: readonly (string | undefined)[]
}

/** A value of one line, with what controls say about that line. */
export const rowAt = (
  judge: RowJudge,
  sources: ViewSources,
  { id, name, value, section, line, controls, subjects = [] }: LineValue,
): HardeningRow => ({ id, name, value, ...judge.at(controls, section, line, ...subjects), proof: proofAt(sources, section, line) })
