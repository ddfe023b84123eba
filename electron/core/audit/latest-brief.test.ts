import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type HostAudit, hostBriefSchema, itemResults } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { Decisions } from '../policy/decisions.ts'
import { createAuditRepo } from '../store/audit.repo.ts'
import { openDatabase } from '../store/database.ts'
import { createAuditService } from './audit-service.ts'

const at = '2026-11-22T12:00:00.000Z'
const names = Array.from({ length: 100 }, (_, index) => `gpu-${index}`)
const fleet = fleetSchema.parse({
  version: 1,
  name: 'dc1',
  identities: { audit: { user: 'gatehouse-ro' } },
  hosts: names.map((name) => ({ name, address: '10.0.0.1' })),
})

const finding = (number: number): Finding => ({
  control: `control-${number}`,
  item: 'INF-1',
  status: 'fail',
  severity: 'high',
  title: 'Inference port is open to the network',
  subject: 'ollama.service',
  reason: 'x'.repeat(500),
  rationale: 'x'.repeat(500),
  evidence: [
    { section: 's', command: 's', exitCode: 0, sha256: '0'.repeat(64), durationMs: 1, lines: [{ number: 1, text: 'x'.repeat(5000) }] },
  ],
  references: ['NIST-800-53:SC-7'],
  digest: 'd'.repeat(64),
})
const findings = Array.from({ length: 40 }, (_, index) => finding(index))

const audit = (name: string): HostAudit => ({
  name,
  address: '10.0.0.1',
  state: 'limited',
  startedAt: at,
  finishedAt: at,
  items: itemResults(findings),
  findings,
  sections: [
    { id: 'nginx', command: 'nginx -T', state: 'denied', exitCode: 1, durationMs: 1, bytes: 0, sha256: '', message: '' },
    { id: 'listeners', command: 'ss', state: 'ok', exitCode: 0, durationMs: 1, bytes: 9, sha256: '', message: '' },
  ],
  listeners: [],
  services: [],
  gpus: [],
})

let folder: string
let decided: Decisions = { waivers: [], attestations: [] }
beforeEach(() => {
  decided = { waivers: [], attestations: [] }
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-brief-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function audited() {
  const repo = createAuditRepo(openDatabase(folder, 0).database)
  const service = createAuditService({
    clock: { now: () => 0 },
    log: () => undefined,
    repo,
    version: '0',
    decisions: () => decided,
    changed: () => undefined,
  })
  const save = (id: string, hosts: readonly string[]) => {
    repo.begin({ id, fleet: 'dc1', startedAt: at, gatehouse: '0' })
    for (const name of hosts) repo.saveHost(id, 'dc1', audit(name), [])
  }
  save('first', names)
  return { repo, service, save }
}

test('the window gets every host once, then only those with new results', () => {
  const { repo, service, save } = audited()
  const whole = service.brief(fleet, undefined)
  expect(whole.hosts.map(({ name }) => name)).toEqual(names)
  expect(service.brief(fleet, whole.sequence)).toEqual({ sequence: whole.sequence, outcome: null, hosts: [] })

  save('second', ['gpu-7'])
  repo.finish('second', at, 'cancelled')
  const news = service.brief(fleet, whole.sequence)
  expect(news.hosts.map(({ name }) => name)).toEqual(['gpu-7'])
  expect(news.outcome).toBe('cancelled')
  expect(news.sequence).toBeGreaterThan(whole.sequence)
})

test('a host with forty findings costs the window less than 16 kB, and keeps what sudo refused', () => {
  const [host] = audited().service.brief(fleet, undefined).hosts
  expect(hostBriefSchema.strict().parse(host)).toMatchObject({ refused: ['nginx'], engines: [] })
  expect(host?.findings).toHaveLength(40)
  expect(JSON.stringify(host).length).toBeLessThan(16_384)
})

test('what was decided is laid over the brief as over the whole result', () => {
  const { service } = audited()
  const waiver = {
    id: 'w',
    host: 'gpu-3',
    control: 'control-0',
    item: 'INF-1',
    subject: 'ollama.service',
    status: 'fail',
    title: '',
  } as const
  const terms = { digest: 'd'.repeat(64), reason: 'r', approver: 'a', grantedBy: 'a', grantedAt: at, endsOn: '2026-12-01' }
  decided = { waivers: [{ ...waiver, ...terms }], attestations: [] }
  const [other, waived] = [2, 3].map((index) => service.brief(fleet, undefined).hosts[index]?.findings[0])
  expect(waived).toMatchObject({ status: 'waived', waiver: { state: 'active' } })
  expect(other).toMatchObject({ status: 'fail' })
  expect(waived?.digest).toBeUndefined()
})

test('results of hosts that the fleet file no longer names are left out', () => {
  const { service } = audited()
  const smaller = { ...fleet, hosts: fleet.hosts.slice(0, 3) }
  expect(service.brief(smaller, undefined).hosts).toHaveLength(3)
  expect(service.brief(smaller, 50).hosts).toEqual([])
})
