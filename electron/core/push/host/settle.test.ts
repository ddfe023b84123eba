import { expect, test } from 'vitest'
import { adviceFor } from './settle.ts'

// A host without systemd has no systemctl: what undoes the push everywhere has to come first.
test.each(['unknown', 'rolled-back-not-proven'] as const)('%s: the undo comes before everything that only systemd has', (verdict) => {
  const advice = adviceFor(verdict, { unit: 'vllm.service' })
  expect(advice).toMatch(/as root: sh \/var\/lib\/gatehouse-push\/undo\b/)
  expect(advice.indexOf('/undo')).toBeLessThan(advice.indexOf('systemctl'))
  expect(advice).toMatch(/with systemd: systemctl list-timers gatehouse-undo\.timer; systemctl status vllm\.service$/)
})

test('a push without a service names none', () => {
  expect(adviceFor('unknown', { unit: '' })).toMatch(/gatehouse-undo\.timer$/)
})

test.each(['committed-proven', 'rolled-back-proven'] as const)('%s leaves nothing to do', (verdict) => {
  expect(adviceFor(verdict, { unit: 'vllm.service' })).toBe('')
})
