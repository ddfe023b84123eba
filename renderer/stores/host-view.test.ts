import { describe, expect, test } from 'vitest'
import { audit, audited, finding, host, items, job, progress } from './__fixtures__/hosts.ts'
import { applicable, countItems, createFleetView, loudestOpen, viewHost } from './host-view.ts'

const known = { finishedAt: '2026-11-20T08:00:00.000Z', items: items({ 'INF-1': 'pass', 'INF-2': 'not-applicable' }), findings: [] }

describe('viewHost', () => {
  test.each([
    ['never audited', undefined, null, 'none', 'idle'],
    ['audited', audit('a'), null, 'current', 'connected'],
    ['not reached and never measured', audit('a', { state: 'unreachable' }), null, 'none', 'unreachable'],
    ['not reached, measured before', audit('a', { state: 'key-changed', lastKnown: known }), null, 'stale', 'key-changed'],
    ['audited again right now', audit('a'), job([progress('a')]), 'stale', 'connected'],
    ['first audit under way', undefined, job([progress('a', { stage: 'connecting' })]), 'none', 'connecting'],
    ['an audit of another host runs', audit('a'), job([progress('b')]), 'current', 'connected'],
    ['the last audit is over', audit('a'), job([progress('a')], 'finished'), 'current', 'connected'],
  ] as const)('%s', (_, stored, running, results, state) => {
    expect(viewHost(host('a'), stored, running)).toMatchObject({ results, state })
  })

  test('results land while the audit of other hosts goes on', () => {
    const done = job([progress('a', { stage: 'done' }), progress('b')])
    const stored = audit('a', { items: items({ 'INF-1': 'fail' }), engines: ['vllm', 'ollama'] })
    const view = viewHost(host('a'), stored, done)
    expect(view).toMatchObject({ results: 'current', items: { 'INF-1': 'fail' }, progress: undefined, engines: 'vLLM, Ollama' })
  })

  test('a host that failed in the audit that runs does not show its old results as current', () => {
    const failed = job([progress('a', { stage: 'failed' })])
    const stored = audit('a', { state: 'unreachable', lastKnown: known })
    expect(viewHost(host('a'), stored, failed)).toMatchObject({ results: 'stale', progress: undefined })
  })
})

describe('counts', () => {
  test('what is not current counts as not evaluated, unless it does not apply', () => {
    const stale = viewHost(host('a'), audit('a', { state: 'unreachable', lastKnown: known }), null)
    expect(countItems(stale)).toMatchObject({ pass: 0, 'not-evaluated': 17, 'not-applicable': 1 })
  })

  test('a host that was never measured has passed nothing', () => {
    const counts = countItems(viewHost(host('a'), undefined, null))
    expect(counts).toMatchObject({ pass: 0, 'not-evaluated': 18 })
    expect(applicable(counts)).toBe(18)
  })

  test('waived and attestation are in the denominator and not in the score', () => {
    const counts = countItems(
      audited('a', {
        'INF-1': 'pass',
        'INF-2': 'waived',
        'INF-3': 'needs-attestation',
        'INF-4': 'not-applicable',
        'INF-5': 'not-applicable',
      }),
    )
    expect([counts.pass, applicable(counts)]).toEqual([1, 16])
  })
})

describe('loudestOpen', () => {
  test('counts items, not findings', () => {
    const view = audited(
      'a',
      {},
      { findings: [finding('INF-1', 'fail'), finding('INF-1', 'fail', { subject: 'b' }), finding('INF-2', 'warning')] },
    )
    expect(loudestOpen(view)).toEqual({ outcome: 'fail', count: 1 })
  })
  test('is nothing when every finding passed', () => expect(loudestOpen(audited('a', { 'INF-1': 'pass' }))).toBeUndefined())
})

test('unchanged hosts keep their object, so that their columns are not drawn again', () => {
  const view = createFleetView()
  const jump = [{ name: 'bastion', address: '192.0.2.1', port: 22, audit: true }]
  const fleet = { hosts: [host('a'), host('b')], jump } as never
  const audits = [audit('a'), audit('b')]
  const first = view(fleet, audits, job([progress('a'), progress('b')]))
  const b = progress('b')
  const second = view(fleet, audits, job([progress('a', { sectionsDone: 9 }), b]))
  const third = view(fleet, audits, job([progress('a', { sectionsDone: 12 }), b]))
  expect(first[0]).not.toBe(second[0])
  expect(third[0]).not.toBe(second[0])
  expect(third[1]).toBe(second[1])
  expect(third.map(({ name }) => name)).toEqual(['a', 'b', 'bastion'])
  expect(third[2]).toBe(first[2])
  expect(view(fleet, audits, null)).not.toBe(third)
})
