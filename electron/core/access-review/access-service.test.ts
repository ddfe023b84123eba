import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { ViewService } from '../views/view-service.ts'
import { createAccessService } from './access-service.ts'

const fleetOf = (name: string, ...hosts: readonly string[]) =>
  fleetSchema.parse({
    ...{ version: 1, name, identities: { audit: { user: 'a' } } },
    hosts: ['gpu-01', ...hosts].map((host, index) => ({ name: host, address: `10.0.0.${index + 1}` })),
  })

test('a host is worked out once for each audit, fleet file and day: a review asks after every decision', () => {
  let [looks, audit, now] = [0, 'a1', Date.parse('2026-11-27T10:00:00Z')]
  const show = () => {
    looks += 1
    return null
  }
  const access = createAccessService({ views: { show } satisfies ViewService, clock: { now: () => now }, newestAudit: () => audit })
  const fleet = fleetOf('dc1')
  const after = () => {
    access.overview(fleet)
    access.overview(fleet)
    return looks
  }
  expect(after()).toBe(1)
  audit = 'a2'
  expect(after()).toBe(2)
  now += 86_400_000
  expect(after()).toBe(3)
  access.overview(fleetOf('dc1'))
  expect(looks).toBe(4)
})

test('while the hosts of a fleet are worked out, others are answered after each of them', async () => {
  const order: string[] = []
  const show: ViewService['show'] = (_, host) => {
    order.push(host)
    setImmediate(() => order.push('other'))
    return null
  }
  const access = createAccessService({ views: { show }, clock: { now: () => 0 }, newestAudit: () => 'a1' })
  const fleet = fleetOf('dc1', 'gpu-02', 'gpu-03')
  const [first, second] = [access.prepare(fleet), access.prepare(fleet)]
  await Promise.all([first, second])
  access.overview(fleet)
  expect(order.filter((name) => name !== 'other')).toEqual(['gpu-01', 'gpu-02', 'gpu-03'])
  expect(order.indexOf('other')).toBeLessThan(order.indexOf('gpu-02'))
})
