import { expect, test } from 'vitest'
import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import type { Transport } from '../ports.ts'
import { createPushJobs } from './push-jobs.ts'

const plan = { id: 'p', host: 'gpu-01', danger: 'lock-out', template: { id: 'sshd-behind-jump' } } as PushPlan
const codeOf = (work: () => unknown): string => {
  try {
    work()
    return ''
  } catch (error) {
    return failureOf(error).code
  }
}

function jobs(stepUp: () => void = () => undefined) {
  const pushed: string[] = []
  const made = createPushJobs({
    clock: { now: () => 0 },
    pushes: {
      plan: () => expect.fail(),
      ready: () => expect.fail(),
      extend: () => expect.fail(),
      conflicts: () => expect.fail(),
      push: async (_fleet, _transport, { id }) => {
        pushed.push(id)
        return { verdict: 'committed-proven', reason: '', readBack: '', advice: '' }
      },
    },
    stepUp: { require: stepUp },
    changed: () => undefined,
  })
  return { made, pushed, start: (typed: string) => made.start({} as Fleet, {} as Transport, plan.id, typed) }
}

test.each(['', 'gpu-0', 'GPU-01', ' gpu-01', 'gpu-02'])('what could lock everybody out is not pushed when %j was typed', (typed) => {
  const { made, pushed, start } = jobs()
  made.keep(plan)
  expect(codeOf(() => made.ready(plan.id, typed))).toBe('push.not-possible')
  expect(codeOf(() => start(typed))).toBe('push.not-possible')
  expect([made.job(), pushed]).toEqual([null, []])
})

test('with the name of the host it is pushed, after the step-up only', async () => {
  const refused = jobs(() => {
    throw new GatehouseError({ code: 'step-up.needed', detail: '' })
  })
  refused.made.keep(plan)
  expect(codeOf(() => refused.start('gpu-01'))).toBe('step-up.needed')
  const { made, pushed, start } = jobs()
  made.keep(plan)
  await start('gpu-01').done
  expect(pushed).toEqual(['p'])
})

test('other dangers need no name; a plan of another sitting is not pushed', async () => {
  const { made, pushed, start } = jobs()
  expect(codeOf(() => start('gpu-01'))).toBe('push.plan-invalid')
  made.keep({ ...plan, danger: 'restart' })
  await start('').done
  expect(pushed).toEqual(['p'])
})
