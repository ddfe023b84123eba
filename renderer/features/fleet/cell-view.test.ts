import { describe, expect, test } from 'vitest'
import { audit, audited, host, items, job, progress } from '../../stores/__fixtures__/hosts.ts'
import { viewHost } from '../../stores/host-view.ts'
import { cellName, cellOf } from './cell-view.ts'

describe('cells', () => {
  const lastKnown = { finishedAt: '2026-11-20T08:00:00.000Z', items: items({ 'INF-1': 'pass' }), findings: [] }
  test.each([
    ['a result', audited('a', { 'INF-1': 'fail' }), 'INF-1 on a: Fail'],
    ['an item that no control evaluates', audited('a', {}), 'INF-1 on a: Not evaluated'],
    ['never audited', viewHost(host('a'), undefined, null), 'INF-1 on a: Not evaluated'],
    ['last known', viewHost(host('a'), audit('a', { state: 'unreachable', lastKnown }), null), 'INF-1 on a: Pass, last known'],
    ['being read for the first time', viewHost(host('a'), undefined, job([progress('a')])), 'INF-1 on a: Running'],
    ['waiting for its turn', viewHost(host('a'), undefined, job([progress('a', { stage: 'waiting' })])), 'INF-1 on a: Waiting'],
  ])('%s', (_, view, name) => expect(cellName('INF-1', 'a', cellOf(view, 'INF-1', true))).toBe(name))

  test('only the first cell of a host says that it is running', () => {
    expect(cellOf(viewHost(host('a'), undefined, job([progress('a')])), 'INF-2', false).kind).toBe('waiting')
  })
})
