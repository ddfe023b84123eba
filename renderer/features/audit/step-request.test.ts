import { describe, expect, test } from 'vitest'
import type { FindingBrief } from '#shared/model/finding.ts'
import { type StepDraft, stepRequestSchema } from '#shared/model/walkthrough.ts'
import type { Outcome } from '#shared/status.ts'
import { draftOf, type ItemFinding, openOf, requestOf, sameForAll, withWording } from './step-request.ts'

const finding = (status: Outcome, control = 'a-b'): ItemFinding => {
  const brief: FindingBrief = { control, item: 'INF-1', status, severity: 'high', title: 't', subject: 's' }
  return { key: `gpu-01\n${control}\ns`, host: 'gpu-01', finding: brief }
}
const draft = (more: Partial<StepDraft> = {}): StepDraft => ({ ...draftOf(null, null), outcome: 'met', name: 'M. Ito', ...more })
const now = Date.parse('2026-11-27T12:00:00Z')
const row = { owner: 'M. Ito', resolveBy: '2027-01-01', reason: 'Known' }

test('a step begins with the name of whoever answered for the one before, unless its own is known', () => {
  expect(draftOf(null, null, 'M. Ito').name).toBe('M. Ito')
  expect(draftOf(draft({ name: 'A. Okafor' }), null, 'M. Ito').name).toBe('A. Okafor')
})

test('a statement answers the checks that ask for it, and nothing else', () => {
  const all = [finding('needs-attestation'), finding('needs-attestation', 'other'), finding('pass'), finding('waived'), finding('fail')]
  expect(openOf(all, ['a-b']).map(({ finding: { status, control } }) => `${status} ${control}`)).toEqual([
    'needs-attestation other',
    'fail a-b',
  ])
})

describe('what is missing is said', () => {
  const open = [finding('fail'), finding('warning', 'c-d')]
  const cases: readonly [string, StepDraft, readonly ItemFinding[], RegExp][] = [
    ['an outcome', draft({ outcome: null }), [], /outcome/],
    ['met with open findings', draft(), open, /2 findings are open.* mend them/],
    ['met with one open finding', draft(), [open[0] as ItemFinding], /1 finding is open.* mend it/],
    ['a day for the statement', draft({ statement: 'x' }), [], /last day/],
    ['a day in another order', draft({ statement: 'x', endsOn: '01/02/2027' }), [], /YYYY-MM-DD/],
    ['a day that no month has', draft({ statement: 'x', endsOn: '2027-02-30' }), [], /YYYY-MM-DD/],
    [
      'half a day of an exception',
      draft({ outcome: 'met-with-exceptions', exceptions: { [open[0]?.key ?? '']: { ...row, resolveBy: '2027-1-1' } } }),
      [open[0] as ItemFinding],
      /1 of 1/,
    ],
    [
      'blanks of a prepared statement',
      draft({ statement: 'Kept at [place], see [1].', endsOn: '2027-01-01' }),
      [],
      /belongs at \[place\]\.$/,
    ],
    ['a reason why not', draft({ outcome: 'not-applicable', note: ' ' }), [], /not applicable/],
    ['an exception', draft({ outcome: 'met-with-exceptions', exceptions: { [open[0]?.key ?? '']: row } }), open, /1 of 2 exceptions/],
    [
      'half an exception',
      draft({ outcome: 'met-with-exceptions', exceptions: { [open[0]?.key ?? '']: { ...row, owner: ' ' } } }),
      [open[0] as ItemFinding],
      /1 of 1/,
    ],
    [
      'a day of an exception that is over',
      draft({ outcome: 'met-with-exceptions', exceptions: { [open[0]?.key ?? '']: { ...row, resolveBy: '2026-11-26' } } }),
      [open[0] as ItemFinding],
      /2026-11-26 is over/,
    ],
    ['a day of the statement that is over', draft({ statement: 'x', endsOn: '2026-11-26' }), [], /until 2026-11-26, which is over/],
    ['a link', draft({ links: 'https://a.example\njavascript:alert(1)' }), [], /javascript/],
    ['a name', draft({ name: ' ' }), [], /Name who/],
  ]
  test.each(cases)('%s', (_, typed, findings, words) => {
    expect(requestOf('INF-1', typed, findings, now)).toEqual({ missing: expect.stringMatching(words) })
  })
})

test('what is whole becomes a request that the engine takes, and comes back as it was typed', () => {
  const open = [finding('fail'), finding('warning', 'c-d')]
  const typed = draft({
    ...{ outcome: 'met-with-exceptions', statement: ' It is so ', endsOn: '2027-01-01', note: ' n ' },
    links: ' https://a.example/x \n\n',
    exceptions: { [open[0]?.key ?? '']: row },
  })
  const ready = requestOf('INF-1', sameForAll(typed, open), open, now)
  expect('request' in ready && stepRequestSchema.parse(ready.request)).toMatchObject({
    ...{ statement: 'It is so', note: 'n', links: ['https://a.example/x'] },
    exceptions: [
      { host: 'gpu-01', control: 'a-b', subject: 's', ...row },
      { control: 'c-d', ...row },
    ],
  })
  if (!('request' in ready)) return
  const record = { ...ready.request, id: 'r', seen: '', recordedBy: 'a', recordedAt: '2026-11-26T00:00:00.000Z' }
  expect(requestOf('INF-1', draftOf(null, record), open, now)).toEqual(ready)
})

test('prepared words go beneath what was typed, once', () => {
  expect(withWording(' ', 'Kept at [place].')).toBe('Kept at [place].')
  const both = withWording('We have one.\n', 'Kept at [place].')
  expect(both).toBe('We have one.\nKept at [place].')
  expect(withWording(both, 'Kept at [place].')).toBe(both)
})
