import { expect, test } from 'vitest'
import { audit, job, progress } from './__fixtures__/hosts.ts'
import { mergeLatest } from './latest.ts'

const whole = { revision: 'a 2', whole: true, job: null, outcome: null, hosts: [audit('gpu-01'), audit('gpu-02')] }
const news = { revision: 'a 4', whole: false, job: job([progress('gpu-02')]), outcome: 'complete' as const }

test('hosts that did not change keep their object, changed and new ones are taken', () => {
  const changed = audit('gpu-02', { state: 'limited' })
  const merged = mergeLatest(whole, { ...news, hosts: [changed, audit('gpu-03')] })
  expect(merged.hosts.map(({ name }) => name)).toEqual(['gpu-01', 'gpu-02', 'gpu-03'])
  expect(merged.hosts[0]).toBe(whole.hosts[0])
  expect(merged.hosts[1]).toBe(changed)
  expect(merged).toMatchObject({ revision: 'a 4', outcome: 'complete', job: { state: 'running' } })
})

test('what was known is void when the answer is whole, as after another fleet was opened', () => {
  const other = { ...whole, revision: 'b 9', hosts: [audit('gpu-02')] }
  expect(mergeLatest(whole, other)).toEqual(other)
  expect(mergeLatest(undefined, other)).toBe(other)
  expect(mergeLatest(undefined, { ...news, hosts: [] }).hosts).toEqual([])
})

test('a host that is where it was keeps its progress, one that went on has a new one', () => {
  const running = { ...whole, job: job([progress('gpu-01'), progress('gpu-02'), progress('gpu-03')]) }
  const failure = { code: 'ssh.unreachable' as const, detail: 'no answer' }
  const moved = [progress('gpu-02', { sectionsDone: 4 }), progress('gpu-03', { failure })]
  for (const next of [true, false]) {
    const merged = mergeLatest(running, { ...news, whole: next, hosts: [], job: job([progress('gpu-01'), ...moved]) })
    expect(merged.job?.hosts[0]).toBe(running.job.hosts[0])
    expect(merged.job?.hosts.slice(1)).toEqual(moved)
  }
})
