import type { ConnectionState, HostBrief } from '#shared/model/audit.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import { checklist, type ItemId } from '#shared/model/checklist.ts'
import type { FindingBrief } from '#shared/model/finding.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import { engineNames } from '#shared/model/inference-service.ts'
import type { AuditJob, HostProgress } from '#shared/model/job.ts'
import { type Outcome, outcomes, rankOf } from '#shared/status.ts'

export type Items = Readonly<Partial<Record<ItemId, Outcome>>>

/** One host as every screen shows it: the fleet file, its newest audit and the audit that runs, put together. */
export interface HostView {
  readonly name: string
  readonly address: string
  /** Results to draw; empty when there never were any. */
  readonly items: Items
  /** `current`: measured by the newest audit. `stale`: last known, grey, outside the totals. `none`: never measured. */
  readonly results: 'current' | 'stale' | 'none'
  readonly findings: readonly FindingBrief[]
  /** What the audit that runs does here; absent when it is done, or does not look at this host. */
  readonly progress: HostProgress | undefined
  readonly state: ConnectionState
  readonly measuredAt: string | undefined
  readonly engines: string
  readonly audit: HostBrief | undefined
}

const stoppedStates: ReadonlySet<ConnectionState> = new Set([
  'unreachable',
  'key-changed',
  'auth-failed',
  'cancelled',
  'idle',
  'connecting',
])

/** True when an audit could not look at the host at all. */
export const couldNotLook = (state: ConnectionState): boolean => stoppedStates.has(state)

const itemsOf = (results: readonly { readonly id: ItemId; readonly status: Outcome }[]): Items =>
  Object.fromEntries(results.map(({ id, status }) => [id, status]))

const activeStages: ReadonlySet<string> = new Set(['waiting', 'connecting', 'authenticating', 'probing', 'evaluating'])

/** Is this host looked at, or waiting for its turn? */
export const isActive = (progress: HostProgress): boolean => activeStages.has(progress.stage)

const isRunning = (job: AuditJob | null | undefined): boolean => job !== null && job !== undefined && job.state !== 'finished'

function stateOf(audit: HostBrief | undefined, progress: HostProgress | undefined): ConnectionState {
  if (progress?.stage === 'connecting' || progress?.stage === 'authenticating') return 'connecting'
  if (progress?.stage === 'probing' || progress?.stage === 'evaluating') return 'connected'
  return audit?.state ?? 'idle'
}

/** Puts one host together. `job` is the audit that runs, or the last one. */
export function viewHost(host: Host, audit: HostBrief | undefined, job: AuditJob | null | undefined): HostView {
  const own = isRunning(job) ? job?.hosts.find((progress) => progress.host === host.name) : undefined
  const progress = own !== undefined && isActive(own) ? own : undefined
  const base = {
    name: host.name,
    address: host.address,
    progress,
    audit,
    state: stateOf(audit, progress),
    engines: (audit?.engines ?? []).map((engine) => engineNames[engine]).join(', '),
  }
  if (audit === undefined) return { ...base, items: {}, results: 'none', findings: [], measuredAt: undefined }
  if (couldNotLook(audit.state)) {
    const known = audit.lastKnown
    if (known === undefined) return { ...base, items: {}, results: 'none', findings: [], measuredAt: undefined }
    return { ...base, items: itemsOf(known.items), results: 'stale', findings: known.findings, measuredAt: known.finishedAt }
  }
  const results = progress === undefined ? 'current' : 'stale'
  return { ...base, items: itemsOf(audit.items), results, findings: audit.findings, measuredAt: audit.finishedAt }
}

/** All hosts in the order of the fleet file. Unchanged hosts keep their object, so that columns need not be drawn again. */
export function createFleetView(): (
  fleet: Fleet | null,
  audit: readonly HostBrief[],
  job: AuditJob | null | undefined,
) => readonly HostView[] {
  interface Kept {
    readonly inputs: readonly unknown[]
    readonly view: HostView
  }
  let kept = new Map<string, Kept>()
  let before: readonly HostView[] = []
  return (fleet, audits, job) => {
    const byName = new Map(audits.map((audit) => [audit.name, audit]))
    const progressByName = new Map(isRunning(job) ? job?.hosts.map((progress) => [progress.host, progress]) : [])
    const next = new Map<string, Kept>()
    const all = (fleet === null ? [] : auditedHosts(fleet)).map((host) => {
      const audit = byName.get(host.name)
      const inputs = [host, audit, progressByName.get(host.name)]
      const old = kept.get(host.name)
      const entry = old?.inputs.every((input, index) => input === inputs[index]) ? old : { inputs, view: viewHost(host, audit, job) }
      next.set(host.name, entry)
      return entry.view
    })
    kept = next
    if (all.length !== before.length || all.some((view, index) => view !== before[index])) before = all
    return before
  }
}

export type Counts = Readonly<Record<Outcome, number>>

/** How many of the 18 items have each outcome. What is not current counts as not evaluated, unless it does not apply. */
export function countItems(view: Pick<HostView, 'items' | 'results'>): Counts {
  const counts: Record<Outcome, number> = { ...noCounts }
  for (const { id } of checklist) {
    const outcome = view.items[id] ?? 'not-evaluated'
    counts[view.results === 'current' || outcome === 'not-applicable' ? outcome : 'not-evaluated'] += 1
  }
  return counts
}

/** The same without regard to age, for the header of a stale column. */
export const countKnown = (view: Pick<HostView, 'items'>): Counts => countItems({ items: view.items, results: 'current' })

export const noCounts: Counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>

/** Findings of several by outcome. */
export function addCounts(all: readonly Counts[]): Counts {
  const sum: Record<Outcome, number> = { ...noCounts }
  for (const counts of all) for (const outcome of outcomes) sum[outcome] += counts[outcome]
  return sum
}

/** The denominator of a score: everything that applies. */
export const applicable = (counts: Counts): number => outcomes.reduce((sum, it) => sum + (it === 'not-applicable' ? 0 : counts[it]), 0)

/** The loudest outcome that needs somebody, and how often; undefined when all is well. Items without a control do not count. */
export function loudestOpen(view: HostView): { readonly outcome: Outcome; readonly count: number } | undefined {
  const open = view.findings.filter((finding) => finding.status !== 'pass' && finding.status !== 'not-applicable')
  const first = [...open].sort((a, b) => rankOf(a.status) - rankOf(b.status))[0]
  if (first === undefined) return undefined
  return {
    outcome: first.status,
    count: new Set(open.filter((finding) => finding.status === first.status).map((finding) => finding.item)).size,
  }
}

/** Identity of a finding within a host. */
export const findingId = (finding: Pick<FindingBrief, 'control' | 'subject'>): string => `${finding.control} ${finding.subject}`
