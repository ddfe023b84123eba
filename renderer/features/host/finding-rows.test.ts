import { expect, test } from 'vitest'
import { finding } from '../../stores/__fixtures__/hosts.ts'
import { broughtTogether, isUnfolded, rowsOf, stopsOf } from './finding-rows.ts'
import { hostEntries } from './host-entries.ts'

const sites = (count: number, title = 'No login') =>
  Array.from({ length: count }, (_, index) => finding('INF-3', 'fail', { title, subject: `site-${index}:443`, control: 'login' }))
const between = finding('INF-3', 'fail', { title: 'Other', control: 'other' })
const found = (...findings: ReturnType<typeof sites>) =>
  broughtTogether(hostEntries(findings).filter((entry) => entry.finding !== undefined))

test('four findings of one title stand as one row, three do not', () => {
  expect(rowsOf(found(...sites(4))).map(({ alike }) => alike.length)).toEqual([4])
  expect(rowsOf(found(...sites(3))).map(({ alike }) => alike.length)).toEqual([1, 1, 1])
})

test('they come together where the first of them stands, whatever stood between', () => {
  const [first, ...others] = sites(4)
  const rows = rowsOf(found(...(first ? [first] : []), between, ...others))
  expect(rows.map(({ first: { title }, alike }) => [title, alike.length])).toEqual([
    ['No login', 4],
    ['Other', 1],
  ])
})

test('another outcome or another control is another row', () => {
  const passing = sites(4).map((one) => ({ ...one, status: 'pass' as const }))
  const elsewhere = sites(4).map((one) => ({ ...one, control: 'elsewhere' }))
  expect(rowsOf(found(...sites(4), ...passing, ...elsewhere)).map(({ alike }) => alike.length)).toEqual([4, 4, 4])
})

test('J and K stop once at a folded row, and at each finding of one that is unfolded', () => {
  const rows = rowsOf(found(...sites(4), between))
  const [row] = rows
  const subjects = (unfolded: readonly string[], selected?: string) =>
    stopsOf(rows, new Set(unfolded), selected).map((entry) => entry.finding?.subject)
  expect(subjects([])).toEqual(['site-0:443', ''])
  expect(subjects([row?.key ?? ''])).toEqual(['site-0:443', 'site-1:443', 'site-2:443', 'site-3:443', ''])
  expect(subjects([], 'login site-2:443')).toHaveLength(5)
})

test('a row opens for the finding that was asked for, unless it shows that one anyway', () => {
  const [row] = rowsOf(found(...sites(4)))
  const shown = (selected: string) => row && isUnfolded(row, new Set(), selected)
  expect(shown('login site-3:443')).toBe(true)
  expect(shown('login site-0:443')).toBe(false)
  expect(shown('elsewhere')).toBe(false)
})
