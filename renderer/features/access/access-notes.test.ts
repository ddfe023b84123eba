import { expect, test } from 'vitest'
import type { FindingBrief } from '#shared/model/finding.ts'
import { notesOf, STALE } from './access-notes.ts'

const finding = (control: string, status: FindingBrief['status'], subject: string): FindingBrief => ({
  ...{ control, status, subject, item: 'OPS-3', severity: 'low', title: `${subject} ${status}` },
})

test('of one control, what is open first, and nothing of hosts that it does not concern', () => {
  const hosts = [
    { name: 'a', findings: [finding(STALE, 'pass', ''), finding('other', 'fail', 'x')] },
    { name: 'b', findings: [finding(STALE, 'not-applicable', ''), finding(STALE, 'warning', 'eve'), finding(STALE, 'fail', 'bob')] },
  ]
  expect(notesOf(hosts, STALE).map(({ host, status, subject, target }) => [host, status, subject, target.key])).toEqual([
    ['b', 'fail', 'bob', `${STALE} bob`],
    ['b', 'warning', 'eve', `${STALE} eve`],
    ['a', 'pass', '', `${STALE} `],
  ])
})

test('hosts by name, whichever was done first', () => {
  const hosts = ['gpu-10', 'gpu-8', 'gpu-9'].map((name) => ({ name, findings: [finding(STALE, 'warning', 'eve')] }))
  expect(notesOf(hosts, STALE).map(({ host }) => host)).toEqual(['gpu-8', 'gpu-9', 'gpu-10'])
})
