import { expect, test } from 'vitest'
import { GatehouseError } from '#shared/errors.ts'
import { channels } from '#shared/ipc/channels.ts'
import { contracts } from '#shared/ipc/contracts.ts'
import type { Services } from '../services.ts'
import { createHandle } from './handlers.ts'

/** Without a code by what they are: the work of an operator, and what takes the first code. */
const without: readonly string[] = ['operate:run', 'step-up:enrol']
/** The job asks itself, where the plan is known: `push-jobs.test.ts`, `push-waves.test.ts`. */
const byTheJob: readonly string[] = ['push:start', 'push:start-many']

/** Well-formed, so that nothing but the code can refuse it. */
const inputs: Readonly<Record<string, unknown>> = {
  'access:review-sign': { name: 'Ada' },
  'template:decide': { decision: 'approve', id: 'ollama-loopback', sha256: 'a'.repeat(64), note: 'read' },
  'push:finish': { id: 'p1' },
  'push:adopt': { host: 'gpu-01', path: '/etc/x.conf' },
  'push:drill': { host: 'gpu-01' },
  'registry:approve': { id: 'r1', name: 'Ada', tiers: ['users'], hosts: ['gpu-01'], note: 'tested' },
  'registry:deploy': { id: 'r1', hosts: ['gpu-01'], owner: 'root' },
  'quarantine:take': { host: 'gpu-01', path: '/srv/models/x.bin', reason: 'it runs code' },
  'quarantine:release': { id: 'q1' },
}

/** Every service ends the test that calls it, but for the step-up, which is locked. */
const locked = new Proxy({} as Services, {
  get: (_, service) => {
    if (service === 'changed') return () => undefined
    const refuse = (name: string) => () => {
      if (service === 'stepUp' && name === 'require') throw new GatehouseError({ code: 'step-up.needed', detail: '' })
      throw new Error(`${String(service)}.${name} was called without a code`)
    }
    return new Proxy({}, { get: (_of, name) => refuse(String(name)) })
  },
})

const behind = channels.filter((channel) => {
  const { by, effect } = contracts[channel]
  return by === 'engine' && effect.startsWith('changes-') && !without.includes(channel) && !byTheJob.includes(channel)
})

test.each(behind)('%s does nothing without a code', async (channel) => {
  expect(contracts[channel].input.safeParse(inputs[channel]).success).toBe(true)
  expect(await createHandle(locked)(channel, inputs[channel])).toMatchObject({ ok: false, failure: { code: 'step-up.needed' } })
})
