import type { AccountAccess, HostAccess, SharedKey } from '#shared/model/access.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import { ownAccounts } from './tiers.ts'

/** Accounts of one host and their keys, without those of Gatehouse itself: the admin who looks and the one who changes are one person. */
export interface KeyHolders {
  readonly host: string
  readonly accounts: readonly Pick<AccountAccess, 'name' | 'uid' | 'keys'>[]
}

/** Without Gatehouse's own accounts, which have the same key on every host. */
export function holdersOf({ accounts }: HostAccess, fleet: Fleet, host: Host): KeyHolders {
  const own = ownAccounts(fleet, host)
  return { host: host.name, accounts: accounts.filter(({ name }) => !own.includes(name)) }
}

/** Keys in one answer; the ones of most accounts are kept where there are more. */
const MAX_KEYS = 200
const MAX_PLACES = 40

/**
 * Keys that name no single person, over all hosts: `shared` stands in files of accounts with different names, so two people have it, or one is two;
 * `nobody` opens root alone, so no log says who it was. The same account with the same key on many hosts is one person.
 */
export function sharedKeys(hosts: readonly KeyHolders[]): readonly SharedKey[] {
  const byKey = new Map<
    string,
    { readonly comment: string; readonly uids: Set<number | undefined>; readonly places: SharedKey['places'] }
  >()
  for (const { host, accounts } of hosts)
    for (const { name, uid, keys } of accounts)
      for (const { fingerprint, comment, options } of keys) {
        // A key of an authority is no key of a person.
        if (options.includes('cert-authority')) continue
        const key = byKey.get(fingerprint) ?? { comment, uids: new Set(), places: [] }
        byKey.set(fingerprint, key)
        key.uids.add(uid)
        if (!key.places.some((place) => place.host === host && place.account === name)) key.places.push({ host, account: name })
      }
  const found = [...byKey].flatMap(([fingerprint, { comment, uids, places }]): SharedKey[] => {
    const accounts = new Set(places.map(({ account }) => account)).size
    const why = accounts > 1 ? 'shared' : [...uids].every((uid) => uid === 0) ? 'nobody' : undefined
    return why === undefined ? [] : [{ fingerprint, comment, why, accounts, places }]
  })
  return found
    .toSorted((a, b) => b.accounts - a.accounts || b.places.length - a.places.length)
    .slice(0, MAX_KEYS)
    .map((key) => ({ ...key, places: key.places.slice(0, MAX_PLACES) }))
}
