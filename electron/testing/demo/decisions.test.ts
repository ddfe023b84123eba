import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHandle } from '#core/handlers/handlers.ts'
import type { Services } from '#core/services.ts'
import type { Channel } from '#shared/ipc/channels.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'
import { dayFrom } from '#shared/model/validity.ts'
import { type DemoHost, file } from './demo-host.ts'
import { openDemoServices } from './demo-services.testing.ts'
import { gpu03 } from './hosts/gpu-03.ts'

/** Decisions over real audits, as the window makes them. */

let data: string
let services: Services
let changed: string[]
let now: number

async function open(host: DemoHost): Promise<void> {
  services = await openDemoServices([host], { clock: { now: () => now }, data, changed: (event) => changed.push(event) })
}

async function call<C extends Channel>(channel: C, input: Input<C>): Promise<Output<C>> {
  const reply = await createHandle(services)(channel, input)
  if (!reply.ok) throw new Error(`${reply.failure.code} ${reply.failure.detail}`)
  return reply.value as Output<C>
}

const audit = () => services.audits.start(services.fleet.require(), services.transport()).done
const control = 'inference-bound-to-loopback'
const finding = async () => (await call('audit:host', { host: 'gpu-03' }))?.findings.find((it) => it.control === control)

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'gatehouse-waived-'))
  changed = []
  now = Date.now()
})
afterEach(async () => {
  await services.close()
  rmSync(data, { recursive: true, force: true })
})

async function grant() {
  const found = await finding()
  expect(found?.status).toBe('fail')
  const request = { host: 'gpu-03', control, subject: found?.subject ?? '', reason: 'Moves behind nginx', approver: 'M. Ito' }
  return call('waiver:grant', { ...request, endsOn: dayFrom(now, 30) })
}

test('a waived finding shows everywhere with its end, survives the next audit and a judgement anew, and comes back when withdrawn', async () => {
  await open(gpu03)
  await audit()
  const before = await call('audit:latest', { since: null })
  const { id, endsOn } = await grant()
  expect(changed).toContain('waiver:changed')
  expect(await finding()).toMatchObject({ status: 'waived', waiver: { id, state: 'active', approver: 'M. Ito', endsOn } })
  const latest = await call('audit:latest', { since: before.revision })
  expect(latest.hosts[0]?.findings.find((it) => it.control === control)?.status).toBe('waived')
  expect(await call('audit:latest', { since: latest.revision })).toMatchObject({ whole: false, hosts: [] })
  for (const format of ['json', 'markdown', 'html'] as const) {
    const report = services.report(format)
    for (const words of ['Moves behind nginx', 'M. Ito', endsOn]) expect(report.replaceAll('\\', '')).toContain(words)
  }

  const [again] = (await audit()).hosts
  expect(again?.findings.find((it) => it.control === control)?.status).toBe('waived')
  const [judgedAgain] = services.audits.reevaluate(services.fleet.require())?.hosts ?? []
  expect(judgedAgain?.findings.find((it) => it.control === control)?.status).toBe('waived')
  expect(await call('waiver:list', null)).toMatchObject([{ id, state: 'active' }])

  await call('waiver:withdraw', { id })
  expect(await finding()).toMatchObject({ status: 'fail' })
  expect(await call('waiver:list', null)).toMatchObject([{ id, state: 'withdrawn', withdrawn: { by: 'admin' } }])
})

test('a waiver ends by itself, without another audit', async () => {
  await open(gpu03)
  await audit()
  await grant()
  const { revision } = await call('audit:latest', { since: null })
  now += 31 * 86_400_000
  expect(await call('audit:latest', { since: revision })).toMatchObject({ whole: true, hosts: [{ name: 'gpu-03' }] })
  expect(await finding()).toMatchObject({ status: 'fail', waiver: { state: 'expired' } })
  expect(await call('waiver:list', null)).toMatchObject([{ state: 'expired' }])
})

test.each([
  ['empty words', { reason: '  ' }],
  ['hidden characters alone', { approver: '\u202e\u200b' }],
  ['a day that is none', { endsOn: 'next week' }],
])('malformed: %s', async (_, change) => {
  await open(gpu03)
  const request = { host: 'gpu-03', control, subject: '', reason: 'r', approver: 'a', endsOn: dayFrom(now, 1), ...change }
  await expect(call('waiver:grant', request)).rejects.toThrow(/ipc.invalid/)
})

test('a statement for the fleet makes its item pass; one about files ends when another file is there', async () => {
  await open(gpu03)
  await audit()
  const itemOf = async (id: string) => (await call('audit:host', { host: 'gpu-03' }))?.items.find((item) => item.id === id)?.status
  expect(await itemOf('OPS-2')).toBe('needs-attestation')
  const made = { statement: 'Wiki, page 12; rehearsed in May.', name: 'M. Ito', endsOn: dayFrom(now, 30) }
  const { id } = await call('attestation:state', { host: null, control: 'incident-playbook-rehearsed', subject: '', ...made })
  expect(await itemOf('OPS-2')).toBe('pass')
  expect(services.report('markdown').replaceAll('\\', '')).not.toContain('Nobody has stated the incident playbook')
  await call('attestation:withdraw', { id })
  expect(await itemOf('OPS-2')).toBe('needs-attestation')

  const hashes = async () =>
    (await call('audit:host', { host: 'gpu-03' }))?.findings.find((it) => it.control === 'model-hashes-verified-at-source')
  const asked = await hashes()
  expect(asked?.status).toBe('needs-attestation')
  await call('attestation:state', { host: 'gpu-03', control: asked?.control ?? '', subject: asked?.subject ?? '', ...made })
  expect((await hashes())?.status).toBe('pass')
  await audit()
  expect((await hashes())?.status).toBe('pass')
  await services.close()
  await open({ ...gpu03, files: new Map([...gpu03.files, [`${asked?.subject}/blobs/sha256-${'0'.repeat(64)}`, file('root', 0o666, 9)]]) })
  await audit()
  expect(await hashes()).toMatchObject({ status: 'needs-attestation', attestation: { state: 'changed' } })
})
