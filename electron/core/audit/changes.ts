import { groupBy } from '#shared/group-by.ts'
import type { Change, HostBrief } from '#shared/model/audit.ts'
import { wasMeasured } from '#shared/model/audit.ts'
import { type FindingBrief, findingKey } from '#shared/model/finding.ts'
import { type Outcome, rankOf, rankOfSeverity } from '#shared/status.ts'

/**
 * What differs between two audits of one host, loudest first: findings with another status, and open ones that fail as before by other evidence.
 * Appeared ones come from null, vanished ones go to null. A control that could not look says so once, instead of a finding for each subject: its
 * findings then are not evaluated (any more, or before), and did not vanish or appear.
 */
export function changesBetween(before: HostBrief, after: HostBrief): Change[] {
  const fresh = groupBy(after.findings, ({ control }) => control)
  const old = groupBy(before.findings, ({ control }) => control)
  const all = [...new Set([...old.keys(), ...fresh.keys()])].flatMap((control) =>
    ofControl(old.get(control) ?? [], fresh.get(control) ?? []),
  )
  return all
    .filter(({ from, to }) => (wasMeasured(before) || isMeasured(to)) && (wasMeasured(after) || isMeasured(from)))
    .map((change) => ({ host: after.name, ...change }))
    .sort((a, b) => loudness(a) - loudness(b) || rankOfSeverity(a.severity) - rankOfSeverity(b.severity))
}

type OfHost = Omit<Change, 'host'>

function ofControl(before: readonly FindingBrief[], after: readonly FindingBrief[]): OfHost[] {
  const old = new Map(before.map((finding) => [findingKey(finding), finding]))
  const stayed = after.flatMap((finding) => {
    const previous = old.get(findingKey(finding))
    return previous ? [{ previous, finding }] : []
  })
  const keys = new Set(stayed.map(({ finding }) => findingKey(finding)))
  const appeared = after.filter((finding) => !keys.has(findingKey(finding)))
  const vanished = before.filter((finding) => !keys.has(findingKey(finding)))
  const blind = blindness(after, appeared)
  const wasBlind = blindness(before, vanished)
  const why = (blind ?? appeared.find(({ status }) => status === 'not-applicable'))?.title
  return [
    ...stayed.flatMap(({ previous, finding }) => staying(previous, finding)),
    ...told(vanished, wasBlind, appeared).map((finding) => ({
      ...about(finding),
      ...{ from: finding.status, to: blind && isMeasured(finding.status) ? blind.status : null },
      ...(why !== undefined && isMeasured(finding.status) && { why }),
    })),
    ...told(appeared, blind, vanished).map((finding) => ({
      ...about(finding),
      ...{ from: wasBlind && isMeasured(finding.status) ? wasBlind.status : null, to: finding.status },
    })),
  ]
}

function staying(before: FindingBrief, after: FindingBrief): OfHost[] {
  const { status: from } = before
  const { status: to } = after
  if (from === to) {
    const known = before.digest !== undefined && after.digest !== undefined
    // The digest holds the title, too, without what time alone changes (`120 days old`).
    const same = known ? before.digest === after.digest : before.title === after.title
    const was = before.title === after.title ? {} : { was: before.title }
    return isOpen(to) && !same ? [{ ...about(after), from, to, ...was }] : []
  }
  // What was found says more than why there is nothing to see.
  if ((to === 'not-evaluated' || to === 'not-applicable') && isMeasured(from)) return [{ ...about(before), from, to, why: after.title }]
  return [{ ...about(after), from, to }]
}

/** Those of one audit alone, without what only says why findings of the other are not among them. */
const told = (only: readonly FindingBrief[], blind: FindingBrief | undefined, others: readonly FindingBrief[]) =>
  only.filter(
    (finding) =>
      !(finding === blind && others.some(({ status }) => isMeasured(status))) &&
      !(finding.status === 'not-applicable' && others.length > 0),
  )

/** What says that a control could not look: at the host as a whole, or at something since that other audit. */
const blindness = (all: readonly FindingBrief[], only: readonly FindingBrief[]): FindingBrief | undefined =>
  all.find((finding) => finding.status === 'not-evaluated' && (finding.subject === '' || only.includes(finding)))

const isMeasured = (status: Outcome | null): boolean => status === 'pass' || status === 'waived' || isOpen(status)
const isOpen = (status: Outcome | null): boolean => status === 'fail' || status === 'warning'

const about = ({ item, control, subject, title, severity }: FindingBrief) => ({ item, control, subject, title, severity })

const loudness = (change: OfHost): number => (change.to === null ? Number.MAX_SAFE_INTEGER : rankOf(change.to))
