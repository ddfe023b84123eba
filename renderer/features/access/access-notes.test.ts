import { expect, test } from 'vitest'
import type { FindingBrief } from '#shared/model/finding.ts'
import { notesOf, STALE, toldOf } from './access-notes.ts'

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

test('what passes on a hundred hosts is told once, and not at all beside what is open', () => {
  const passing = Array.from({ length: 100 }, (_, index) => ({ name: `gpu-${index}`, findings: [finding(STALE, 'pass', '')] }))
  const other = { name: 'lab', findings: [{ ...finding(STALE, 'pass', ''), title: 'Nobody can get in' }] }
  const { alone, together } = toldOf(notesOf([...passing, other], STALE))
  expect([alone.map(({ host }) => host), together]).toEqual([['lab'], [{ said: ' pass', hosts: 100 }]])
  const open = { name: 'bad', findings: [finding(STALE, 'warning', 'eve')] }
  const told = toldOf(notesOf([...passing, open], STALE))
  expect([told.alone.map(({ host }) => host), told.together]).toEqual([['bad'], []])
})

test('what is open on a hundred hosts in the same words is told once, by the first of them, and hides nothing else', () => {
  const hosts = Array.from({ length: 100 }, (_, index) => ({ name: `gpu-${index}`, findings: [finding(STALE, 'warning', 'eve')] }))
  const other = { name: 'lab', findings: [finding(STALE, 'warning', 'bob')] }
  const { alone } = toldOf(notesOf([...hosts, other], STALE))
  expect(alone.map(({ host, subject, more }) => [host, subject, more])).toEqual([
    ['gpu-0', 'eve', 99],
    ['lab', 'bob', 0],
  ])
})
