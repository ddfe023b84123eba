import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Finding } from '#shared/model/finding.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import { createLedger } from '../ledger/ledger.ts'
import { sha256Of } from '../ledger/record.ts'
import { type AnyControl, defineControl } from '../policy/control.ts'
import { openDatabase } from '../store/database.ts'
import { createAttestationRepo, createWaiverRepo } from '../store/decision.repo.ts'
import { createDecisionService } from './decision-service.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')
const fleetNamed = (name: string) =>
  fleetSchema.parse({ version: 1, name, identities: { audit: { user: 'a' } }, hosts: [{ name: 'gpu-01', address: '10.0.0.1' }] })
const fleet = fleetNamed('dc1')

const finding: Finding = {
  ...{ control: 'a-b', item: 'INF-1', status: 'fail', severity: 'high', title: 'T', subject: 's', reason: 'r', rationale: '' },
  ...{ evidence: [], references: [], digest: 'd1' },
}

const asking = (id: string, scope: 'fleet' | 'host'): AnyControl =>
  defineControl({
    ...{ id, item: 'OPS-2', severity: 'medium', title: 't', rationale: 'r', needs: [], references: [] },
    attestation: { scope, question: 'Is there one?', validDays: 30 },
    evaluate: () => [],
  })

let folder: string
let now: number
let found: Finding | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-decisions-'))
  now = NOW
  found = finding
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open() {
  const { database } = openDatabase(folder, NOW)
  return createDecisionService({
    ledger: createLedger(folder, { now: () => now }, 'admin'),
    clock: { now: () => now },
    waivers: createWaiverRepo(database),
    attestations: createAttestationRepo(database),
    controls: [asking('fleet-wide', 'fleet'), asking('per-host', 'host')],
    findingOf: () => found,
    by: 'admin',
  })
}

const asked = { host: 'gpu-01', control: 'a-b', subject: 's', reason: 'Replaced in January', approver: 'M. Ito', endsOn: '2027-01-31' }
const stated = {
  host: null,
  control: 'fleet-wide',
  subject: '',
  statement: 'The playbook is in the wiki.',
  name: 'M. Ito',
  endsOn: '2026-12-01',
}

test('each decision stands in the ledger with its digest, before it counts; where the ledger cannot be written, nothing is decided', () => {
  const service = open()
  const waiver = service.grantWaiver(fleet, asked)
  const statement = service.attest(fleet, stated)
  service.withdrawWaiver(fleet, waiver.id)
  expect(() => service.withdrawWaiver(fleet, waiver.id)).toThrow(/no such waiver/)
  service.withdrawAttestation(fleet, statement.id)
  const { records } = createLedger(folder, { now: () => now }, 'admin').read()
  expect(records.map(({ action, host, subject }) => [action, host, subject])).toEqual([
    ['waiver.grant', 'gpu-01', waiver.id],
    ['attestation.state', '', statement.id],
    ['waiver.withdraw', 'gpu-01', waiver.id],
    ['attestation.withdraw', '', statement.id],
  ])
  expect(records[0]?.digests).toEqual({ decision: sha256Of(JSON.stringify(waiver)) })
  expect(records[0]?.detail).toBe('a-b (s) until 2027-01-31, M. Ito: Replaced in January')
  writeFileSync(join(folder, 'ledger.jsonl'), 'broken\n')
  expect(() => service.grantWaiver(fleet, asked)).toThrow()
  expect(service.of(fleet).waivers.filter(({ withdrawn }) => withdrawn === undefined)).toEqual([])
})

describe('waivers', () => {
  test('keep what they were given for, and outlive the process', () => {
    const waiver = open().grantWaiver(fleet, asked)
    expect(waiver).toMatchObject({ ...asked, item: 'INF-1', status: 'fail', title: 'T', digest: 'd1', grantedBy: 'admin' })
    expect(waiver.grantedAt).toBe('2026-11-22T10:00:00.000Z')
    expect(open().of(fleet).waivers).toEqual([waiver])
    expect(open().of(fleetNamed('dc2')).waivers).toEqual([])
  })

  test('a new one replaces the old one, which stays in the history', () => {
    const service = open()
    service.grantWaiver(fleet, asked)
    now += 60_000
    service.grantWaiver(fleet, { ...asked, approver: 'K. Roy' })
    service.grantWaiver(fleet, { ...asked, subject: 'another' })
    expect(service.of(fleet).waivers.map(({ approver, subject, withdrawn }) => [approver, subject, withdrawn])).toEqual([
      ['M. Ito', 'another', undefined],
      ['K. Roy', 's', undefined],
      ['M. Ito', 's', { by: 'admin', at: '2026-11-22T10:01:00.000Z' }],
    ])
  })

  test('are withdrawn once, by those who have the fleet open', () => {
    const service = open()
    const { id } = service.grantWaiver(fleet, asked)
    expect(() => service.withdrawWaiver(fleetNamed('dc2'), id)).toThrow(/no such waiver/)
    service.withdrawWaiver(fleet, id)
    expect(service.of(fleet).waivers[0]?.withdrawn).toEqual({ by: 'admin', at: '2026-11-22T10:00:00.000Z' })
    expect(() => service.withdrawWaiver(fleet, id)).toThrow(/no such waiver/)
  })

  test.each([
    ['today', '2026-11-22', true],
    ['yesterday', '2026-11-21', false],
    ['90 days', '2027-02-20', true],
    ['91 days', '2027-02-21', false],
  ])('a last day of %s', (_, endsOn, allowed) => {
    const grant = () => open().grantWaiver(fleet, { ...asked, endsOn })
    if (allowed) expect(grant().endsOn).toBe(endsOn)
    else expect(grant).toThrow(/expected one from today to 2027-02-20/)
  })

  test.each([
    ['gone', undefined, /no such finding/],
    ['not evaluated', { ...finding, status: 'not-evaluated' }, /it is not-evaluated/],
    ['passed', { ...finding, status: 'pass' }, /it is pass/],
    ['without a digest', { ...finding, digest: undefined }, /audit the host again/],
  ])('are refused for what is %s', (_, it, reason) => {
    found = it as Finding | undefined
    expect(() => open().grantWaiver(fleet, asked)).toThrow(reason)
    expect(open().of(fleet).waivers).toEqual([])
  })
})

describe('statements', () => {
  test('for the whole fleet need no finding; for one host they hold for its evidence', () => {
    const service = open()
    found = undefined
    expect(service.attest(fleet, stated)).toMatchObject({ host: null, digest: null, item: 'OPS-2', statedBy: 'admin' })
    found = { ...finding, status: 'needs-attestation' }
    const own = service.attest(fleet, { ...stated, control: 'per-host', host: 'gpu-01', subject: '/srv/models' })
    expect(own).toMatchObject({ host: 'gpu-01', digest: 'd1', subject: '/srv/models' })
    service.withdrawAttestation(fleet, own.id)
    expect(service.of(fleet).attestations.map(({ host, withdrawn }) => [host, withdrawn?.by])).toEqual([
      ['gpu-01', 'admin'],
      [null, undefined],
    ])
    expect(() => service.withdrawAttestation(fleet, own.id)).toThrow(/no such statement/)
  })

  test('a new statement for the whole fleet replaces the old one', () => {
    const service = open()
    service.attest(fleet, stated)
    service.attest(fleet, { ...stated, name: 'K. Roy' })
    expect(
      service
        .of(fleet)
        .attestations.filter(({ withdrawn }) => !withdrawn)
        .map(({ name }) => name),
    ).toEqual(['K. Roy'])
  })

  test.each([
    ['a control that asks for none', { control: 'a-b' }, /asks for no statement/],
    ['one host where the fleet is asked', { host: 'gpu-01' }, /for the whole fleet/],
    ['the fleet where one host is asked', { control: 'per-host' }, /one host at a time/],
    ['a host that does not ask', { control: 'per-host', host: 'gpu-01' }, /does not ask for it/],
    ['a day too far', { endsOn: '2026-12-23' }, /expected one from today to 2026-12-22/],
  ])('are refused for %s', (_, change, reason) => {
    expect(() => open().attest(fleet, { ...stated, ...change })).toThrow(reason)
  })
})
