import { expect, test } from 'vitest'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { waveHostWords, wavesPlanned } from './wave-words.ts'

const plans = ['a', 'b', 'c', 'd', 'e'].map((host) => ({ host }) as PushPlan)

test.each([
  [1, 2, [1, 2, 2, 3, 3]],
  [2, 5, [1, 1, 2, 2, 2]],
  [9, 1, [1, 1, 1, 1, 1]],
  [Number.NaN, 2, [1, 1, 1, 1, 1]],
  [1, Number.NaN, [1, 2, 2, 2, 2]],
])('canary %d, waves of %d', (canary, size, waves) => expect(wavesPlanned(plans, canary, size).map(({ wave }) => wave)).toEqual(waves))

test.each([
  ['', null, 'Waiting'],
  ['verify', null, 'Verifying'],
  ['verify', 'rolled-back-proven', 'Rolled back and proven'],
  ['', 'not-started', 'Not started'],
] as const)('%s, %s: %s', (step, outcome, word) => expect(waveHostWords({ step, outcome }).word).toBe(word))
