import { expect, test } from 'vitest'
import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { Services } from '../services.ts'
import { steppedUp, unlessOperating, unlessPushing } from './change-guards.ts'

interface World {
  readonly unlocked?: boolean
  readonly push?: 'running' | 'finished'
  readonly waves?: 'running' | 'finished'
  readonly operate?: 'running' | 'finished'
}

/** Services of a console in this state, and what was done with them. */
function console({ unlocked = true, push, waves, operate }: World) {
  const done: string[] = []
  const services = {
    stepUp: {
      require: () => {
        if (!unlocked) throw new GatehouseError({ code: 'step-up.needed', detail: '' })
      },
    },
    pushJobs: { job: () => (push === undefined ? null : { state: push, plan: { host: 'gpu-01' } }) },
    waveJobs: { job: () => (waves === undefined ? null : { state: waves, hosts: ['gpu-01', 'gpu-02'] }) },
    operateJobs: { job: () => (operate === undefined ? null : { state: operate, verb: 'restart', unit: 'vllm.service', host: 'gpu-01' }) },
    changed: (event: string) => void done.push(event),
  } as unknown as Services
  return { services, done, run: async () => void done.push('ran') }
}

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work()
    return ''
  } catch (error) {
    return failureOf(error).code
  }
}

test.each<[World, string]>([
  [{}, ''],
  [{ push: 'finished', waves: 'finished', operate: 'finished' }, ''],
  [{ unlocked: false }, 'step-up.needed'],
  [{ push: 'running' }, 'push.running'],
  [{ waves: 'running' }, 'push.running'],
])('a change beside a push, with %j: %s', async (world, code) => {
  const { services, done, run } = console(world)
  expect(await codeOf(() => steppedUp(services, run))).toBe(code)
  expect(done.includes('ran')).toBe(code === '')
})

test.each<[World, string]>([
  [{}, ''],
  [{ operate: 'finished' }, ''],
  [{ operate: 'running' }, 'operate.running'],
])('a push, with %j: %s', async (world, code) => {
  const { services, done, run } = console(world)
  expect(await codeOf(() => unlessOperating(services, run))).toBe(code)
  expect(done.includes('ran')).toBe(code === '')
})

test('another fleet is opened without a code, but not during a push', async () => {
  const during = console({ unlocked: false, push: 'running' })
  expect(await codeOf(() => unlessPushing(during.services, during.run))).toBe('push.running')
  const after = console({ unlocked: false })
  expect(await codeOf(() => unlessPushing(after.services, after.run))).toBe('')
})
