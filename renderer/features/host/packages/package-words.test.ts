import { expect, test } from 'vitest'
import type { Software } from '#shared/model/host-packages.ts'
import { filterSoftware, releaseOf, softwareText, sortSoftware, stateOf } from './package-words.ts'

const one = (more: Partial<Software>): Software => ({
  id: more.name ?? 'a',
  name: 'a',
  version: '1.0',
  kind: 'python',
  where: '/opt/vllm',
  from: 'python-package',
  byDistribution: false,
  advisories: [],
  followed: 3,
  undecided: 0,
  ...more,
})
const advisory = (more: Partial<Software['advisories'][number]> = {}) => ({
  id: 'CVE-1',
  exploited: false,
  severity: 'high' as const,
  ...more,
})
const lists = { installed: 612, pending: 0 }

test.each([
  ['nobody follows it', one({ followed: 0 }), lists, 'Not followed', 'na'],
  ['nothing known', one({}), lists, 'None known', 'pass'],
  ['not comparable', one({ undecided: 2 }), lists, 'Not compared', 'unknown'],
  ['vulnerable', one({ advisories: [advisory(), advisory({ id: 'CVE-2' })] }), lists, '2 advisories', 'fail'],
  ['vulnerable under a condition', one({ advisories: [advisory({ condition: 'only with Ray' })] }), lists, '1 advisory', 'warn'],
  ['distribution, up to date', one({ byDistribution: true, followed: 0 }), lists, 'No update pending', 'pass'],
  ['distribution, lists unread', one({ byDistribution: true, followed: 0 }), { ...lists, unknown: 'no lists' }, 'Not known', 'unknown'],
  ['distribution, nothing read', one({ byDistribution: true, followed: 0 }), undefined, 'Not known', 'unknown'],
  ['an update waits', one({ byDistribution: true, pending: '1.1' }), lists, 'Update pending', 'fail'],
])('%s', (_, software, distribution, word, tone) => {
  expect(stateOf(software, distribution)).toMatchObject({ word, tone })
})

test('loudest first: exploited, then by severity; versions sort as numbers', () => {
  const rows = [
    one({ name: 'low', advisories: [advisory({ severity: 'low' })] }),
    one({ name: 'clear', version: '10' }),
    one({ name: 'exploited', advisories: [advisory({ severity: 'medium', exploited: true })], version: '9' }),
    one({ name: 'critical', advisories: [advisory({ severity: 'critical' })] }),
  ]
  const names = (sorting: Parameters<typeof sortSoftware>[1]) => sortSoftware(rows, sorting, lists).map(({ name }) => name)
  expect(names({ by: 'state', descending: false })).toEqual(['exploited', 'critical', 'low', 'clear'])
  expect(names({ by: 'version', descending: true }).slice(0, 2)).toEqual(['clear', 'exploited'])
})

test('the filter looks at names, versions, places and advisories', () => {
  const rows = [one({ name: 'torch', advisories: [advisory({ id: 'CVE-2025-32434' })] }), one({ name: 'nginx', kind: 'host-package' })]
  expect(filterSoftware(rows, 'cve-2025 torch').map(({ name }) => name)).toEqual(['torch'])
  expect(filterSoftware(rows, 'host').map(({ name }) => name)).toEqual(['nginx'])
  expect(filterSoftware(rows, ' ')).toBe(rows)
})

test('copied as a table that hostile names cannot break', () => {
  const text = softwareText([one({ name: 'a\tb\nc', advisories: [advisory({ fixed: '2.6.0' })] })], lists)
  expect(text.split('\n')).toHaveLength(3)
  expect(text.split('\n')[1]?.split('\t')).toHaveLength(7)
  expect([releaseOf({ pending: '1.1', fixedIn: '2' }), releaseOf({ fixedIn: '2' }), releaseOf({})]).toEqual(['1.1', '2', ''])
})
