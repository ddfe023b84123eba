import { expect, test } from 'vitest'
import type { AccessFound } from '#shared/model/access.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { AccessReviewRepo, ReviewDecision, ReviewHead } from '../store/access-review.repo.ts'
import type { HostOverview } from './access-overview.ts'
import type { RemovalStep } from './removal.ts'
import { createReviewService } from './review-service.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'x',
  identities: { audit: { user: 'a' } },
  hosts: [{ name: 'h1', address: '10.0.0.1' }],
})
const row = (account: string, more: Partial<AccessFound> = {}): AccessFound => ({
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
    notRead: null,
  },
  ...{ holdings: [], ...more },
})

function memory(): AccessReviewRepo {
  let heads: ReviewHead[] = []
  const made = new Map<string, ReviewDecision[]>()
  return {
    start: (_, head) => void heads.unshift(head),
    sign: (id, signedAt, signedBy, notCovered) => {
      heads = heads.map((head) => (head.id === id ? { ...head, signedAt, signedBy, notCovered } : head))
    },
    list: () => heads,
    decide: (id, it) =>
      void made.set(id, [
        ...(made.get(id) ?? []).filter((one) => one.host !== it.host || one.account !== it.account || one.kind !== it.kind),
        it,
      ]),
    decisions: (id) => made.get(id) ?? [],
  }
}

function arrange() {
  const hosts: (Omit<HostOverview, 'rows'> & { rows: AccessFound[] })[] = [
    { host: 'h1', reason: null, cut: 0, gaps: [], rows: [row('ada'), row('rey'), row('root', { state: 'own', login: 'no' })] },
  ]
  const [stated, noted]: [string[], string[]] = [[], []]
  const steps = new Map<string, readonly RemovalStep[]>()
  const clock = { now: () => Date.UTC(2026, 10, 26) }
  const repo = memory()
  const reviews = createReviewService({
    ...{
      access: {
        overview: () => ({ tiers: null, hosts, keys: [] }),
        removals: (_, host, who) => who.map((one) => ({ host, ...one, steps: steps.get(one.account) ?? [] })),
      },
      repo,
      undisturbed: (work) => work(),
      clock,
      by: 'admin',
    },
    decisions: { attest: (_, { statement, endsOn }, on) => stated.push(`${endsOn} ${on?.join()}: ${statement}`) as never },
    ledger: { append: ({ action }) => noted.push(action) as never },
  })
  return { hosts, stated, noted, reviews, steps, repo }
}

const brief = ({
  entries,
}: {
  readonly entries: readonly { readonly row: AccessFound; readonly since: string; readonly decision: { readonly verdict: string } | null }[]
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
  expect(stated).toEqual(['2027-02-26 h1: 2 accounts on 1 host reviewed: 1 kept, 1 to be removed (rey on h1).'])
  expect(noted).toEqual(['access-review.start', 'access-review.decide', 'access-review.sign'])
})

test('an account and a name of the proxy that are called the same are decided one by one', () => {
  const { reviews, hosts, repo } = arrange()
  hosts[0]?.rows.push(row('ada', { kind: 'web', logins: ['proxy'] }))
  reviews.start(fleet)
  expect(() => reviews.decide(fleet, { account: 'ada', verdict: 'keep', note: '' })).toThrow(
    'ada is not one but an account and a name (proxy)',
  )
  expect(brief(reviews.decide(fleet, { account: 'ada', kind: 'web', verdict: 'remove', note: '' }))).toEqual([
    'ada new -',
    'rey new -',
    'ada new remove',
  ])
  expect(brief(reviews.decide(fleet, { account: 'ada', kind: 'account', verdict: 'keep', note: '' }))).toEqual([
    ...['ada new keep', 'rey new -', 'ada new remove'],
  ])
  reviews.decide(fleet, { account: 'rey', verdict: 'keep', note: '' })
  reviews.sign(fleet, 'Ada')
  expect(reviews.removals(fleet)).toMatchObject([{ account: 'ada', kind: 'web' }])
  expect(reviews.recorded(fleet)[0]?.decisions.map(({ account, kind, verdict }) => [account, kind, verdict])).toEqual([
    ['ada', 'account', 'keep'],
    ['ada', 'web', 'remove'],
    ['rey', 'account', 'keep'],
  ])
  // The name is gone from the proxy; the account that stays is nothing of it.
  hosts[0]?.rows.pop()
  expect(brief(reviews.current(fleet))).toEqual(['ada same -', 'rey same -'])
  expect(repo.decisions(reviews.recorded(fleet)[0]?.id ?? '')).toHaveLength(3)
})

test('what an older Gatehouse decided about a name counts for whatever is called so', () => {
  const { reviews, repo } = arrange()
  reviews.start(fleet)
  const [{ id } = expect.fail()] = repo.list('')
  for (const account of ['ada', 'rey']) reviews.decide(fleet, { account, verdict: 'keep', note: '' })
  for (const one of repo.decisions(id)) repo.decide(id, { ...one, kind: null })
  const old = repo.decisions(id).filter(({ kind }) => kind === null)
  const older = arrange()
  older.reviews.start(fleet)
  const [head = expect.fail()] = older.repo.list('')
  for (const one of old) older.repo.decide(head.id, one)
  expect(brief(older.reviews.current(fleet))).toEqual(['ada new keep', 'rey new keep'])
  // Another digest: it is not what was decided about.
  older.hosts[0]?.rows.push(row('ada', { kind: 'web', logins: ['proxy'] }))
  expect(brief(older.reviews.current(fleet))).toEqual(['ada new keep', 'rey new keep', 'ada new -'])
  expect(older.reviews.recorded(fleet)[0]?.decisions.map(({ since }) => since)).toEqual(['same', 'same'])
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
  hosts.push({ host: 'h2', reason: 'It was not looked at yet.', cut: 0, gaps: [], rows: [] })
  reviews.start(fleet)
  reviews.decide(fleet, { account: 'ada', verdict: 'keep', note: '' })
  reviews.decide(fleet, { account: 'rey', verdict: 'keep', note: '' })
  expect(() => reviews.sign(fleet, 'Ada')).toThrow('h2')
})

test('what was not read of an account that is kept stands in the record, and its host is not held to be reviewed', () => {
  const { reviews, hosts, stated } = arrange()
  const notRead = { capabilities: ['become-root' as const], reasons: ['Rules of sudo: sudo refused the command'] }
  hosts.push({ host: 'h2', reason: null, cut: 0, gaps: [], rows: [row('ada', { notRead }), row('bob', { notRead })] })
  hosts.push({ host: 'h3', reason: null, cut: 0, gaps: [], rows: [], unlisted: 'the directory lists nobody' })
  reviews.start(fleet)
  expect(reviews.current(fleet)).toMatchObject({ notCovered: ['h2', 'h3'] })
  for (const account of ['ada', 'rey']) reviews.decide(fleet, { account, verdict: 'keep', note: '' })
  reviews.decide(fleet, { account: 'bob', verdict: 'remove', note: '' })
  expect(reviews.sign(fleet, 'Ada')).toMatchObject({ lastSigned: { by: 'Ada', without: ['h2', 'h3'] } })
  expect(stated).toEqual([
    '2027-02-26 h1: Does not cover h2, h3: rules, keys, groups or who else has an account were not read there. Of one account that is kept it is not known what it can do. 4 accounts on 2 hosts reviewed: 3 kept, 1 to be removed (bob on h2).',
  ])
  const [recorded] = reviews.recorded(fleet)
  expect(recorded?.notCovered).toEqual(['h2', 'h3'])
  expect(recorded?.decisions.map(({ host, account, held }) => [host, account, held?.notRead])).toEqual([
    ['h1', 'ada', undefined],
    ['h1', 'rey', undefined],
    ['h2', 'ada', notRead],
    ['h2', 'bob', notRead],
  ])
  // Once it is read, it is asked anew, whatever is found then.
  hosts[1]?.rows.splice(0, 2, row('ada'))
  expect(brief(reviews.current(fleet))[0]).toBe('ada changed -')
})

test('an account that is removed leaves nothing open on its host; where no host is covered nothing is stated', () => {
  const { reviews, hosts, stated } = arrange()
  const notRead = { capabilities: [], reasons: ['Keys of accounts: sudo refused the command'] }
  hosts[0]?.rows.splice(0, 2, row('rey', { notRead, login: 'unknown', logins: [] }))
  reviews.start(fleet)
  expect(reviews.decide(fleet, { account: 'rey', verdict: 'keep', note: '' }).notCovered).toEqual(['h1'])
  expect(reviews.recorded(fleet)[0]?.decisions[0]?.held).toMatchObject({ logins: ['not known'], notRead })
  expect(reviews.decide(fleet, { account: 'rey', verdict: 'remove', note: '' }).notCovered).toEqual([])
  reviews.decide(fleet, { account: 'rey', verdict: 'keep', note: '' })
  reviews.sign(fleet, 'Ada')
  expect(stated).toEqual([])
})

test('what a closed account left is shown, planned and pushed until an audit no longer finds it', () => {
  const { reviews, hosts, steps } = arrange()
  const keys = { what: 'Put its keys aside.', argv: ['mv', 'a', 'b'] }
  const group = { what: 'Take it out of ops.', argv: ['gpasswd'], pushed: { as: 'accounts', value: 'rey' } as const }
  steps.set('rey', [keys, group])
  reviews.start(fleet)
  reviews.decide(fleet, { account: 'ada', verdict: 'keep', note: '' })
  // Still open: what the push does is not by hand.
  expect(reviews.decide(fleet, { account: 'rey', verdict: 'remove', note: '' }).left).toEqual([
    { host: 'h1', account: 'rey', kind: 'account', what: 'Put its keys aside.', command: 'mv a b', byPush: false },
  ])
  reviews.sign(fleet, 'Ada')
  const [h1] = hosts
  if (h1) h1.rows = [row('ada'), row('rey', { state: 'own', login: 'no' })]
  expect(reviews.current(fleet).left.map(({ what, byPush }) => `${what} ${byPush}`)).toEqual([
    'Put its keys aside. false',
    'Take it out of ops. true',
  ])
  expect(reviews.removals(fleet)).toMatchObject([{ account: 'rey' }])
  expect(reviews.pushes(fleet)).toMatchObject([{ host: 'h1', parameters: { accounts: ['rey'] } }])
  steps.set('rey', [])
  expect([reviews.current(fleet).left, reviews.removals(fleet)]).toEqual([[], []])
  steps.set('rey', [keys])
  if (h1) h1.reason = 'not looked at'
  expect(reviews.current(fleet)).toMatchObject({ left: [], unseen: ['h1'] })
})

test('what was decided can be shown with what the account could do then, whatever it can do now', () => {
  const { reviews, hosts } = arrange()
  expect(reviews.recorded(fleet)).toEqual([])
  const holdings = [{ capability: 'read-logs' as const, path: ['account rey', 'group adm'] }]
  hosts[0]?.rows.splice(1, 1, row('rey', { holdings: [...holdings, { capability: 'read-logs', path: ['account rey', 'ACL'] }] }))
  reviews.start(fleet)
  reviews.decide(fleet, { account: 'rey', verdict: 'remove', note: 'left' })
  reviews.decide(fleet, { account: 'ada', verdict: 'keep', note: '' })
  const [open] = reviews.recorded(fleet)
  expect(open).toMatchObject({ startedBy: 'admin', signedAt: null })
  expect(open?.decisions.map(({ account, verdict, note, held }) => [account, verdict, note, held?.tier, held?.logins])).toEqual([
    ['ada', 'keep', '', 'operators', ['SSH key']],
    ['rey', 'remove', 'left', 'operators', ['SSH key']],
  ])
  reviews.sign(fleet, 'Ada')
  const ada = { tier: 'operators', logins: ['SSH key'], capabilities: [] }
  const rey = { ...ada, capabilities: ['read-logs'] }
  const since = () => reviews.recorded(fleet)[0]?.decisions.map((one) => [one.since, one.held])
  hosts[0]?.rows.splice(0, 2, row('ada', { logins: ['SSH key', 'cron'] }))
  expect(reviews.recorded(fleet)[0]?.signedBy).toBe('Ada')
  expect(since()).toEqual([
    ['changed', ada],
    ['gone', rey],
  ])
  // A host that was not looked at says of nobody that he is gone.
  hosts[0] = { host: 'h1', reason: 'not reached', cut: 0, gaps: [], rows: [] }
  expect(since()).toEqual([
    ['not-read', ada],
    ['not-read', rey],
  ])
})

test('of what was decided before the words were kept, they are known as long as the account is the same', () => {
  const { reviews, hosts, repo } = arrange()
  reviews.start(fleet)
  for (const account of ['ada', 'rey']) reviews.decide(fleet, { account, verdict: 'keep', note: '' })
  const [head] = repo.list(fleet.name)
  for (const one of repo.decisions(head?.id ?? '')) repo.decide(head?.id ?? '', { ...one, held: null })
  hosts[0]?.rows.splice(1, 1)
  expect(reviews.recorded(fleet)[0]?.decisions.map(({ since, held }) => [since, held?.tier])).toEqual([
    ['same', 'operators'],
    ['gone', undefined],
  ])
})
