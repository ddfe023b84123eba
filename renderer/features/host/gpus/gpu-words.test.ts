import { expect, test } from 'vitest'
import { memoryShare, memoryWords, onOff, powerWords, throttleWords, traceWords } from './gpu-words.ts'

test('memory as a share and in words; what was N/A is not zero', () => {
  expect(memoryWords({ memoryUsedMiB: 42_189, memoryTotalMiB: 49_152 })).toBe('41.2 of 48 GB')
  expect(memoryShare({ memoryUsedMiB: 24_576, memoryTotalMiB: 49_152 })).toBe(0.5)
  expect(memoryWords({ memoryTotalMiB: 49_152 })).toBe('? of 48 GB')
  expect(memoryWords({})).toBe('Not shown')
  expect(memoryShare({ memoryUsedMiB: 5, memoryTotalMiB: 0 })).toBe(0)
})

test('a value that is not shown is said so', () => {
  expect([onOff(true), onOff(false), onOff(undefined)]).toEqual(['On', 'Off', 'Not shown'])
  expect([powerWords({ powerDrawW: 243.4, powerLimitW: 300 }), powerWords({ powerDrawW: 71 }), powerWords({})]).toEqual([
    '243 of 300 W',
    '71 W',
    'Not shown',
  ])
})

test.each([
  [{ slowdowns: [], powerCapped: false }, 'None'],
  [{ slowdowns: [] }, 'None reported'],
  [{ slowdowns: ['hw_thermal_slowdown'], powerCapped: true }, 'slowed by heat (hardware), held to the power limit'],
  [{ slowdowns: ['hw_new_slowdown'] }, 'hw_new_slowdown'],
])('throttle reasons %j', (state, words) => {
  expect(throttleWords({ vendor: 'nvidia', ...state })).toBe(words)
})

test.each([
  [undefined, 'Not shown'],
  [false, 'No, says amd-smi'],
  [true, 'Yes, says amd-smi, which says so of some idle cards, too'],
])('a card of AMD that is said to be throttled: %s', (throttled, words) => {
  expect(throttleWords({ vendor: 'amd', slowdowns: [], throttled })).toBe(words)
})

test('no unit is said only where the cgroup was read', () => {
  expect(traceWords({ placed: true })).toBe('No unit, no container')
  expect(traceWords({ placed: false })).toBe('Not shown')
  expect(traceWords({ placed: true, unit: 'x.service', container: 'c1' })).toBe('container c1')
})
