import { describe, expect, test } from 'vitest'
import type { HostBrief } from '#shared/model/audit.ts'
import type { FindingBrief } from '#shared/model/finding.ts'
import type { Outcome } from '#shared/status.ts'
import { changesBetween } from './changes.ts'

/** `subject status`, of one control. */
const finding = (subject: string, status: Outcome, more: Partial<FindingBrief> = {}): FindingBrief => ({
  ...{ control: 'a-b', item: 'INF-1', severity: 'high', subject, status, title: `${subject || 'host'} is ${status}`, digest: 'd', ...more },
})
const host = (findings: FindingBrief[], state: HostBrief['state'] = 'connected'): HostBrief => ({
  ...{ name: 'gpu-01', state, startedAt: '2026-11-01T10:00:00.000Z', finishedAt: '2026-11-01T10:00:00.000Z' },
  ...{ items: [], findings, engines: [], refused: [] },
})
const between = (before: HostBrief, after: HostBrief) =>
  changesBetween(before, after).map(({ subject, from, to, title, why, was }) =>
    [subject, from, to, title, why ?? was].filter((it) => it !== undefined),
  )

describe('what could not be looked at has not vanished', () => {
  test('one finding for the host says that no subject could be seen: each is not evaluated', () => {
    const blind = finding('', 'not-evaluated', { title: 'Not readable' })
    expect(between(host([finding('a', 'fail'), finding('b', 'pass')]), host([blind]))).toEqual([
      ['a', 'fail', 'not-evaluated', 'a is fail', 'Not readable'],
      ['b', 'pass', 'not-evaluated', 'b is pass', 'Not readable'],
    ])
    // And back: nothing appeared, it is seen again.
    expect(between(host([blind]), host([finding('a', 'fail'), finding('b', 'pass')]))).toEqual([
      ['a', 'not-evaluated', 'fail', 'a is fail'],
      ['b', 'not-evaluated', 'pass', 'b is pass'],
    ])
  })

  test('a subject that cannot be read any more says it for what stood there; one that never could be read says nothing', () => {
    const unread = finding('/home', 'not-evaluated')
    expect(between(host([finding('/home/a', 'fail')]), host([unread]))).toEqual([
      ['/home/a', 'fail', 'not-evaluated', '/home/a is fail', '/home is not-evaluated'],
    ])
    expect(between(host([finding('/srv', 'fail'), unread]), host([unread]))).toEqual([['/srv', 'fail', null, '/srv is fail']])
    // Another control that could not look is none of its business.
    expect(between(host([finding('a', 'fail')]), host([finding('', 'not-evaluated', { control: 'c-d' })]))).toEqual([
      ['', null, 'not-evaluated', 'host is not-evaluated'],
      ['a', 'fail', null, 'a is fail'],
    ])
  })

  test('a new subject that cannot be read stays one, beside another that could not', () => {
    expect(between(host([finding('a', 'not-evaluated')]), host([finding('b', 'not-evaluated')]))).toEqual([
      ['b', null, 'not-evaluated', 'b is not-evaluated'],
      ['a', 'not-evaluated', null, 'a is not-evaluated'],
    ])
  })

  test('a host that was not reached: what was measured is not any more, and nothing else is said', () => {
    const dark = (title: string) => finding('', 'not-evaluated', { control: title })
    const seen = host([
      finding('', 'pass', { control: 'x' }),
      finding('', 'not-applicable', { control: 'y' }),
      finding('', 'needs-attestation', { control: 'z' }),
    ])
    const unseen = host([dark('x'), dark('y'), dark('z')], 'unreachable')
    expect(between(seen, unseen)).toEqual([['', 'pass', 'not-evaluated', 'host is pass', 'host is not-evaluated']])
    expect(between(unseen, seen)).toEqual([['', 'not-evaluated', 'pass', 'host is pass']])
    // The link that broke on the way left what was read.
    expect(between(seen, { ...unseen, state: 'limited' })).toHaveLength(3)
  })
})

test('what is gone says why, and why is no change of its own', () => {
  const off = finding('', 'not-applicable', { title: 'No server runs' })
  expect(between(host([finding('ollama', 'fail')]), host([off]))).toEqual([['ollama', 'fail', null, 'ollama is fail', 'No server runs']])
  expect(between(host([off]), host([finding('ollama', 'fail')]))).toEqual([['ollama', null, 'fail', 'ollama is fail']])
  expect(between(host([finding('u', 'warning')]), host([finding('u', 'not-applicable', { title: 'Switched off' })]))).toEqual([
    ['u', 'warning', 'not-applicable', 'u is warning', 'Switched off'],
  ])
})

test('an open finding with other evidence is a change; a passing one, and one whose evidence was not kept, is none', () => {
  const two = finding('', 'fail', { title: '2 accounts', digest: 'e' })
  expect(between(host([finding('', 'fail', { title: '1 account' })]), host([two]))).toEqual([
    ['', 'fail', 'fail', '2 accounts', '1 account'],
  ])
  expect(between(host([finding('', 'fail')]), host([finding('', 'fail', { digest: 'e' })]))).toEqual([['', 'fail', 'fail', 'host is fail']])
  expect(between(host([finding('', 'fail')]), host([finding('', 'fail', { digest: undefined })]))).toEqual([])
  expect(between(host([finding('', 'pass')]), host([finding('', 'pass', { digest: 'e', title: 'x' })]))).toEqual([])
  expect(between(host([finding('', 'fail')]), host([finding('', 'fail')]))).toEqual([])
})

test('a day that has passed is no change', () => {
  const old = (days: number) => finding('', 'warning', { title: `The list is ${days} days old`, digest: 'd' })
  expect(between(host([old(120)]), host([old(121)]))).toEqual([])
})

test('the loudest first, then the gravest', () => {
  const all = [finding('a', 'warning'), finding('b', 'fail', { severity: 'low' }), finding('c', 'fail', { severity: 'critical' })]
  expect(changesBetween(host([]), host(all)).map(({ subject }) => subject)).toEqual(['c', 'b', 'a'])
})
