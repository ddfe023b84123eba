import { expect, test } from 'vitest'
import { isOverdue, reviewedWords } from './reviewed-words.ts'

const signed = { at: '2026-08-01T09:00:00.000Z', by: 'okafor', without: [] as string[] }

test.each([
  ['2026-10-30T23:59:59Z', 'Reviewed on 1 Aug 2026 by okafor. The next review is due by 30 Oct 2026.'],
  ['2026-10-31T00:00:00Z', 'Reviewed on 1 Aug 2026 by okafor. The next review was due on 30 Oct 2026.'],
])('at %s', (now, words) => {
  expect(reviewedWords(signed, '2026-10-30', isOverdue('2026-10-30', Date.parse(now)))).toBe(words)
})

test('hosts that were not read are left out, and named', () => {
  expect(reviewedWords({ ...signed, without: ['gpu-02', 'gpu-03'] }, '2026-10-30', false)).toBe(
    'Reviewed on 1 Aug 2026 by okafor, without gpu-02, gpu-03. The next review is due by 30 Oct 2026.',
  )
})

test('never: nothing is overdue', () => {
  expect(reviewedWords(null, null, isOverdue(null, 0))).toBe('Access was never reviewed here.')
})
