import { outcomes } from '#shared/status.ts'
import { countItems, type HostView } from '../../stores/host-view.ts'

/** Columns that fit beside the item names and the attention list; beyond that the matrix scrolls, worst hosts first. */
export const columnsThatFit = 7

/** Negative when `a` needs attention before `b`: a changed key outranks everything, then the loudest outcomes, then the name. */
export function compareNeed(a: HostView, b: HostView): number {
  const keyA = a.state === 'key-changed' ? 0 : 1
  const keyB = b.state === 'key-changed' ? 0 : 1
  if (keyA !== keyB) return keyA - keyB
  const countsA = countItems(a)
  const countsB = countItems(b)
  for (const outcome of outcomes) {
    if (outcome === 'pass') break
    if (countsA[outcome] !== countsB[outcome]) return countsB[outcome] - countsA[outcome]
  }
  return a.name.localeCompare(b.name, 'en', { numeric: true })
}

/** Few hosts stay in the order of the fleet file, many are ranked. */
export const orderHosts = (hosts: readonly HostView[]): readonly HostView[] =>
  hosts.length <= columnsThatFit ? hosts : [...hosts].sort(compareNeed)
