import { createContext } from 'react'

/** What the names around end with (`sharedEnd`). */
export const SharedEnd = createContext('')

/** What more than half of the names end with, from a dot, dash or underscore on: a domain or a place, which tells none of them apart. */
export function sharedEnd(names: readonly string[]): string {
  if (names.length < 2) return ''
  const times = new Map<string, number>()
  for (const name of names)
    for (const { index } of name.matchAll(/(?!^)[._-]/g)) {
      const end = name.slice(index)
      times.set(end, (times.get(end) ?? 0) + 1)
    }
  const shared = [...times].filter(([, count]) => count > names.length / 2).map(([end]) => end)
  return shared.reduce((longest, end) => (end.length > longest.length ? end : longest), '')
}
