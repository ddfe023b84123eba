import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare } from 'bcryptjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHandle } from '#core/handlers/handlers.ts'
import { createServices, type Services } from '#core/services.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import { codeOf, counterAt } from '#core/step-up/totp.ts'
import type { Channel } from '#shared/ipc/channels.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'
import type { PushJob } from '#shared/model/push-job.ts'
import { startDemoFleet } from './demo-fleet.ts'

/** The way of the window: what it asks, over the demo fleet, from the finding to the verdict. */
const data = mkdtempSync(join(tmpdir(), 'gatehouse-demo-push-'))
let services: Services
const heard: string[] = []

beforeAll(() => {
  const clock = { now: () => Date.now() }
  const log = () => undefined
  const paths = { data, home: data }
  const secrets = { available: false, get: async () => undefined, set: async () => undefined, delete: async () => undefined }
  services = createServices({
    ...{ clock, log, paths, secrets, account: 'ada', version: '0.0.0', startDemo: () => startDemoFleet() },
    changed: (event) => void heard.push(event),
    createTransport: (fleet, prompts) => createSsh2Transport({ fleet, clock, log, paths, prompts }),
  })
})
afterAll(async () => {
  await services.close()
  rmSync(data, { recursive: true })
})

async function ask<C extends Channel>(channel: C, input: Input<C>): Promise<Output<C>> {
  const reply = await createHandle(services)(channel, input)
  if (!reply.ok) throw new Error(`${reply.failure.code} ${reply.failure.detail}`)
  return reply.value as Output<C>
}

async function finished(): Promise<PushJob> {
  for (;;) {
    const job = await ask('push:job', null)
    if (job?.state === 'finished') return job
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const audited = async (host: string): Promise<void> => {
  await services.audits.start(services.fleet.require(), services.transport(), [host]).done
}

const choice = { host: 'gpu-03', template: 'ollama-loopback', parameters: { port: 11434 } }

test('Fix in the demo: plan, code, push, verdict, and the finding is gone', async () => {
  await ask('fleet:demo', null)
  await expect(ask('push:plan', { ...choice, host: 'gpu-99' })).rejects.toThrow('fleet.no-host')
  await expect(ask('audit:start', { hosts: ['gpu-99'] })).rejects.toThrow('fleet.no-host')
  const plan = await ask('push:plan', choice)
  expect(plan.files[0]).toMatchObject({ before: 'absent', diff: expect.arrayContaining(['+Environment="OLLAMA_HOST=127.0.0.1:11434"']) })
  expect(plan.turns).toMatchObject([
    { control: 'inference-bound-to-loopback', status: 'fail' },
    { control: 'engine-requires-key-when-exposed', status: 'fail' },
  ])

  await expect(ask('push:start', { plan: plan.id, typedHost: '' })).rejects.toThrow('step-up.needed')
  await expect(ask('access:review-sign', { name: 'M. Ito' })).rejects.toThrow('step-up.needed')
  const { secret } = await ask('step-up:enrol', null)
  const letters = [...secret.replaceAll(' ', '')].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  const bytes = Buffer.from((letters.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  await ask('step-up:confirm', { code: codeOf(bytes, counterAt(Date.now())) })

  await ask('push:start', { plan: plan.id, typedHost: '' })
  await expect(ask('push:start', { plan: plan.id, typedHost: '' })).rejects.toThrow('push.running')
  await expect(ask('fleet:close', null)).rejects.toThrow('push.running')
  const job = await finished()
  expect(job.result).toMatchObject({ verdict: 'committed-proven', reason: '' })
  expect(job.steps.map(({ step }) => step)).toEqual(['begin', 'stage', 'arm', 'write', 'activate', 'verify', 'commit'])
  expect(heard).toContain('push:changed')

  const { pushes } = await ask('push:history', null)
  expect(pushes).toMatchObject([{ host: 'gpu-03', state: 'committed-proven', who: 'ada', plan: { id: plan.id } }])
  await expect(ask('push:plan', choice)).rejects.toThrow('push.not-possible')
}, 60_000)

test('undo now, in the middle: the host is as it was, and says so', async () => {
  await ask('fleet:close', null)
  await ask('fleet:demo', null)
  const plan = await ask('push:plan', { ...choice, parameters: { port: 12000 } })
  await ask('push:start', { plan: plan.id, typedHost: '' })
  for (let steps: readonly string[] = []; !steps.includes('activate'); ) {
    steps = (await ask('push:job', null))?.steps.map(({ step }) => step) ?? []
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const armed = await ask('push:job', null)
  const dueAt = Date.parse(armed?.undoDueAt ?? '')
  const later = await ask('push:extend', null)
  expect(later).toMatchObject({ plan: { id: plan.id }, undoAfterSeconds: expect.any(Number) })
  expect(Date.parse(later.undoDueAt ?? '') - dueAt).toBeGreaterThan(110_000)
  expect(services.ledger.read().records.map(({ action, detail }) => `${action} ${detail}`)).toEqual(
    expect.arrayContaining(['push.extend by 120 s', expect.stringMatching(/^push\.extended the undo runs by itself in 2\d\d s$/)]),
  )
  await ask('push:undo', null)
  const job = await finished()
  expect(job.result).toMatchObject({ verdict: 'rolled-back-proven', reason: 'it was stopped at this console' })
  expect(job.steps.at(-1)?.step).toBe('undo')
  await expect(ask('push:extend', null)).rejects.toThrow('push.not-extended')
  expect((await ask('push:plan', choice)).files[0]?.before).toBe('absent')
}, 60_000)

test('a file that moved since the plan is a conflict, shown in three texts, and not overwritten', async () => {
  await ask('fleet:close', null)
  await ask('fleet:demo', null)
  const late = await ask('push:plan', { ...choice, parameters: { port: 12000 } })
  const first = await ask('push:plan', choice)
  await ask('push:start', { plan: first.id, typedHost: '' })
  expect((await finished()).result).toMatchObject({ verdict: 'committed-proven' })
  await ask('push:start', { plan: late.id, typedHost: '' })
  const job = await finished()
  expect([job.failure?.code, job.result]).toEqual(['push.conflict', null])
  expect(job.conflicts).toMatchObject([
    {
      ...{ planned: 'absent', now: first.files[0]?.after, wanted: late.files[0]?.after },
      lines: expect.arrayContaining([' N  Environment="OLLAMA_HOST=127.0.0.1:11434"', '  T Environment="OLLAMA_HOST=127.0.0.1:12000"']),
    },
  ])
  expect((await ask('push:plan', { ...choice, parameters: { port: 13000 } })).files[0]?.before).toBe(first.files[0]?.after)
}, 60_000)

test('many hosts: the canary first, a host on which nothing can be planned is named, and what is left is stopped at the first that fails', async () => {
  await ask('fleet:close', null)
  await ask('fleet:demo', null)
  const { plans, failures } = await ask('push:plan-many', {
    hosts: ['gpu-03', 'gpu-02', 'gpu-01'],
    template: 'services-masked',
    parameters: {},
  })
  expect([plans.map(({ host }) => host), failures.map(({ host }) => host)]).toEqual([['gpu-03', 'gpu-02'], ['gpu-01']])
  const ids = plans.map(({ id }) => id)
  await ask('push:start-many', { plans: ids, canary: 1, waveSize: 1, typedHosts: '' })
  await expect(ask('push:start', { plan: ids[0] ?? '', typedHost: '' })).rejects.toThrow('push.running')
  await expect.poll(() => ask('push:waves', null).then((job) => job?.state), { timeout: 60_000 }).toBe('finished')
  const job = await ask('push:waves', null)
  expect(job?.hosts.map(({ wave }) => wave)).toEqual(plans.map((_, index) => index + 1))
  expect(job?.hosts.map(({ outcome, undoDueAt }) => [outcome, undoDueAt])).toEqual(plans.map(() => ['committed-proven', null]))

  // The same plans again: the canary is not as it was planned, so nothing starts anywhere.
  await ask('push:start-many', { plans: ids, canary: 1, waveSize: 1, typedHosts: '' })
  await ask('push:stop-waves', null)
  await expect.poll(() => ask('push:waves', null).then((one) => one?.state), { timeout: 60_000 }).toBe('finished')
  const again = await ask('push:waves', null)
  expect(new Set(again?.hosts.map(({ outcome }) => outcome))).toEqual(new Set(['not-started']))
}, 120_000)

test('many hosts: one of them is given more time, and then undone; no further wave starts', async () => {
  await ask('fleet:close', null)
  await ask('fleet:demo', null)
  await expect(ask('push:extend-one', { host: 'gpu-03' })).rejects.toThrow('push.not-extended')
  const { plans } = await ask('push:plan-many', { hosts: ['gpu-03', 'gpu-02'], template: 'services-masked', parameters: {} })
  await ask('push:start-many', { plans: plans.map(({ id }) => id), canary: 1, waveSize: 1, typedHosts: '' })
  const canary = async () => (await ask('push:waves', null))?.hosts[0]
  await expect.poll(() => canary().then((host) => host?.step), { timeout: 20_000, interval: 20 }).toBe('activate')
  const armed = await canary()
  const later = (await ask('push:extend-one', { host: 'gpu-03' })).hosts[0]
  expect(Date.parse(later?.undoDueAt ?? '') - Date.parse(armed?.undoDueAt ?? '')).toBeGreaterThan(110_000)
  expect(later?.undoAfterSeconds).toBeGreaterThan((armed?.undoAfterSeconds ?? 0) + 110)
  // The other host has nothing to undo.
  await ask('push:undo-one', { host: 'gpu-02' })
  await ask('push:undo-one', { host: 'gpu-03' })
  await expect.poll(() => ask('push:waves', null).then((job) => job?.state), { timeout: 60_000 }).toBe('finished')
  expect((await ask('push:waves', null))?.hosts).toMatchObject([
    { outcome: 'rolled-back-proven', undoDueAt: null, undoAfterSeconds: null },
    { outcome: 'not-started', reason: 'stopped after gpu-03: rolled back and proven' },
  ])
}, 90_000)

test('what a review removes is closed on a simulated host, and the audit sees it', async () => {
  await ask('fleet:close', null)
  await ask('fleet:demo', null)
  await audited('gpu-02')
  const loginOf = async () =>
    (await ask('access:overview', null))?.hosts.find(({ host }) => host === 'gpu-02')?.rows.find(({ account }) => account === 'backup')
      ?.login
  expect(await loginOf()).toBe('yes')
  await ask('access:review-start', null)
  await ask('access:review-decide', { account: 'backup', kind: 'account', host: 'gpu-02', verdict: 'remove', note: '' })
  const [draft = expect.fail()] = await ask('access:removal-pushes', null)
  expect(draft).toMatchObject({ host: 'gpu-02', template: 'accounts-closed', parameters: { accounts: ['backup'] } })
  const plan = await ask('push:plan', draft)
  expect(plan.files.find(({ path }) => path === '/etc/group')?.diff).toContain('-ssh-users: its members as they are')
  await ask('push:start', { plan: plan.id, typedHost: 'gpu-02' })
  expect((await finished()).result).toMatchObject({ verdict: 'committed-proven', reason: '' })
  await expect.poll(loginOf, { timeout: 30_000 }).toBe('no')
  expect(await ask('access:removal-pushes', null)).toEqual([])
}, 60_000)

test('a plan is filled from the host', async () => {
  await ask('fleet:close', null)
  await ask('fleet:demo', null)
  await audited('gpu-02')
  const { login, password } = await ask('push:login', { name: 'ada' })
  expect([login.startsWith('ada:$2b$10$'), await compare(password, login.slice(4))]).toEqual([true, true])
  await expect(ask('push:login', { name: 'a b' })).rejects.toThrow('push.not-possible')
  const { values: filled } = await ask('push:parameters', { host: 'gpu-02', template: 'nginx-ollama', parameters: {} })
  expect(filled).toMatchObject({
    serverName: 'ai.internal.yourcompany.com',
    certificate: '/etc/ssl/certs/internal-ca.crt',
    replaces: ['/etc/nginx/sites-enabled/ollama-secure'],
    port: 11434,
  })
  expect((await ask('push:plan', { host: 'gpu-03', template: 'service-account', parameters: {} })).turns).not.toEqual([])
}, 60_000)

test('what a push wrote and is gone: its own push restores it, or it is kept as it is', async () => {
  await ask('fleet:close', null)
  await ask('fleet:demo', null)
  const path = '/etc/systemd/system/ollama.service.d/zz-gatehouse-loopback.conf'
  expect(await ask('push:origin', { host: 'gpu-03', path })).toEqual({
    template: 'ollama-loopback',
    parameters: { unit: 'ollama.service', port: 11434 },
  })
  expect(await ask('push:origin', { host: 'gpu-03', path: '/etc/passwd' })).toBeNull()
  await ask('step-up:lock', null)
  await expect(ask('push:adopt', { host: 'gpu-03', path })).rejects.toThrow('step-up.needed')
  expect(await ask('push:origin', { host: 'gpu-03', path })).not.toBeNull()
}, 60_000)
