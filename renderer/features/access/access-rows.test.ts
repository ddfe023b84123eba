import { expect, test } from 'vitest'
import type { AccessLine } from '#shared/model/access.ts'
import { accountRows, filterAccounts, nextMismatch } from './access-rows.ts'

const row = (account: string, state: AccessLine['state'], tier: AccessLine['tier'] = null): AccessLine => ({
  ...{ account, state, tier, login: 'yes', kind: 'account', lastLogin: null },
})
const hosts = [
  { host: 'a', reason: null, cut: 0, gaps: [], rows: [row('root', 'own'), row('zoe', 'match', 'operators'), row('bob', 'no-tier')] },
  { host: 'b', reason: null, cut: 0, gaps: [], rows: [row('zoe', 'above', 'operators'), row('ada', 'match', 'administrators')] },
]
const rows = accountRows({ hosts })

test('one row for each account, those that do not fit first', () => {
  expect(rows.map(({ name, tier, mismatches }) => [name, tier, mismatches])).toEqual([
    ['zoe', 'operators', 1],
    ['bob', null, 1],
    ['ada', 'administrators', 0],
    ['root', null, 0],
  ])
  expect(rows[0]?.cells.get('a')?.state).toBe('match')
})

test('filter', () => {
  expect(filterAccounts(rows, ' AD', false).map(({ name }) => name)).toEqual(['ada'])
  expect(filterAccounts(rows, '', true).map(({ name }) => name)).toEqual(['zoe', 'bob'])
})

test('a name of the proxy has a row of its own beside the account that is called the same', () => {
  const both = accountRows({
    hosts: [{ host: 'a', reason: null, cut: 0, gaps: [], rows: [row('zoe', 'match'), { ...row('zoe', 'no-tier'), kind: 'web' }] }],
  })
  expect(both.map((one) => [one.name, one.kind, one.cells.get('a')?.state])).toEqual([
    ['zoe', 'web', 'no-tier'],
    ['zoe', 'account', 'match'],
  ])
  expect(nextMismatch(both, ['a'], { account: 'zoe', kind: 'account', host: 'a' })).toEqual({ account: 'zoe', kind: 'web', host: 'a' })
})

test('the next mismatch, around the end', () => {
  const kind = 'account'
  expect(nextMismatch(rows, ['a', 'b'], undefined)).toEqual({ account: 'zoe', kind, host: 'b' })
  expect(nextMismatch(rows, ['a', 'b'], { account: 'zoe', kind, host: 'b' })).toEqual({ account: 'bob', kind, host: 'a' })
  expect(nextMismatch(rows, ['a', 'b'], { account: 'bob', kind, host: 'a' })).toEqual({ account: 'zoe', kind, host: 'b' })
  expect(nextMismatch([], [], undefined)).toBeUndefined()
})
