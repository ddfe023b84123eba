import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHandle, type Handle } from '#core/handlers/handlers.ts'
import { createServices, type Services } from '#core/services.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import type { Channel } from '#shared/ipc/channels.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'
import type { OperateJob } from '#shared/model/operate.ts'
import { pieceText } from '#shared/operate-words.ts'
import { startDemoFleet } from './demo-fleet.ts'
import { demoPrompt } from './demo-journal.ts'

/** The way of the window over the demo fleet: what an operator does, and what the next audit sees of it. */
const data = mkdtempSync(join(tmpdir(), 'gatehouse-demo-operate-'))
let services: Services
let handle: Handle

beforeAll(async () => {
  const clock = { now: () => Date.now() }
  const log = () => undefined
  const paths = { data, home: data }
  const secrets = { available: false, get: async () => undefined, set: async () => undefined, delete: async () => undefined }
  services = createServices({
    ...{ clock, log, paths, secrets, account: 'ada', version: '0.0.0', startDemo: () => startDemoFleet() },
    changed: () => undefined,
    createTransport: (fleet, prompts) => createSsh2Transport({ fleet, clock, log, paths, prompts }),
  })
  handle = createHandle(services)
  await ask('fleet:demo', null)
  await services.audits.start(services.fleet.require(), services.transport()).done
})
afterAll(async () => {
  await services.close()
  rmSync(data, { recursive: true })
})

async function ask<C extends Channel>(channel: C, input: Input<C>): Promise<Output<C>> {
  const reply = await handle(channel, input)
  if (!reply.ok) throw new Error(reply.failure.code)
  return reply.value as Output<C>
}

async function until<T>(look: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look()
    if (wanted(value)) return value
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function operate(host: string, unit: string, verb: OperateJob['verb']): Promise<OperateJob | null> {
  await ask('operate:run', { host, unit, verb })
  await expect(ask('operate:run', { host, unit, verb })).rejects.toThrow('operate.running')
  await expect(ask('push:start', { plan: randomUUID(), typedHost: '' })).rejects.toThrow('operate.running')
  const job = await until(
    () => ask('operate:job', null),
    (it) => it?.state === 'finished',
  )
  // A proven change is followed by an audit of its own.
  if (job?.result)
    await until(
      async () => services.audits.job(),
      (it) => it?.state === 'finished' && it.startedAt > job.startedAt,
    )
  return job
}

const engineOf = async (host: string) => (await ask('host:services', { host }))?.services.find(({ kind }) => kind === 'engine')

test('every host says what may be operated', async () => {
  const units = await Promise.all(['gpu-01', 'gpu-02', 'gpu-03', 'gpu-04', 'lab-01'].map((host) => ask('operate:units', { host })))
  expect(units.map((all) => all.map(({ unit }) => unit))).toEqual([
    ['vllm.service', 'nginx.service', 'dcgm-exporter.service'],
    ['ollama.service', 'nginx.service'],
    ['ollama.service', 'node_exporter.service'],
    ['docker:localai'],
    ['llama-server.service'],
  ])
  expect(await ask('operate:units', { host: 'nobody' })).toEqual([])
})

test('restarted, stopped and started: proven each time, and the next audit sees it', async () => {
  expect(await operate('gpu-03', 'ollama.service', 'restart')).toMatchObject({
    name: 'Ollama',
    failure: null,
    result: { outcome: 'proven' },
  })
  expect(await operate('gpu-03', 'ollama.service', 'stop')).toMatchObject({
    result: { outcome: 'proven', after: { activeState: 'inactive' } },
  })
  expect(await engineOf('gpu-03')).toMatchObject({ running: false })
  expect(await operate('gpu-03', 'ollama.service', 'stop')).toMatchObject({ result: null, failure: { code: 'operate.not-possible' } })
  expect(await operate('gpu-03', 'ollama.service', 'start')).toMatchObject({ result: { outcome: 'proven' } })
  expect(await engineOf('gpu-03')).toMatchObject({ running: true, binds: [{ port: 11434 }] })
  expect(await operate('gpu-02', 'nginx.service', 'restart')).toMatchObject({ result: { outcome: 'proven' } })
  const { records } = services.ledger.read()
  expect(records.map(({ action }) => action)).toEqual([
    ...[
      'operate.restart',
      'operate.proven',
      'operate.stop',
      'operate.proven',
      'operate.start',
      'operate.proven',
      'operate.restart',
      'operate.proven',
    ],
  ])
}, 90_000)

test('a container too: its published port closes and opens again', async () => {
  expect(await operate('gpu-04', 'docker:localai', 'stop')).toMatchObject({ name: 'LocalAI', result: { outcome: 'proven' } })
  expect(await engineOf('gpu-04')).toMatchObject({ running: false, container: 'localai' })
  expect(await operate('gpu-04', 'docker:localai', 'start')).toMatchObject({
    result: { outcome: 'proven', detail: expect.stringMatching(/^docker:localai was started: process \d+$/) },
  })
  expect(await engineOf('gpu-04')).toMatchObject({ running: true, binds: [{ port: 8080 }, { port: 8080 }] })
  // A stopped container does not say which ports it publishes.
  expect(await operate('gpu-04', 'docker:localai', 'restart')).toMatchObject({
    result: { outcome: 'proven', detail: expect.stringContaining('port 8080 listens') },
  })
}, 60_000)

test('what no audit found is not operated', async () => {
  for (const unit of ['ssh.service', 'ollama.service', '-H.service', '*.service'])
    await expect(ask('operate:run', { host: 'gpu-01', unit, verb: 'stop' })).rejects.toThrow('operate.unknown-unit')
})

test.each([
  ['gpu-01', 'vllm.service'],
  ['gpu-03', 'ollama.service'],
  ['lab-01', 'llama-server.service'],
  ['gpu-04', 'docker:localai'],
])('logs of %s: the prompt is out, and marked', async (host, unit) => {
  const { lines, unreadable } = await ask('operate:logs', { host, unit })
  const text = lines.map(({ pieces }) => pieces.map(pieceText).join('')).join('\n')
  expect(unreadable).toBe(0)
  for (const word of demoPrompt.split(' ').filter((one) => one.length > 4)) expect(text).not.toContain(word)
  expect(text).toMatch(/\[removed: (?:prompt|message|line of an unknown shape), \d+ characters\]/)
  if (!unit.startsWith('docker:')) expect(text).toContain(`Started ${unit}.`)
  await ask('operate:logs', { host, unit })
  expect(services.ledger.read().records.filter(({ action, detail }) => action === 'operate.logs' && detail.startsWith(unit))).toHaveLength(
    1,
  )
})
