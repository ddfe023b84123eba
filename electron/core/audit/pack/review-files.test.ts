import { expect, test } from 'vitest'
import { type RecordedDecision, type RecordedReview, recordedReviewsSchema } from '#shared/model/recorded-review.ts'
import { printedReviews, reviewFiles } from './review-files.ts'

const decision = (account: string, more: Partial<RecordedDecision> = {}): RecordedDecision => ({
  ...{
    host: 'gpu-01',
    account,
    kind: 'account',
    verdict: 'keep',
    note: '',
    decidedBy: 'ada',
    decidedAt: '2026-11-26T10:00:00.000Z',
    seen: 'a'.repeat(64),
  },
  since: 'same',
  held: { tier: 'operators', logins: ['SSH key'], capabilities: ['become-root', 'read-logs'] },
  ...more,
})
const review = (decisions: RecordedDecision[], more: Partial<RecordedReview> = {}): RecordedReview => ({
  ...{ id: 'r1', startedAt: '2026-11-26T09:00:00.000Z', startedBy: 'ada', signedAt: '2026-11-26T11:00:00.000Z', signedBy: 'Ada Byron' },
  ...{ decisions, ...more },
})
const textOf = (path: string, reviews: readonly RecordedReview[]) => {
  const pieces = reviewFiles(reviews).find((one) => one.path === path)?.pieces as Iterable<string> | undefined
  return [...(pieces ?? [])].join('')
}

test('every decision of every review is a row; nothing in it is a formula', () => {
  const older = review([decision('rey')], { id: 'r0', signedAt: null, signedBy: null })
  const rows = textOf('decisions/access-reviews.csv', [review([decision('bob', { verdict: 'remove', note: '=1+1' })]), older]).split('\r\n')
  expect(rows).toHaveLength(4)
  expect(rows[1]).toContain(`"gpu-01","bob","remove","'=1+1","ada"`)
  expect(rows[1]).toContain('"operators","SSH key","Become root, Read logs",""')
  expect(rows[0]).toMatch(/"not known of it","why not","kind"$/)
  expect(rows[2]).toMatch(/^"2026-11-26T09:00:00.000Z","ada","",""/)
})

test('all of it stands in the JSON; a fleet that was never reviewed has no file, and the report says so', () => {
  const reviews = [review([decision('bob')])]
  const written = JSON.parse(textOf('decisions/access-reviews.json', reviews))
  expect(written).toEqual(reviews)
  expect(recordedReviewsSchema.safeParse(written).error).toBeUndefined()
  expect(JSON.parse(textOf('decisions/access-reviews.schema.json', reviews))).toMatchObject({ type: 'array' })
  expect(reviewFiles([])).toEqual([])
  expect(printedReviews([]).markup).toContain('No review of access was signed')
})

test('an open one and the last that was signed are printed: text is text, and what is not known is not guessed', () => {
  const open = review([decision('<b>', { note: '<script>', since: 'not-read', held: null })], { signedAt: null, signedBy: null })
  const changed = decision('bob', { since: 'changed', held: null })
  const { markup } = printedReviews([open, review([changed, decision('eve', { since: 'gone' })]), review([decision('older')])])
  expect(markup).toContain('&lt;b&gt;')
  expect(markup).not.toContain('<script>')
  const at = (text: string) => markup.indexOf(text)
  const shown = [
    'Not signed yet',
    'not read in the newest audit',
    'Signed on 2026-11-26 by <bdi>Ada Byron</bdi>',
    'only a digest was kept; has changed since',
    'Become root, Read logs; is gone since',
  ]
  expect(shown.map(at)).toEqual(shown.map(at).toSorted((a, b) => a - b))
  expect(shown.map(at)).not.toContain(-1)
  expect(markup).not.toContain('older')
})

test('what was not read of an account when it was decided about is said, in words', () => {
  const why = ['Rules of sudo: sudo refused the command']
  const held = { tier: null, logins: ['not known'], capabilities: [], notRead: { capabilities: ['become-root' as const], reasons: why } }
  const reviews = [review([decision('bob', { held })], { notCovered: ['gpu-01'] })]
  const [, row] = textOf('decisions/access-reviews.csv', reviews).split('\r\n')
  expect(row).toContain(`"","not known","not known","","${'a'.repeat(64)}","Become root","Rules of sudo: sudo refused the command"`)
  const { markup } = printedReviews(reviews)
  expect(markup).toContain('<td>not known: Become root (Rules of sudo: sudo refused the command)')
  expect(markup).toContain('It does not cover gpu-01')
  expect(recordedReviewsSchema.safeParse(JSON.parse(textOf('decisions/access-reviews.json', reviews))).error).toBeUndefined()
})

test('one that is only open is not taken for a signed one', () => {
  expect(printedReviews([review([decision('bob')], { signedAt: null, signedBy: null })]).markup).toContain('No review of access was signed')
})

test('of ten thousand decisions the report prints some, and says where the others are', () => {
  const { markup } = printedReviews([review(Array.from({ length: 10_000 }, (_, at) => decision(`a${at}`)))])
  expect(markup.match(/<tr>/g)).toHaveLength(501)
  expect(markup).toContain('9500 more are in <code>decisions/access-reviews.csv</code>')
})
