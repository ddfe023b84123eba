import { expect, test } from 'vitest'
import { isInThird } from './lab/faults-part.ts'

const [steps, faults, hosts] = [6, 12, 2]
const places = (count: number) => Array.from({ length: count }, (_, index) => index)
const cells = places(steps).flatMap((step) => places(faults).flatMap((fault) => places(hosts).map((host) => ({ step, fault, host }))))
const third = cells.filter(({ step, fault, host }) => isInThird(step, fault, host))

test('a third of the matrix of faults meets every step, every fault and both hosts evenly', () => {
  expect(third).toHaveLength(cells.length / 3)
  for (const step of places(steps)) expect(third.filter((cell) => cell.step === step)).toHaveLength(8)
  for (const fault of places(faults))
    for (const host of places(hosts)) expect(third.filter((cell) => cell.fault === fault && cell.host === host)).toHaveLength(2)
})
