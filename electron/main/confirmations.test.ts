import { expect, test } from 'vitest'
import { contracts } from '#shared/ipc/contracts.ts'
import { confirmationOf } from './confirmations.ts'

test('whatever is confirmed says what it is', () => {
  const confirmed = Object.entries(contracts).filter(([, { effect }]) => effect === 'changes-trust' || effect === 'changes-host')
  expect(confirmed.length).toBeGreaterThan(0)
  for (const [channel] of confirmed) expect(confirmationOf(channel).detail).not.toBe('')
  for (const channel of ['host:unheard-of', 'toString']) expect(() => confirmationOf(channel)).toThrow('no words')
})
