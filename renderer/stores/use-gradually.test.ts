import { expect, test } from 'vitest'
import { audited } from './__fixtures__/hosts.ts'
import { takeOver } from './use-gradually.ts'

const host = (name: string, outcome: 'pass' | 'fail') => audited(name, { 'INF-1': outcome })
const names = ['a', 'b', 'c', 'd', 'e']
const before = names.map((name) => host(name, 'pass'))
const after = names.map((name) => host(name, 'fail'))

test('all hosts are taken over, three at a time', () => {
  const first = takeOver(before, after, 3)
  expect(first).toEqual([after[0], after[1], after[2], before[3], before[4]])
  expect(takeOver(first, after, 3)).toEqual(after)
})

test('hosts that did not change take no turn', () => {
  const some = [before[0], after[1], before[2], after[3], after[4]] as typeof before
  expect(takeOver(before, some, 2)).toEqual([before[0], after[1], before[2], after[3], before[4]])
})

test('nothing changed is the same list, so that nothing is drawn', () => expect(takeOver(before, [...before], 3)).toBe(before))
