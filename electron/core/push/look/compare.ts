import type { HostAudit } from '#shared/model/audit.ts'
import { type Finding, findingKey } from '#shared/model/finding.ts'
import { isForwarded } from '#shared/model/forwarded-subject.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { rankOf } from '#shared/status.ts'
import type { AuditedHost } from '../../audit/audit-host.ts'
import { type Door, doorsOf } from './doors.ts'

type Judged = Pick<Finding, 'control' | 'subject' | 'status' | 'title'>

/** What a push keeps of an audit. */
export interface HostLook extends Pick<HostAudit, 'state' | 'failure'> {
  readonly findings: readonly Judged[]
  readonly tookMs: number
  /** What was asked over the wire. */
  readonly asked: AuditedHost['asked']
  readonly doors: readonly Door[]
}

/** Of an audit what a push compares: the host before, and after over a new connection. */
export const lookOf = ({ audit: { state, failure, findings }, asked, outputs }: AuditedHost, tookMs: number): HostLook => ({
  ...{ state, failure, tookMs, asked, doors: doorsOf(outputs) },
  findings: findings.map(({ control, subject, status, title }) => ({ control, subject, status, title })),
})

/** Why nothing can be said of the host; empty when it was looked at. */
export const unseen = ({ state, failure }: HostLook): string =>
  state === 'connected' || state === 'limited' ? '' : (failure?.detail ?? state)

/** The undo that this push itself has armed: it is there while the host is looked at, and gone with the commit. */
const OWN_UNDO = 'gatehouse-undo.service'

/** Of a turn: every finding of its control, whatever it is about, but what is forwarded for others. */
export const EVERY = '*'

/**
 * What speaks against a change, after a second look: a finding that had to pass and does not, or any that is louder than it was. One on a
 * subject that was not there before counts by the loudest that its control said before. Empty when the change holds.
 */
export function objections(
  before: readonly Judged[],
  after: readonly Judged[],
  { turns, unseen = [] }: Pick<PushPlan, 'turns' | 'unseen'>,
): string[] {
  const was = new Map(before.map((finding) => [findingKey(finding), rankOf(finding.status)]))
  const loudest = new Map<string, number>()
  for (const { control, status } of before) loudest.set(control, Math.min(rankOf(status), loudest.get(control) ?? Number.POSITIVE_INFINITY))
  const words = ({ control, subject, status, title }: Judged) => `${control}${subject && ` ${subject}`}: ${status} (${title})`
  const unmet = turns.flatMap((turn) => {
    if (turn.subject === EVERY) {
      const judged = after.filter(({ control }) => control === turn.control)
      if (judged.length === 0) return [`${turn.control}: not judged any more`]
      const meant = judged.filter(({ subject }) => !isForwarded(subject))
      return meant.filter(({ status }) => status !== 'pass' && status !== 'not-applicable').map(words)
    }
    const now = after.find((finding) => findingKey(finding) === findingKey(turn))
    if (now === undefined) return [`${turn.control} ${turn.subject}: not judged any more`]
    return now.status === 'pass' ? [] : [words(now)]
  })
  const worse = after
    .filter((finding) => {
      if (finding.subject === OWN_UNDO) return false
      if (finding.status === 'not-evaluated' && unseen.includes(finding.control)) return false
      if (turns.some((turn) => findingKey(turn) === findingKey(finding) || (turn.subject === EVERY && turn.control === finding.control)))
        return false
      const rank = was.get(findingKey(finding)) ?? loudest.get(finding.control) ?? rankOf('pass')
      return rankOf(finding.status) < Math.min(rank, rankOf('pass'))
    })
    .map((finding) => `${words(finding)}, louder than before`)
  return [...unmet, ...worse]
}
