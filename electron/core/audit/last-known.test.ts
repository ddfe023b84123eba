import { expect, test } from 'vitest'
import { briefOf, type HostAudit } from '#shared/model/audit.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { AuditRepo } from '../store/audit.repo.ts'
import { createAuditService } from './audit-service.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'dc1',
  identities: { audit: { user: 'gatehouse-ro' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})

const audit = (state: HostAudit['state'], finishedAt: string): HostAudit => ({
  name: 'gpu-01',
  address: '10.0.0.1',
  state,
  startedAt: finishedAt,
  finishedAt,
  items: [{ id: 'INF-1', status: state === 'connected' ? 'pass' : 'not-evaluated' }],
  findings: [],
  sections: [],
  listeners: [],
  services: [],
  gpus: [],
})

/** Newest first. */
function serviceOver(stored: readonly HostAudit[]) {
  const newest: AuditRepo['newest'] = (_fleet, _host, limit) =>
    stored.slice(0, limit).map((it, index) => ({ auditId: `${index}`, audit: it }))
  const briefs: AuditRepo['briefs'] = (...asked) => newest(...asked).map(({ audit: it }) => briefOf(it))
  const repo = { newest, briefs, list: () => [] } as unknown as AuditRepo
  return createAuditService({
    clock: { now: () => 0 },
    log: () => undefined,
    repo,
    version: '0',
    decisions: () => ({ waivers: [], attestations: [] }),
    changed: () => undefined,
  })
}

const gone = audit('unreachable', '2026-11-22T12:00:00.000Z')
const fine = audit('connected', '2026-11-21T12:00:00.000Z')
const older = audit('connected', '2026-11-20T12:00:00.000Z')

test('a host that could not be looked at keeps its newest measured results as last known', () => {
  const service = serviceOver([gone, gone, fine, older])
  const expected = { ...gone, lastKnown: { finishedAt: fine.finishedAt, items: fine.items, findings: [] } }
  expect(service.host(fleet, 'gpu-01')).toEqual(expected)
  expect([...(service.latest(fleet)?.hosts ?? [])]).toEqual([expected])
})

test.each([
  ['a measured host needs none', [fine, older], fine],
  ['a host that was never measured has none', [gone, gone], gone],
])('%s', (_, stored, expected) => {
  expect(serviceOver(stored).host(fleet, 'gpu-01')).toEqual(expected)
})

test('a host that was never audited has no audit', () => {
  expect(serviceOver([]).host(fleet, 'gpu-01')).toBeNull()
  expect(serviceOver([]).latest(fleet)).toBeNull()
})
