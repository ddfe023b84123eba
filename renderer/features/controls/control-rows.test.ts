import { expect, test } from 'vitest'
import type { ControlDetail } from '#shared/model/control-entry.ts'
import { audit, audited, finding, host } from '../../stores/__fixtures__/hosts.ts'
import { viewHost } from '../../stores/host-view.ts'
import { byItem, controlRows, filterRows } from './control-rows.ts'

const control = (id: string, item: ControlDetail['item'], over: Partial<ControlDetail> = {}): ControlDetail => ({
  ...{ id, item, title: `${id} holds`, rationale: 'Because.', severity: 'high' },
  references: [{ framework: 'NIST SP 800-53 Rev. 5', id: 'SC-7' }],
  ...over,
})
const controls = [
  control('control-inf-1', 'INF-1'),
  control('control-inf-2', 'INF-2', { severity: 'low' }),
  control('control-sup-3', 'SUP-3'),
]

test('counts hosts, not findings; loudest host first', () => {
  const worst = [finding('INF-1', 'pass', { subject: 'a' }), finding('INF-1', 'fail', { subject: 'b' })]
  const hosts = [
    audited('gpu-1', { 'INF-1': 'pass', 'INF-2': 'waived' }),
    viewHost(host('gpu-2'), audit('gpu-2', { findings: worst }), null),
    audited('gpu-3', { 'INF-1': 'not-applicable' }),
  ]
  const [first, second, third] = controlRows(controls, hosts)
  expect(first).toMatchObject({ failing: 1, passing: 1, other: 1 })
  expect(first?.results.map(({ host: name, status, count, finding: { subject } }) => [name, status, count, subject])).toEqual([
    ['gpu-2', 'fail', 2, 'b'],
    ['gpu-1', 'pass', 1, ''],
    ['gpu-3', 'not-applicable', 1, ''],
  ])
  expect(second).toMatchObject({ failing: 0, passing: 0, other: 1 })
  expect(third).toMatchObject({ results: [], failing: 0, passing: 0, other: 0 })
})

test('results that are not current are listed last and not counted', () => {
  const known = { finishedAt: '2026-11-21T12:00:00.000Z', items: [], findings: [finding('INF-1', 'fail')] }
  const gone = viewHost(host('gpu-1'), audit('gpu-1', { state: 'unreachable', lastKnown: known }), null)
  const [row] = controlRows(controls, [gone, audited('gpu-2', { 'INF-1': 'pass' })])
  expect(row).toMatchObject({ failing: 0, passing: 1 })
  expect(row?.results.map(({ host: name, stale }) => [name, stale])).toEqual([
    ['gpu-2', false],
    ['gpu-1', true],
  ])
})

test.each([
  ['', ['control-inf-1', 'control-inf-2', 'control-sup-3']],
  ['inf-2', ['control-inf-2']],
  ['LOW nist', ['control-inf-2']],
  ['sc-7 holds', ['control-inf-1', 'control-inf-2', 'control-sup-3']],
  ['nothing like it', []],
])('filter %j', (text, ids) => {
  expect(filterRows(controlRows(controls, []), text).map((row) => row.control.id)).toEqual(ids)
})

test('grouped in the order of the checklist, items without a control left out', () => {
  const groups = byItem(controlRows([...controls].reverse(), []))
  expect(groups.map(({ item, rows }) => [item.id, rows.length])).toEqual([
    ['INF-1', 1],
    ['INF-2', 1],
    ['SUP-3', 1],
  ])
})
