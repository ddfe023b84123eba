import { type HostBrief, itemResults } from '#shared/model/audit.ts'
import { type Decisions, decide } from '../policy/decisions.ts'

/** A stored result, whole or in brief, as it stands at `now`, with what people decided since. What is stored stays as it was measured. */
export function withDecisions<T extends Pick<HostBrief, 'name' | 'items' | 'findings' | 'lastKnown'>>(
  audit: T,
  decisions: Decisions,
  now: number,
): T {
  // Most hosts have none, and a fleet has hundreds of them.
  if (![...decisions.waivers, ...decisions.attestations].some(({ host }) => host === null || host === audit.name)) return audit
  const findings = decide(audit.name, audit.findings, decisions, now)
  const known = audit.lastKnown
  const knownFindings = known && decide(audit.name, known.findings, decisions, now)
  return {
    ...audit,
    findings,
    items: itemResults(findings),
    ...(known && knownFindings && { lastKnown: { ...known, findings: knownFindings, items: itemResults(knownFindings) } }),
  }
}
