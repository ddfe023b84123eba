import { expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import type { Reply } from '#shared/ipc/contract.ts'
import { contracts } from '#shared/ipc/contracts.ts'
import { confirmationOf } from './confirmations.ts'

const plan = {
  ...{ host: 'gpu-03\u202e', address: '10.20.4.13', template: { id: 'ollama-loopback' }, unit: 'ollama.service', danger: 'restart' },
  files: [{ path: '/etc/systemd/system/ollama.service.d/zz-gatehouse-loopback.conf' }],
}

const registration = { id: 'r1', model: 'llama\u202e', steps: [] }
const templates = [{ sha256: 'a'.repeat(64), manifest: { id: 'ours', version: 1, title: 'Ours' } }]
const pushes = { 'push:templates': { templates }, 'push:history': { pushes: [{ id: 'p1', host: 'gpu-03' }] } }
const inputs: Readonly<Record<string, unknown>> = {
  'registry:approve': { id: 'r1', hosts: ['gpu-01'] },
  'quarantine:take': { host: 'gpu-01', path: '/m/x', reason: 'r' },
  'quarantine:release': { id: 'q1' },
  'registry:deploy': { id: 'r1', hosts: ['gpu-01'], owner: '' },
  'push:finish': { id: 'p1' },
  'access:review-sign': { name: 'M. Ito' },
  'template:decide': { decision: 'approve', id: 'ours', sha256: 'a'.repeat(64), note: 'read' },
  'push:drill': { host: 'gpu-03' },
  'push:start-many': { plans: ['p1', 'p2'], canary: 1, waveSize: 5, typedHosts: '' },
  'push:adopt': { host: 'gpu-03', path: '/etc/x.conf' },
  'operate:run': { host: 'gpu-03', unit: 'ollama.service', verb: 'restart' },
}

function engine(enrolled: boolean, unlockedUntil: string | null) {
  const asked: string[] = []
  const call = async (channel: string): Promise<Reply<unknown>> => {
    asked.push(channel)
    const values: Readonly<Record<string, unknown>> = {
      'step-up:state': { enrolled, unlockedUntil },
      'registry:list': [registration],
      'quarantine:list': [{ id: 'q1', host: 'gpu-01', path: '/m/x', reason: 'r' }],
      ...pushes,
      'push:ready-many': [plan, { ...plan, host: 'gpu-04', danger: 'reload' }],
      'operate:units': [{ unit: 'ollama.service', name: 'Ollama', ports: [11434] }],
    }
    return { ok: true, value: values[channel] ?? plan }
  }
  return { call, asked }
}
const open = engine(true, '2026-11-26T09:10:00.000Z')
const codeOf = (run: Promise<unknown>) => run.then(String, (error) => failureOf(error).code)

const confirmed = Object.entries(contracts).filter(([, { effect }]) => effect === 'changes-trust' || effect === 'changes-host')

test.each(confirmed)('%s says what it is', async (channel) => {
  const { title, detail, action } = await confirmationOf(channel, inputs[channel] ?? {}, open.call)
  expect([title, detail, action].filter((text) => text.length < 5)).toEqual([])
})

test('what nobody wrote words for is not confirmed', async () => {
  for (const channel of ['host:unheard-of', 'toString']) await expect(confirmationOf(channel, null, open.call)).rejects.toThrow('no words')
})

test('a code is asked for before anything is shown; the first enrolment needs none, another one does', async () => {
  const locked = engine(true, null)
  expect(await codeOf(confirmationOf('push:start', {}, locked.call))).toBe('step-up.needed')
  expect(locked.asked).toEqual(['step-up:state'])
  expect(await codeOf(confirmationOf('step-up:enrol', null, locked.call))).toBe('step-up.needed')
  expect(await codeOf(confirmationOf('push:start', {}, engine(false, null).call))).toBe('step-up.needed')
  expect((await confirmationOf('step-up:enrol', null, engine(false, null).call)).action).toBe('Enrol it')
})

test('a push names host, files and danger as the engine has them, and no character that hides', async () => {
  const { title, detail } = await confirmationOf('push:start', { plan: 'x', host: 'gpu-01' }, open.call)
  expect(title).toMatch(/^Push ollama-loopback to gpu-03.*\?$/)
  expect(title).not.toContain('\u202e')
  expect(detail).toMatch(/10\.20\.4\.13.*zz-gatehouse-loopback\.conf; ollama\.service\. The service is restarted/)
})

test('an approval names the model and its hosts; one that is not there is not asked about', async () => {
  const { title, detail } = await confirmationOf('registry:approve', inputs['registry:approve'], open.call)
  expect([title, title.includes('\u202e')]).toEqual([expect.stringMatching(/^Approve llama.*\?$/), false])
  expect(detail).toContain('served on gpu-01')
  expect(await codeOf(confirmationOf('registry:approve', { id: 'r2', hosts: [] }, open.call))).toBe('registry.not-found')
})

test('a template that changed since it was read is not approved', async () => {
  const input = { decision: 'approve', id: 'ours', sha256: 'b'.repeat(64), note: 'read' }
  expect(await codeOf(confirmationOf('template:decide', input, open.call))).toBe('push.template-invalid')
})

test('a push to many hosts names all of them and the worst danger', async () => {
  const { title, detail } = await confirmationOf('push:start-many', inputs['push:start-many'], open.call)
  expect(title).toBe('Push ollama-loopback to 2 hosts?')
  expect(detail).toMatch(/gpu-03.*gpu-04.*first, then 5 at a time.*restarted/)
  expect(detail).not.toContain('\u202e')
})
