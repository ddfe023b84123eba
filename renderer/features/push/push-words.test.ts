import { describe, expect, test } from 'vitest'
import type { PushJob } from '#shared/model/push-job.ts'
import { STOPPED_HERE } from '#shared/stopped-here.ts'
import { countdownAnnouncement, countdownSpoken, countdownText } from './countdown-words.ts'
import { diffRows, diffWords } from './diff-rows.ts'
import { stepperSteps } from './stepper-steps.ts'

test('lines are numbered on the side where they are', () => {
  expect(diffRows([' a', '-b', '+c', '+d', ' e']).map(({ old, fresh, text }) => [old, fresh, text])).toEqual([
    [1, 1, 'a'],
    [2, undefined, 'b'],
    [undefined, 2, 'c'],
    [undefined, 3, 'd'],
    [3, 4, 'e'],
  ])
})

test('a new file has no lines that go', () => {
  expect(diffWords('absent', ['+a', '+b'])).toBe('+2 new')
  expect(diffWords('0:0:0:644', ['+a', '-b', ' c'])).toBe('+1 −1')
})

describe('the countdown', () => {
  test.each([
    [192_000, '3:12', '3 minutes 12 seconds'],
    [60_000, '1:00', '1 minute'],
    [59_001, '1:00', '1 minute'],
    [1_000, '0:01', '1 second'],
    [0, '0:00', 'now'],
    [-5_000, '0:00', 'now'],
  ])('%d ms', (ms, text, spoken) => expect([countdownText(ms), countdownSpoken(ms)]).toEqual([text, spoken]))

  test('is said at 3:00, 1:00, 0:30 and 0:10, once each, and the nearest of those that were slept through', () => {
    const said: string[] = []
    for (let left = 200_000; left > -1000; left -= 250) {
      const text = countdownAnnouncement(left + 250, left)
      if (text) said.push(text)
    }
    expect(said).toEqual(['Undo in 3 minutes', 'Undo in 1 minute', 'Undo in 30 seconds', 'Undo in 10 seconds'])
    expect(countdownAnnouncement(190_000, 20_000)).toBe('Undo in 30 seconds')
    expect(countdownAnnouncement(190_000, -1)).toBeUndefined()
  })
})

describe('the steps', () => {
  const job = (steps: string[], over: Partial<PushJob> = {}): PushJob =>
    ({ steps: steps.map((step) => ({ step, detail: '', at: '' })), result: null, failure: null, state: 'running', ...over }) as PushJob
  const states = (...of: Parameters<typeof stepperSteps>) => stepperSteps(...of).map(({ state }) => state)

  test('before there is a plan, and after', () => {
    expect(states(false, undefined)).toEqual(['current', ...Array(6).fill('todo')])
    expect(states(true, undefined)).toEqual(['done', ...Array(6).fill('todo')])
  })
  test('while it runs', () => {
    expect(states(true, job(['begin']))).toEqual(['done', 'current', 'todo', 'todo', 'todo', 'todo', 'todo'])
    expect(states(true, job(['begin', 'stage', 'arm', 'write']))).toEqual(['done', 'done', 'done', 'current', 'todo', 'todo', 'todo'])
  })
  test('each says how it stands once', () => {
    const said = stepperSteps(true, job(['begin', 'stage', 'arm'])).map(({ unsaid, about }) => `${unsaid}. ${about}`.replace(/^\. /, ''))
    expect(said.slice(0, 4)).toEqual(['Done. Read and compared', 'Done', 'Under way', 'To do. Put in place'])
  })
  test('when it was undone, and when it was refused', () => {
    const undone = job(['begin', 'stage', 'arm', 'write', 'activate', 'undo'], { state: 'undoing' })
    expect(states(true, undone)).toEqual(['done', 'done', 'done', 'done', 'failed', 'skipped', 'skipped'])
    const refused = job(['begin', 'stage'], { failure: { code: 'push.conflict', detail: '' }, state: 'finished' })
    expect(states(true, refused)).toEqual(['done', 'failed', 'skipped', 'skipped', 'skipped', 'skipped', 'skipped'])
  })
  test('when the admin undid it, nothing failed', () => {
    const steps = job(['begin', 'stage', 'arm', 'write', 'undo']).steps.map((it) =>
      it.step === 'undo' ? { ...it, detail: STOPPED_HERE } : it,
    )
    expect(states(true, job([], { steps, state: 'undoing' }))).toEqual([
      ...['done', 'done', 'done', 'stopped', 'skipped', 'skipped', 'skipped'],
    ])
  })
  test('when it was committed, all are done', () => {
    const result = { verdict: 'committed-proven' as const, reason: '', readBack: '', advice: '' }
    expect(new Set(states(true, job(['begin', 'stage', 'arm', 'write', 'activate', 'verify', 'commit'], { result })))).toEqual(
      new Set(['done']),
    )
  })
})
