import type { HostBrief } from '#shared/model/audit.ts'
import { type ItemId, itemIds } from '#shared/model/checklist.ts'
import type { Finding } from '#shared/model/finding.ts'
import type { Host } from '#shared/model/fleet.ts'
import type { AuditJob, HostProgress } from '#shared/model/job.ts'
import type { Outcome } from '#shared/status.ts'
import { type HostView, viewHost } from '../host-view.ts'

/** Builders for tests of what the window shows. */
export const host = (name: string): Host => ({ name, address: '10.0.0.1', port: 22, labels: [] })

export const finding = (item: ItemId, status: Outcome, over: Partial<Finding> = {}): Finding => ({
  control: `control-${item.toLowerCase()}`,
  item,
  status,
  severity: 'high',
  title: `${item} is ${status}`,
  subject: '',
  reason: '',
  rationale: '',
  evidence: [],
  references: [],
  ...over,
})

/** Items that are not named are not evaluated. */
export const items = (named: Partial<Record<ItemId, Outcome>>): HostBrief['items'] =>
  itemIds.map((id) => ({ id, status: named[id] ?? 'not-evaluated' }))

export const audit = (name: string, over: Partial<HostBrief> = {}): HostBrief => ({
  name,
  state: 'connected',
  startedAt: '2026-11-22T12:00:00.000Z',
  finishedAt: '2026-11-22T12:00:10.000Z',
  items: items({}),
  findings: [],
  engines: [],
  refused: [],
  ...over,
})

export const progress = (name: string, over: Partial<HostProgress> = {}): HostProgress => ({
  host: name,
  stage: 'probing',
  sectionsDone: 3,
  sectionsTotal: 21,
  current: 'nginx',
  ...over,
})

export const job = (hosts: readonly HostProgress[], state: AuditJob['state'] = 'running'): AuditJob => ({
  id: 'job',
  startedAt: '2026-11-22T13:00:00.000Z',
  state,
  hosts: [...hosts],
})

/** A host as it is after an audit that found this. */
export const audited = (name: string, named: Partial<Record<ItemId, Outcome>>, over: Partial<HostBrief> = {}): HostView => {
  const findings = Object.entries(named).map(([item, status]) => finding(item as ItemId, status))
  return viewHost(host(name), audit(name, { items: items(named), findings, ...over }), null)
}
