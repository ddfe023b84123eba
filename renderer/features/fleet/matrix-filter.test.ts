import { expect, test } from 'vitest'
import { audit, audited, host, items } from '../../stores/__fixtures__/hosts.ts'
import { viewHost } from '../../stores/host-view.ts'
import { filterMatrix } from './matrix-filter.ts'

const lastKnown = { finishedAt: '2026-11-20T08:00:00.000Z', items: items({ 'INF-1': 'fail' }), findings: [] }
const hosts = [
  audited('gpu-01', { 'INF-1': 'pass', 'INF-3': 'fail' }),
  audited('gpu-02', { 'INF-1': 'fail' }),
  viewHost(host('lab-01'), audit('lab-01', { state: 'unreachable', lastKnown }), null),
]
const shown = (filter: Parameters<typeof filterMatrix>[1]) => {
  const { hosts: kept, items: rows } = filterMatrix(hosts, filter)
  return [kept.map((it) => it.name).join(' '), rows.length]
}

test.each([
  [{ outcome: null, text: '' }, ['gpu-01 gpu-02 lab-01', 18]],
  [{ outcome: null, text: ' GPU ' }, ['gpu-01 gpu-02', 18]],
  [{ outcome: 'fail', text: '' }, ['gpu-01 gpu-02', 2]],
  [{ outcome: 'fail', text: '02' }, ['gpu-02', 1]],
  [{ outcome: 'waived', text: '' }, ['', 0]],
  // Last known results are not current: they count as not evaluated.
  [{ outcome: 'not-evaluated', text: 'lab' }, ['lab-01', 18]],
] as const)('%j', (filter, expected) => expect(shown(filter)).toEqual(expected))
