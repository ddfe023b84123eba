import { expect, test } from 'vitest'
import { GatehouseError } from '#shared/errors.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { planMany } from './plan-many.ts'

test('one host without a plan does not keep the others from theirs, and each is asked once', async () => {
  const asked: string[] = []
  const { plans, failures } = await planMany(['gpu-01', 'gpu-02', 'gpu-03', 'gpu-01'], async (host) => {
    asked.push(host)
    if (host === 'gpu-02') throw new GatehouseError({ code: 'push.not-possible', detail: 'every file is there already', host })
    return { host } as PushPlan
  })
  expect(asked).toEqual(['gpu-01', 'gpu-02', 'gpu-03'])
  expect(plans.map(({ host }) => host)).toEqual(['gpu-01', 'gpu-03'])
  expect(failures).toEqual([
    { host: 'gpu-02', failure: expect.objectContaining({ code: 'push.not-possible', detail: 'every file is there already' }) },
  ])
})
