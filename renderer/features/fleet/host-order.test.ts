import { expect, test } from 'vitest'
import { audit, audited, host } from '../../stores/__fixtures__/hosts.ts'
import { viewHost } from '../../stores/host-view.ts'
import { columnsThatFit, orderHosts } from './host-order.ts'

const names = (hosts: readonly { readonly name: string }[]) => hosts.map(({ name }) => name)
const filler = Array.from({ length: columnsThatFit }, (_, index) => audited(`sound-${index + 1}`, { 'INF-1': 'pass' }))

test('few hosts stay in the order of the fleet file', () => {
  expect(names(orderHosts([audited('b', { 'INF-1': 'pass' }), audited('a', { 'INF-1': 'fail' })]))).toEqual(['b', 'a'])
})

test('of many, a changed key comes first, then the loudest outcomes', () => {
  const changed = viewHost(host('changed'), audit('changed', { state: 'key-changed' }), null)
  const many = [
    ...filler,
    audited('one-warning', { 'INF-1': 'warning' }),
    audited('one-fail', { 'INF-1': 'fail' }),
    changed,
    audited('two-fails', { 'INF-1': 'fail', 'INF-2': 'fail' }),
  ]
  expect(names(orderHosts(many)).slice(0, 4)).toEqual(['changed', 'two-fails', 'one-fail', 'one-warning'])
})

test('equals are ordered by name, numbers by value', () => {
  const many = Array.from({ length: 12 }, (_, index) => audited(`gpu-${12 - index}`, {}))
  expect(names(orderHosts(many)).slice(0, 3)).toEqual(['gpu-1', 'gpu-2', 'gpu-3'])
})
