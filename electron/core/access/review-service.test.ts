import { expect, test } from 'vitest'
import type { AccessOverview, AccessRow } from '#shared/model/access.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { AccessReviewRepo, ReviewDecision, ReviewHead } from '../store/access-review.repo.ts'
import { createReviewService } from './review-service.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'x',
  identities: { audit: { user: 'a' } },
  hosts: [{ name: 'h1', address: '10.0.0.1' }],
})
const row = (account: string, more: Partial<AccessRow> = {}): AccessRow => ({
  ...{
    account,
    state: 'match',
    tier: 'operators',
    login: 'yes',
    title: '',
    reason: '',
    kind: 'account',
    logins: ['SSH key'],
    lastLogin: null,
  },
  ...{ holdings: [], proofs: [], ...more },
})

function memory(): AccessReviewRepo {
  let heads: ReviewHead[] = []
  const made = new Map<string, ReviewDecision[]>()
  return {
    start: (_, head) => void heads.unshift(head),
    sign: (id, signedAt, signedBy) => {
      heads = heads.map((head) => (head.id === id ? { ...head, signedAt, signedBy } : head))
    },
    list: () => heads,
    decide: (id, it) =>
      void made.set(id, [...(made.get(id) ?? []).filter((one) => one.host !== it.host || one.account !== it.account), it]),
    decisions: (id) => made.get(id) ?? [],
  }
}

function arrange() {
  const hosts: AccessOverview['hosts'] = [
    { host: 'h1', reason: null, gaps: [], rows: [row('ada'), row('rey'), row('root', { state: 'own', login: 'no' })] },
  ]
  const [stated, noted]: [string[], string[]] = [[], []]
  const clock = { now: () => Date.UTC(2026, 10, 26) }
  const reviews = createReviewService({
    ...{
      access: {
        overview: () => ({ tiers: null, hosts, keys: [] }),
        removals: (_, host, names) => names.map((account) => ({ host, account, steps: [] })),
      },
      repo: memory(),
      undisturbed: (work) => work(),
      clock,
      by: 'admin',
    },
    decisions: { attest: (_, { statement, endsOn }) => stated.push(`${endsOn} ${statement}`) as never },
    ledger: { append: ({ action }) => noted.push(action) as never },
  })
  return { hosts, stated, noted, reviews }
}

const brief = ({
  entries,
}: {
  readonly entries: readonly { readonly row: AccessRow; readonly since: string; readonly decision: { readonly verdict: string } | null }[]
}) => entries.map(({ row: { account }, since, decision }) => `${account} ${since} ${decision?.verdict ?? '-'}`)

test('each account is decided, then it is signed, stated and written down', () => {
  const { reviews, stated, noted } = arrange()
  expect(reviews.current(fleet)).toMatchObject({ open: null, lastSigned: null, nextDue: null })
  expect(() => reviews.decide(fleet, { account: 'ada', verdict: 'keep', note: '' })).toThrow('no review')
  reviews.start(fleet)
  expect(() => reviews.start(fleet)).toThrow('open already')
  expect(() => reviews.decide(fleet, { account: 'root', verdict: 'keep', note: '' })).toThrow('not among')
  expect(brief(reviews.decide(fleet, { account: 'ada', verdict: 'keep', note: 'lead' }))).toEqual(['ada new keep', 'rey new -'])
  expect(() => reviews.sign(fleet, 'Ada')).toThrow('1 of 2 are not decided: rey on h1')
  reviews.decide(fleet, { account: 'rey', host: 'h1', verdict: 'ask', note: '' })
  expect(() => reviews.sign(fleet, 'Ada')).toThrow('not decided')
  reviews.decide(fleet, { account: 'rey', verdict: 'remove', note: 'has moved' })
  expect(reviews.sign(fleet, 'Ada')).toMatchObject({ open: null, lastSigned: { by: 'Ada' }, nextDue: '2027-02-26' })
  expect(stated).toEqual(['2027-02-26 2 accounts on 1 hosts were reviewed: 1 kept, 1 to be removed (rey on h1).'])
  expect(noted).toEqual(['access-review.start', 'access-review.decide', 'access-review.sign'])
})

test('what changed since the last review comes first, and a removal that was not made before all', () => {
  const { reviews, hosts } = arrange()
  reviews.start(fleet)
  reviews.decide(fleet, { account: 'ada', verdict: 'keep', note: '' })
  reviews.decide(fleet, { account: 'rey', verdict: 'remove', note: '' })
  reviews.sign(fleet, 'Ada')
  hosts[0]?.rows.push(row('new'))
  expect(brief(reviews.current(fleet))).toEqual(['rey removal-due -', 'new new -', 'ada same -'])
  const ada = hosts[0]?.rows[0]
  if (ada) ada.holdings = [{ capability: 'become-root', path: ['account ada', 'group docker', 'root'] }]
  expect(brief(reviews.current(fleet))).toEqual(['rey removal-due -', 'new new -', 'ada changed -'])
})

test('an account that can do more than when it was decided is asked about anew', () => {
  const { reviews, hosts } = arrange()
  reviews.start(fleet)
  reviews.decide(fleet, { account: 'ada', verdict: 'keep', note: '' })
  const ada = hosts[0]?.rows[0]
  if (ada) ada.state = 'above'
  expect(brief(reviews.current(fleet))[0]).toBe('ada new -')
})

test('nothing is signed over a host that was not seen', () => {
  const { reviews, hosts } = arrange()
  hosts.push({ host: 'h2', reason: 'It was not looked at yet.', gaps: [], rows: [] })
  reviews.start(fleet)
  reviews.decide(fleet, { account: 'ada', verdict: 'keep', note: '' })
  reviews.decide(fleet, { account: 'rey', verdict: 'keep', note: '' })
  expect(() => reviews.sign(fleet, 'Ada')).toThrow('h2')
})
