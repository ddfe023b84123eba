import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type HostAudit, itemResults } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { Outcome } from '#shared/status.ts'
import { shippedBook } from '../../advisories/shipped.ts'
import type { Decisions } from '../../policy/decisions.ts'
import { type AuditRepo, createAuditRepo } from '../../store/audit.repo.ts'
import { openDatabase } from '../../store/database.ts'
import { createHistoryRepo } from '../../store/history.repo.ts'
import { migrations } from '../../store/migrations/migrations.ts'
import { decisionsAt } from './decisions-at.ts'
import { directionOf } from './direction.ts'
import { createHistoryService, type HistoryService } from './history-service.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'dc1',
  identities: { audit: { user: 'a' } },
  hosts: ['gpu-01', 'gpu-02'].map((name, index) => ({ name, address: `10.0.0.${index + 1}` })),
})

const finding = (status: Outcome, control = 'a-b', more: Partial<Finding> = {}): Finding => ({
  ...{ control, item: 'INF-1', status, severity: 'critical', title: `${control} ${status}`, subject: 's', reason: '', rationale: '' },
  ...{ evidence: [], references: [], digest: 'd', ...more },
})

const host = (name: string, at: string, findings: Finding[]): HostAudit => ({
  ...{ name, address: '10.0.0.1', state: 'connected', startedAt: at, finishedAt: at, findings, items: itemResults(findings) },
  ...{ sections: [], listeners: [], services: [], gpus: [] },
})

let folder: string
let repo: AuditRepo
let history: HistoryService
let decisions: Decisions
let close: () => void
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-history-'))
  const { database } = openDatabase(folder, 0)
  repo = createAuditRepo(database)
  decisions = { waivers: [], attestations: [] }
  history = createHistoryService({
    ...{ clock: { now: () => Date.parse('2027-01-01T00:00:00Z') }, log: () => undefined, version: '1', repo, advisories: shippedBook },
    ...{ history: createHistoryRepo(database), decisions: () => decisions },
  })
  close = () => database.close()
})
afterEach(() => {
  close()
  rmSync(folder, { recursive: true })
})

function audit(id: string, day: string, findings: Readonly<Record<string, Finding[]>>): void {
  const at = `${day}T10:00:00.000Z`
  repo.begin({ id, fleet: 'dc1', startedAt: at, gatehouse: '1' })
  for (const [name, all] of Object.entries(findings)) repo.saveHost(id, 'dc1', host(name, at, all), [])
  repo.finish(id, at, 'complete')
}

/** Three audits; the last one looked at one host only. */
function threeAudits(): void {
  audit('aaaa-1', '2026-10-01', { 'gpu-01': [finding('pass'), finding('fail', 'c-d')], 'gpu-02': [finding('fail')] })
  audit('bbbb-2', '2026-10-08', { 'gpu-01': [finding('fail'), finding('pass', 'c-d')], 'gpu-02': [finding('fail')] })
  audit('cccc-3', '2026-10-15', { 'gpu-02': [finding('not-evaluated')] })
}

test('before the only audit there is none, and that is what is said', () => {
  audit('aaaa-1', '2026-10-01', { 'gpu-01': [finding('pass')] })
  expect(() => history.compare(fleet, 'previous', 'latest', false)).toThrow('previous: there is one audit, and none before it')
})

test('a trend keeps what an audit of a few hosts did not look at', () => {
  threeAudits()
  expect(history.trend(fleet).map(({ audit, hosts, known, openCritical }) => [audit, hosts, known, openCritical])).toEqual([
    ['aaaa-1', 2, 2, 2],
    ['bbbb-2', 2, 2, 2],
    ['cccc-3', 1, 2, 1],
  ])
  const [first] = history.trend(fleet)
  expect(first).toMatchObject({ passed: 0, applicable: 36, startedAt: '2026-10-01T10:00:00.000Z' })
})

test('what was known on a day: every host by its newest look until then, what was open', () => {
  threeAudits()
  const known = history.known(fleet, '2026-10-09', false)
  expect([known.audit, known.passed, known.applicable]).toEqual(['bbbb-2', 0, 36])
  expect(known.hosts.map(({ name, finishedAt, open }) => [name, finishedAt.slice(0, 10), open.map(({ title }) => title)])).toEqual([
    ['gpu-01', '2026-10-08', ['a-b fail']],
    ['gpu-02', '2026-10-08', ['a-b fail']],
  ])
  // The last audit looked at one host: the other stands as it was found before.
  expect(history.known(fleet, 'latest', false).hosts.map(({ name, finishedAt }) => [name, finishedAt.slice(0, 10)])).toEqual([
    ['gpu-01', '2026-10-08'],
    ['gpu-02', '2026-10-15'],
  ])
  expect(() => history.known(fleet, '2026-09-30', false)).toThrow(/a day from 2026-10-01 on/)
})

test('days by name, UTC; a day that no month has is none', () => {
  threeAudits()
  audit('dddd-4', '2026-12-31', { 'gpu-01': [finding('pass')] })
  const { before, after } = history.compare(fleet, 'yesterday', 'today', false)
  expect([before.audit, after.audit]).toEqual(['dddd-4', 'dddd-4'])
  audit('eeee-5', '2027-01-01', { 'gpu-01': [finding('fail')] })
  expect(history.compare(fleet, 'yesterday', 'today', false)).toMatchObject({ before: { audit: 'dddd-4' }, after: { audit: 'eeee-5' } })
  expect(() => history.compare(fleet, '2026-02-30', 'latest', false)).toThrow(/today, yesterday/)
})

test('what got worse comes first, with since when; what is unseen is no improvement', () => {
  threeAudits()
  const { changes, before, after } = history.compare(fleet, 'aaaa', 'latest', false)
  expect([before.audit, after.audit]).toEqual(['aaaa-1', 'cccc-3'])
  expect(changes.map(({ host, control, direction, since }) => [host, control, direction, since?.slice(0, 10)])).toEqual([
    ['gpu-01', 'a-b', 'worse', '2026-10-08'],
    ['gpu-02', 'a-b', 'unseen', '2026-10-15'],
    ['gpu-01', 'c-d', 'better', '2026-10-08'],
  ])
  expect(history.compare(fleet, 'previous', 'bbbb', false).changes).toEqual([])
})

test('a host that was not reached is named, with why: in a comparison, in what was known, and in the trend', () => {
  const dark = { state: 'unreachable', failure: { code: 'ssh.refused', detail: 'Connection refused' } } as const
  audit('aaaa-1', '2026-10-01', { 'gpu-01': [finding('fail')] })
  const at = '2026-10-08T10:00:00.000Z'
  repo.begin({ id: 'bbbb-2', fleet: 'dc1', startedAt: at, gatehouse: '1' })
  repo.saveHost('bbbb-2', 'dc1', { ...host('gpu-01', at, [finding('not-evaluated', 'a-b', { subject: '' })]), ...dark }, [])
  repo.finish('bbbb-2', at, 'complete')
  const { before, after, changes } = history.compare(fleet, 'aaaa', 'bbbb', false)
  expect([before.unreached, after.unreached]).toEqual([[], [{ host: 'gpu-01', reason: 'Connection refused' }]])
  expect(changes).toMatchObject([{ direction: 'unseen', subject: 's', from: 'fail', to: 'not-evaluated' }])
  expect(history.compare(fleet, 'bbbb', 'aaaa', false).changes).toMatchObject([{ direction: 'found', subject: 's' }])
  expect(history.known(fleet, 'latest', false).hosts).toMatchObject([{ unreached: 'Connection refused' }])
  expect(history.known(fleet, 'previous', false).hosts).toMatchObject([{ unreached: null }])
  audit('cccc-3', '2026-10-15', { 'gpu-02': [finding('fail')] })
  audit('dddd-4', '2026-10-16', { 'gpu-01': [finding('fail')] })
  expect(history.trend(fleet).map(({ unreached, openCritical }) => [unreached, openCritical])).toEqual([
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 2],
  ])
})

test('a day is its end; a moment that is not there says what there is', () => {
  threeAudits()
  expect(history.compare(fleet, '2026-10-01', '2026-10-14', false)).toMatchObject({
    before: { audit: 'aaaa-1' },
    after: { audit: 'bbbb-2' },
  })
  expect(() => history.at(fleet, '2026-09-30', false)).toThrow(/from 2026-10-01 on/)
  expect(() => history.at(fleet, 'zzzz', false)).toThrow(/3 audits/)
  expect(() => history.at(fleet, 'aa', false)).toThrow(/4 characters/)
})

test('hosts of one moment only are named, not counted as gone', () => {
  audit('aaaa-1', '2026-10-01', { 'gpu-01': [finding('fail')], old: [finding('fail')] })
  audit('bbbb-2', '2026-10-08', { 'gpu-02': [finding('fail')] })
  const { only, changes } = history.compare(fleet, 'aaaa', 'bbbb', false)
  const lone = { open: 1, openCritical: 1 }
  expect([only, changes]).toEqual([{ before: [{ host: 'old', ...lone }], after: [{ host: 'gpu-02', ...lone }] }, []])
})

test('decisions count as they stood at the moment', () => {
  threeAudits()
  const base = { host: 'gpu-02', control: 'a-b', item: 'INF-1', subject: 's', status: 'fail', title: 't', digest: 'd' } as const
  const waiver = { ...base, id: 'w', reason: 'r', approver: 'm', grantedBy: 'm', endsOn: '2026-12-31' }
  decisions = {
    attestations: [],
    waivers: [{ ...waiver, grantedAt: '2026-10-02T00:00:00.000Z', withdrawn: { by: 'm', at: '2026-10-10T00:00:00.000Z' } }],
  }
  const statusOn = (moment: string) =>
    [...history.at(fleet, moment, false).hosts].find(({ name }) => name === 'gpu-02')?.findings.map(({ status }) => status)
  expect([statusOn('2026-10-01'), statusOn('2026-10-08'), statusOn('2026-10-12')]).toEqual([['fail'], ['waived'], ['fail']])
  expect(decisionsAt(decisions, Date.parse('2026-10-01')).waivers).toEqual([])
})

describe('what a change means', () => {
  const cases: readonly [Outcome | null, Outcome | null, string][] = [
    ['pass', 'fail', 'worse'],
    [null, 'fail', 'worse'],
    ['waived', 'fail', 'worse'],
    ['not-evaluated', 'warning', 'found'],
    ['warning', 'fail', 'worse'],
    ['fail', 'fail', 'still'],
    ['not-evaluated', 'pass', 'cleared'],
    ['not-evaluated', null, 'other'],
    [null, 'not-applicable', 'other'],
    ['needs-attestation', 'not-evaluated', 'other'],
    ['waived', 'not-evaluated', 'unseen'],
    ['fail', 'warning', 'better'],
    ['fail', 'pass', 'better'],
    ['fail', 'not-evaluated', 'unseen'],
    ['pass', 'not-evaluated', 'unseen'],
    [null, 'not-evaluated', 'other'],
    ['fail', 'waived', 'decided'],
    ['fail', 'not-applicable', 'gone'],
    ['fail', null, 'gone'],
    [null, 'pass', 'other'],
  ]
  test.each(cases)('%s to %s is %s', (from, to, direction) => expect(directionOf(from, to)).toBe(direction))
})

test('an audit from before trends were stored is counted from its result', () => {
  close()
  rmSync(join(folder, 'gatehouse.db'))
  const old = new Database(join(folder, 'gatehouse.db'))
  old.exec(`${migrations.slice(0, 6).join(' ')} PRAGMA user_version = 6`)
  const at = '2026-10-01T10:00:00.000Z'
  const result = host('gpu-01', at, [finding('fail'), finding('fail', 'c-d', { severity: 'high' }), finding('pass', 'e-f')])
  old.exec(`INSERT INTO audit VALUES ('a', 'dc1', '${at}', '${at}', '0.1.0', 'complete')`)
  old.prepare(`INSERT INTO host_audit VALUES (1, 'a', 'dc1', 'gpu-01', 'connected', 0, 18, '', ?)`).run(JSON.stringify(result))
  old.close()
  const { database } = openDatabase(folder, 0)
  close = () => database.close()
  expect(createHistoryRepo(database).trend('dc1')).toMatchObject([{ auditId: 'a', host: 'gpu-01', openCritical: 1 }])
})
