import { expect, test } from 'vitest'
import { outcomes } from '../status.ts'
import { byNeed, score } from './score.ts'

const of = (...statuses: readonly (typeof outcomes)[number][]) => statuses.map((status) => ({ status }))

test.each([
  ['nothing', of(), 0, 0],
  ['every outcome once', of(...outcomes), 1, 6],
  ['what does not apply is left out', of('pass', 'not-applicable', 'not-applicable'), 1, 1],
  ['nothing but a pass counts as pass', of('waived', 'needs-attestation', 'not-evaluated', 'warning', 'fail'), 0, 5],
])('%s', (_, items, passed, applicable) => {
  expect(score(items)).toEqual({ passed, applicable })
})

test('the loudest first, within it the worst, within it the order of the checklist', () => {
  const all = [
    { status: 'pass', severity: 'critical', item: 'INF-1' },
    { status: 'fail', severity: 'low', item: 'INF-1' },
    { status: 'fail', severity: 'critical', item: 'OPS-1' },
    { status: 'fail', severity: 'critical', item: 'INF-2' },
    { status: 'not-evaluated', severity: 'critical', item: 'INF-1' },
    { status: 'warning', severity: 'low', item: 'INF-1' },
  ] as const
  expect([...all].sort(byNeed).map(({ status, severity, item }) => `${status} ${severity} ${item}`)).toEqual([
    'fail critical INF-2',
    'fail critical OPS-1',
    'fail low INF-1',
    'warning low INF-1',
    'not-evaluated critical INF-1',
    'pass critical INF-1',
  ])
})
