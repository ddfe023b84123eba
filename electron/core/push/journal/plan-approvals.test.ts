import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS } from '#shared/day.ts'
import { failureOf } from '#shared/errors.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { createLedger } from '../../ledger/ledger.ts'
import { createSignedDecisions } from '../../ledger/signed-decisions.ts'
import { openConsoleKey } from '../../signing/console-key.ts'
import { createPlanApprovals } from './plan-approvals.ts'

const START = Date.parse('2026-11-26T09:00:00Z')
let folder: string
let now: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-plans-'))
  now = START
})
afterEach(() => rmSync(folder, { recursive: true }))

const clock = { now: () => now }
const ledger = () => createLedger(folder, clock, 'ada')
const approvals = (kind: 'plan' | 'template' = 'plan') =>
  createPlanApprovals(createSignedDecisions(kind, { ledger: ledger(), key: () => openConsoleKey(folder), account: 'ada' }), clock)

const plan: PushPlan = {
  version: 1,
  id: '3f0c8b9e-5a51-4c1e-9a47-6a8a50f0f3c1',
  createdAt: '2026-11-26T08:00:00.000Z',
  gatehouse: '0.1.0',
  fleet: 'dc1',
  host: 'gpu-01',
  address: '10.20.4.11',
  template: { id: 'ollama-loopback', version: 1, sha256: 'a'.repeat(64) },
  parameters: {},
  unit: 'ollama.service',
  danger: 'restart',
  files: [{ kind: 'systemd-drop-in', path: '/etc/x.conf', before: 'absent', after: `${'b'.repeat(64)}:0:0:644`, diff: ['+x'] }],
  turns: [{ control: 'inference-bound-to-loopback', subject: 'ollama', status: 'fail', title: 'bound wide' }],
}

function refusal(asked: PushPlan = plan, from = approvals()): string {
  try {
    from.require(asked)
    return ''
  } catch (error) {
    return `${failureOf(error).code} ${failureOf(error).detail}`
  }
}

test('a plan that nobody approved is refused', () => {
  expect(refusal()).toContain('push.plan-not-approved the plan for gpu-01')
})

test('an approved plan is carried out for seven days, and not before it was approved', () => {
  approvals().approve(plan, 'tonight')
  expect(ledger().read().records).toMatchObject([{ action: 'plan.approve', host: 'gpu-01', subject: `${plan.id} 1` }])
  expect(refusal()).toBe('')
  now = START + 7 * DAY_MS
  expect(refusal()).toBe('')
  now += 1
  expect(refusal()).toContain('that holds for seven days')
  now = START - 1
  expect(refusal()).toContain('push.plan-not-approved')
})

test('what was approved is this very plan', () => {
  approvals().approve(plan, 'tonight')
  const [file] = plan.files
  expect(refusal({ ...plan, host: 'gpu-02' })).toContain('push.plan-not-approved')
  expect(refusal({ ...plan, files: file ? [{ ...file, path: '/etc/passwd' }] : [] })).toContain('push.plan-not-approved')
})

test('an approval that was withdrawn is none', () => {
  approvals().approve(plan, 'tonight')
  const decisions = createSignedDecisions('plan', { ledger: ledger(), key: () => openConsoleKey(folder), account: 'ada' })
  const [approved] = decisions.all().keys()
  const [id = '', version = '', sha256 = ''] = approved?.split(' ') ?? []
  decisions.decide('withdraw', { id, version: Number(version), sha256 }, 'not tonight')
  expect(refusal()).toContain('push.plan-not-approved')
})

test('the approval of something else is none of a plan', () => {
  approvals('template').approve(plan, 'tonight')
  expect(refusal()).toContain('push.plan-not-approved')
})
