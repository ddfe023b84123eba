import { byFingerprint, keysOfHost, type OwnedKey } from '../../../access/key-owners.ts'
import type { Citation } from '../../../facts/citation.ts'
import { known } from '../../../facts/fact.ts'
import type { FleetKeys, KeyPlace } from '../../../facts/fleet-keys/fleet-keys.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { unreadKeys } from './unread-keys.ts'

/**
 * Of one host, `access-keys-personal` says it. Two hosts are compared where the keys of both were read; where those of one were not, that one is not
 * evaluated, and the other passes for the hosts that it names.
 */
export default defineControl({
  id: 'access-keys-one-person',
  item: 'OPS-3',
  severity: 'medium',
  title: 'No SSH key opens other names on the hosts whose keys were read',
  rationale:
    'A key that opens ada here and bob there is known to two people, or one of them wears both names, and logs cannot tell them apart. When one of them leaves, it still opens the account of the other.',
  steps: 'One key for each person; remove this one where it is not its owner’s.',
  needs: ['access'],
  uses: ['accounts', 'sshd', 'fleet-keys'],
  references: ['NIST-800-53:IA-2', 'NIST-800-53:IA-5', 'CIS-8:5.1', 'ISO-27001:A.5.16'],
  evaluate: ({ access, accounts, sshd, 'fleet-keys': fleetKeys }, { fleet, host }): readonly Verdict[] => {
    if (!fleetKeys.known) return [notCompared(fleetKeys.reason)]
    const { read, unread, lookedFor, places, cut } = fleetKeys.value
    if (read.length + unread.length === 0)
      return [
        { status: 'not-applicable', subject: '', title: 'The fleet has one host', reason: 'There is no other to compare with.', cite: [] },
      ]
    const own = keysOfHost({ access: known(access), accounts, sshd }, fleet, host)
    const byKey = byFingerprint(own.keys)
    const shared = [...byKey].flatMap(([fingerprint, owned]) => {
      const names = new Set(owned.map(({ account }) => account))
      const elsewhere = places.filter((place) => place.fingerprint === fingerprint && !names.has(place.account))
      return elsewhere.length === 0 ? [] : [sharedKey(fingerprint, owned, elsewhere)]
    })
    if (shared.length > 0) return shared
    if (own.unread.length > 0) return [unreadKeys(own.unread)]
    if (read.length === 0) return [unreadHosts(unread)]
    if (cut || [...byKey.keys()].some((fingerprint) => !lookedFor.has(fingerprint)))
      return [notCompared('This audit did not look for every key of the host on the others')]
    const missing = unread.length === 0 ? '' : ` Not compared, which they say themselves: ${unreadNames(unread)}.`
    return [
      {
        status: 'pass',
        subject: '',
        title: 'No key opens an account of another name',
        reason: `${byKey.size} ${byKey.size === 1 ? 'key was' : 'keys were'} looked for on ${read.length} other ${read.length === 1 ? 'host' : 'hosts'}.${missing}`,
        cite: [{ section: 'fleet-keys', line: 0 }],
      },
    ]
  },
})

const notCompared = (reason: string): Verdict => ({
  ...{ status: 'not-evaluated', subject: '', title: 'Keys were not compared with other hosts', reason: `${reason}.` },
  cite: [{ section: 'fleet-keys', line: 0 }],
})

function sharedKey(fingerprint: string, owned: readonly OwnedKey[], elsewhere: readonly KeyPlace[]): Verdict {
  const here = [...new Set(owned.map(({ account }) => account))]
  const there = elsewhere.slice(0, 4).map(({ account, host }) => `${account.slice(0, 40)} on ${host}`)
  const cites: Citation[] = [
    ...owned.slice(0, 4).map(({ key }) => ({ section: 'access', line: key.line, token: key.comment.slice(0, 60) })),
    ...elsewhere.slice(0, 4).map(({ line }) => ({ section: 'fleet-keys', line, note: 'The same key.' })),
  ]
  return {
    status: 'warning',
    subject: fingerprint,
    title: `One key opens accounts of ${new Set([...here, ...elsewhere.map(({ account }) => account)]).size} names`,
    reason: `${fingerprint} opens ${here.slice(0, 4).join(', ')} here and ${there.join(', ')}${elsewhere.length > 4 ? ` and ${elsewhere.length - 4} more` : ''}.`,
    cite: cites,
  }
}

const unreadNames = (unread: FleetKeys['unread']): string =>
  `${unread
    .slice(0, 4)
    .map(({ host }) => host)
    .join(', ')}${unread.length > 4 ? ` and ${unread.length - 4} more` : ''}`

const unreadHosts = (unread: FleetKeys['unread']): Verdict => ({
  ...{ status: 'not-evaluated', subject: '', title: 'Keys of no other host were read' },
  reason: `${unread
    .slice(0, 4)
    .map(({ host, reason }) => `${host}: ${reason}`)
    .join('; ')}.`,
  cite: unread.slice(0, 4).map(({ line }) => ({ section: 'fleet-keys', line })),
})
