import { describe, expect, test } from 'vitest'
import { finding } from '../../stores/__fixtures__/hosts.ts'
import { arriveAt, filterEntries, groupBySection, groupByState, hostEntries, openCount } from './host-entries.ts'

const entries = hostEntries([
  finding('INF-2', 'pass'),
  finding('INF-3', 'fail', { severity: 'critical', subject: '/api/tags' }),
  finding('INF-1', 'fail', { severity: 'medium', reason: 'Listens on *:11434' }),
  finding('INF-4', 'warning'),
])

describe('entries', () => {
  test('every item has one, findings or not, the loudest first', () => {
    expect(new Set(entries.map((entry) => entry.item)).size).toBe(18)
    expect(entries.slice(0, 3).map((entry) => entry.item)).toEqual(['INF-3', 'INF-1', 'INF-4'])
    expect(entries.find((entry) => entry.item === 'SUP-1')).toMatchObject({ status: 'not-evaluated', finding: undefined })
  })
  test('findings of one title are told apart where the list does not cut it off', () => {
    const where = ['/api/pull', '/api/push'].map((path) =>
      finding('INF-4', 'warning', { title: 'Leads nowhere', subject: `ai.example:443 ${path}` }),
    )
    const subs = hostEntries([...where, finding('INF-4', 'fail', { title: 'Other', subject: 'ai.example:443 /' })]).map(({ sub }) => sub)
    expect(subs.slice(0, 3)).toEqual(['ai.example:443 /', '/api/pull on ai.example:443', '/api/push on ai.example:443'])
  })
  test('subjects that share nothing, or everything, stay as they are', () => {
    const alike = (...subjects: string[]) =>
      hostEntries(subjects.map((subject, index) => finding('INF-4', 'fail', { title: 'Same', subject, control: `c-${index}` })))
    expect(
      alike('a b', 'c d')
        .slice(0, 2)
        .map(({ sub }) => sub),
    ).toEqual(['a b', 'c d'])
    expect(
      alike('a b', 'a b')
        .slice(0, 2)
        .map(({ sub }) => sub),
    ).toEqual(['a b', 'a b'])
    expect(
      alike('a', 'a b')
        .slice(0, 2)
        .map(({ sub }) => sub),
    ).toEqual(['a', 'a b'])
  })
  test('items without a control are not open findings', () => expect(openCount(entries)).toBe(3))
})

test('by state: loudest first, what is well folded', () => {
  expect(groupByState(entries).map(({ key, quiet, entries: own }) => [key, quiet, own.length])).toEqual([
    ['fail', false, 2],
    ['warning', false, 1],
    ['pass', true, 1],
    ['uncovered', true, 14],
  ])
})

test('by section: the four areas, folded where nothing is evaluated', () => {
  expect(groupBySection(entries).map(({ key, quiet, entries: own }) => [key, quiet, own.length])).toEqual([
    ['Infrastructure', false, 7],
    ['Supply chain', true, 4],
    ['Monitoring', true, 4],
    ['Operations', true, 3],
  ])
})

test.each([
  ['', 18],
  ['api', 1],
  ['INF-1 11434', 1],
  ['inf', 7],
  ['nothing like it', 0],
])('filter %j', (text, found) => expect(filterEntries(entries, text)).toHaveLength(found))

test.each([
  ['the finding that was asked for', { key: 'control-inf-4 ', item: 'INF-3' }, 'control-inf-4 '],
  ['the loudest of the item', { item: 'INF-4' }, 'control-inf-4 '],
  ['an item without a control', { item: 'OPS-3' }, 'OPS-3'],
  ['a finding that is gone', { key: 'gone' }, 'control-inf-3 /api/tags'],
  ['the loudest of all', {}, 'control-inf-3 /api/tags'],
] as const)('arrives at %s', (_, target, id) => expect(arriveAt(entries, target)).toBe(id))
