import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import { type Fleet, fleetSchema } from '#shared/model/fleet.ts'
import type { HostModel, ModelFile } from '#shared/model/model-inventory.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import { stateOf } from '#shared/model/registration-steps.ts'
import type { ScanReport } from '#shared/model/scan-report.ts'
import { createLedger } from '../../ledger/ledger.ts'
import { openDatabase } from '../../store/database.ts'
import { createModelRepo, type ModelRepo } from '../../store/model.repo.ts'
import { createRegistrationRepo } from '../../store/registration.repo.ts'
import { createModelService } from '../model-service.ts'
import { createRegistryService, type RegistryService } from './registry-service.ts'

const fleetOf = (policy: object = {}): Fleet =>
  fleetSchema.parse({
    ...{ version: 1, name: 'dc1', identities: { audit: { user: 'a' } }, policy },
    hosts: [
      { name: 'gpu-01', address: '10.0.0.1' },
      { name: 'gpu-02', address: '10.0.0.2' },
    ],
  })
const fleet = fleetOf()
const A = 'a'.repeat(64)
const file = (inode: string, ctimeNs = '2'): ModelFile => ({
  ...{
    path: `/m/${inode}`,
    type: 'file',
    mode: 0o640,
    owner: 'x',
    group: 'x',
    size: 4,
    allocated: 4,
    device: '1',
    inode,
    mtimeNs: '1',
    ctimeNs,
  },
})
const model = (host: string): HostModel => ({
  ...{ host, id: '/m', name: 'm', kind: 'directory', path: '/m', owner: 'x', group: 'x', mode: 0o750, files: 1, bytes: 4, changedAt: 0 },
  ...{ servers: [], loaded: 'no', source: '', problems: [] },
})

let folder: string
let now: number
let repo: ModelRepo
let registry: RegistryService
let models: ReturnType<typeof createModelService>
let records: () => readonly string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-registry-'))
  now = Date.UTC(2026, 10, 26)
  const clock = { now: () => (now += 1000) }
  const { database } = openDatabase(folder, now)
  repo = createModelRepo(database)
  const registrations = createRegistrationRepo(database)
  const ledger = createLedger(folder, clock, 'admin')
  models = createModelService({
    clock,
    repo,
    registrations: ({ name }) => registrations.list(name),
    version: '1',
    by: 'admin',
    changed: () => undefined,
  })
  registry = createRegistryService({
    ...{ clock, repo: registrations, models, inventory: repo, ledger, by: 'admin', changed: () => undefined },
  })
  records = () => ledger.read().records.map(({ action }) => action)
  lies('gpu-01')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** One file of weights, hashed, scanned and with an expected value. */
function lies(host: string, { digest = A, outcome = 'cleared' as ScanReport['outcome'], ctimeNs = '2' } = {}): void {
  const weights = file('model.safetensors', ctimeNs)
  const head = model(host)
  repo.saveListing('dc1', { host, listedAt: '2026-11-26T00:00:00Z', roots: [], oddities: [], oddityCount: 0, orphans: [] }, [
    { head, files: [{ name: 'model.safetensors', file: weights, role: 'weights' }] },
  ])
  const report: ScanReport = {
    path: weights.path,
    sizeBytes: 4,
    format: 'safetensors',
    outcome,
    findings: [],
    gaps: [],
    facts: [],
    bytesRead: 4,
  }
  repo.saveHash('dc1', host, { ...weights, algorithm: 'sha256', digest, problem: null, hashedAt: '2026-11-26T00:00:00Z' })
  repo.saveScan('dc1', host, { ...weights, gatehouse: '1', scannedAt: '2026-11-26T00:00:00Z', report })
}

const expectPublished = () =>
  models.expect(
    fleet,
    'm',
    {
      ...{ form: 'sha256sums', revision: '', signature: 'none', signatureNote: '', skipped: [] },
      digests: [{ file: 'model.safetensors', algorithm: 'sha256', digest: A }],
    },
    { url: 'https://example.org/sums', readBy: 'Ada', readOn: '2026-11-25' },
  )

const request = (of = fleet): Registration =>
  registry.request(of, { model: 'm', name: 'Ada', source: 'hf.co/meta-llama/m', revision: '', purpose: 'chat', licence: 'MIT', hosts: [] })
const review = (id: string, note = '', of = fleet) => registry.review(of, { id, host: 'gpu-01', name: 'Bob', note })
const test_ = (id: string, passed = true) => registry.test(fleet, { id, name: 'Bob', where: 'lab', passed, result: 'fine' })
const approve = (id: string, name = 'Eve', of = fleet) => registry.approve(of, { id, name, tiers: ['users'], hosts: ['gpu-01'] })
const code = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return failureOf(error).code
  }
  return undefined
}
const approvals = () => models.overview(fleet).artifacts.flatMap((it) => it.approvals.map(({ approval }) => approval))

/** All steps to an approval. */
function throughAll(): Registration {
  const { id } = request()
  review(id, 'accepted')
  test_(id)
  return approve(id)
}

test('the five steps, each in the ledger, end in an approval of exactly these bytes', () => {
  expectPublished()
  expect(approvals()).toEqual(['unregistered'])
  const { id } = request()
  const reviewed = review(id)
  expect(reviewed.steps.at(-1)).toMatchObject({ step: 'reviewed', checks: [{ ok: true }, { ok: true }, { ok: true }, { ok: true }] })
  expect(approvals()).toEqual(['in-checks'])
  test_(id)
  approve(id)
  expect(approvals()).toEqual(['approved'])
  registry.deployed(fleet, id, 'gpu-01', '/m', '1 file')
  expect(stateOf(registry.get(fleet, id))).toBe('approved')
  expect(records()).toEqual(['model.requested', 'model.reviewed', 'model.tested', 'model.approved', 'model.deployed'])
  lies('gpu-01', { digest: 'b'.repeat(64), ctimeNs: '3' })
  expect(approvals()).toEqual(['changed'])
})

test('a file that was written since has no known bytes, so no approval', () => {
  throughAll()
  const weights = file('model.safetensors', '9')
  const head = model('gpu-01')
  const inventory = { host: 'gpu-01', listedAt: '2026-11-26T00:00:00Z', roots: [], oddities: [], oddityCount: 0, orphans: [] }
  repo.saveListing('dc1', inventory, [{ head, files: [{ name: 'model.safetensors', file: weights, role: 'weights' }] }])
  expect(approvals()).toEqual(['not-hashed'])
})

describe('the order is kept', () => {
  test.each([
    ['test before review', () => test_(request().id)],
    ['approve before test', () => approve(review(request().id, 'n').id)],
    ['approve after a test that failed', () => approve(test_(review(request().id, 'n').id, false).id)],
    ['reject what is approved', () => registry.reject(fleet, { id: throughAll().id, name: 'E', reason: 'r' })],
    ['revoke what is not approved', () => registry.revoke(fleet, { id: request().id, name: 'E', reason: 'r' })],
    ['deploy what is not approved', () => registry.deployed(fleet, request().id, 'gpu-01', '/m', '')],
    [
      'approve again what was rejected',
      () => approve(registry.reject(fleet, { id: test_(review(request().id, 'n').id).id, name: 'E', reason: 'r' }).id),
    ],
  ])('%s', (_, run) => {
    expect(code(run)).toBe('registry.wrong-step')
  })
  test('what is not there', () => expect(code(() => review('x'))).toBe('registry.not-found'))
})

describe('a review', () => {
  test('without a published hash needs a note', () => {
    const { id } = request()
    expect(code(() => review(id))).toBe('registry.note-needed')
    expect(stateOf(review(id, 'The publisher states none'))).toBe('reviewed')
  })
  test.each([
    ['dangerous', () => lies('gpu-01', { outcome: 'dangerous' })],
    [
      'not the published bytes',
      () => {
        expectPublished()
        lies('gpu-01', { digest: 'b'.repeat(64), ctimeNs: '3' })
      },
    ],
    [
      'not there',
      () =>
        repo.saveListing(
          'dc1',
          { host: 'gpu-01', listedAt: '2026-11-26T00:00:00Z', roots: [], oddities: [], oddityCount: 0, orphans: [] },
          [],
        ),
    ],
  ])('of a model that is %s is refused, whatever the note says', (_, arrange) => {
    arrange()
    expect(code(() => review(request().id, 'fine'))).toBe('registry.not-sound')
    expect(records()).toEqual(['model.requested'])
  })
})

describe('an approval', () => {
  test('by who requested it is marked, and refused under the rule of four eyes', () => {
    const steps = () => test_(review(request().id, 'n').id).id
    expect(approve(steps(), ' ada ').steps.at(-1)).toMatchObject({ step: 'approved', alone: true })
    expect(approvals()).toEqual(['approved-alone'])
    expect(code(() => approve(steps(), 'ADA', fleetOf({ fourEyes: true })))).toBe('registry.four-eyes')
    expect(models.overview(fleetOf({ fourEyes: true })).artifacts[0]?.approvals[0]?.approval).toBe('four-eyes-missing')
  })
  test('says that a second factor was shown', () => {
    expect(approve(test_(review(request().id, 'n').id).id).steps.at(-1)).toMatchObject({ secondFactor: true })
  })
  test('supersedes the one before; a host that is not named is not approved', () => {
    const first = throughAll()
    const second = throughAll()
    expect([stateOf(registry.get(fleet, first.id)), stateOf(second)]).toEqual(['superseded', 'approved'])
    lies('gpu-02')
    expect(approvals()).toEqual(['approved', 'not-for-host'])
    registry.revoke(fleet, { id: second.id, name: 'Eve', reason: 'licence' })
    expect(approvals()).toEqual(['revoked', 'revoked'])
  })
})

test('two models of one name on a host are not reviewed as if they were one', () => {
  expectPublished()
  const { id } = request()
  const listing = { host: 'gpu-01', listedAt: '2026-11-26T00:00:00Z', roots: [], oddities: [], oddityCount: 0, orphans: [] }
  const files = [{ name: 'model.safetensors', file: file('model.safetensors'), role: 'weights' as const }]
  const head = model('gpu-01')
  repo.saveListing('dc1', listing, [
    { head, files },
    { head: { ...head, id: '/other', path: '/other' }, files },
  ])
  expect(code(() => review(id))).toBe('registry.not-sound')
})
