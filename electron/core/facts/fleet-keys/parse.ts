import type { FleetKeys } from './fleet-keys.ts'

/** Reads what `core/access/fleet-keys-section.ts` writes. Undefined when it is not that. */
export function parseFleetKeys(stdout: string): FleetKeys | undefined {
  const read: string[] = []
  const unread: FleetKeys['unread'][number][] = []
  const lookedFor = new Set<string>()
  const places: FleetKeys['places'][number][] = []
  let cut = false
  const [head, ...rows] = stdout.split('\n')
  if (head !== 'keys of the fleet') return undefined
  for (const [index, text] of rows.entries()) {
    const line = index + 2
    const [kind, first = '', second = '', ...rest] = text.split(' ')
    if (text === 'cut') cut = true
    else if (kind === 'read') read.push(first)
    else if (kind === 'unread') unread.push({ host: first, reason: [second, ...rest].join(' '), line })
    else if (kind === 'own') lookedFor.add(first)
    else if (kind === 'key') places.push({ fingerprint: first, host: second, account: rest.join(' '), line })
  }
  return { read, unread, lookedFor, places, cut }
}
