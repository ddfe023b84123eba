import { type AddressSet, everything, intersect, networksToSet, parseInterval, subtract } from '../../../facts/firewall/address-set.ts'

/** `user` → `*`, `!root` of `Match User *,!root`; undefined where the words are not pairs (sshd_config(5), Match). */
function readCriteria(text: string): ReadonlyMap<string, readonly string[]> | undefined {
  const words = text
    .toLowerCase()
    .replaceAll('"', '')
    .split(/\s*=\s*|\s+/)
    .filter(Boolean)
  const criteria = new Map<string, readonly string[]>()
  for (let at = 0; at < words.length; at++) {
    const name = words[at] ?? ''
    // These stand alone.
    if (name === 'all' || name === 'invalid-user') {
      criteria.set(name, [])
      continue
    }
    const patterns = words[++at]
    if (patterns === undefined || criteria.has(name)) return undefined
    criteria.set(name, patterns.split(',').filter(Boolean))
  }
  return criteria
}

const FAMILIES = [4, 6] as const

const ANYWHERE = new Set(['*', '0.0.0.0/0', '::/0'])

/** Does every login match, as with `Match all`, `Match User *`, `Match Address 0.0.0.0/0,::/0`? */
export function holdsForAll(text: string): boolean {
  const criteria = [...(readCriteria(text) ?? [])]
  return (
    criteria.length > 0 &&
    criteria.every(
      ([name, patterns]) =>
        name === 'all' ||
        (!patterns.some((pattern) => pattern.startsWith('!')) &&
          (patterns.includes('*') || (patterns.length > 1 && patterns.every((pattern) => ANYWHERE.has(pattern))))),
    )
  )
}

/** Does every login from outside of these networks match, whoever it is? */
export function holdsOutside(text: string, networks: readonly string[]): boolean {
  const criteria = readCriteria(text)
  const patterns = criteria?.size === 1 ? criteria.get('address') : undefined
  return FAMILIES.every((family) => {
    const matched = patterns && addressesOf(patterns, family)
    return matched !== undefined && subtract(subtract(everything(family), networksToSet(networks, family)), matched).length === 0
  })
}

/** Does a login match from inside of these networks only? */
export function needsAddressIn(text: string, networks: readonly string[]): boolean {
  const patterns = readCriteria(text)?.get('address')
  return FAMILIES.every((family) => {
    const matched = patterns && addressesOf(patterns, family)
    return matched !== undefined && subtract(matched, networksToSet(networks, family)).length === 0
  })
}

/** Can no login match both? False where that is not certain. */
export function areExclusive(one: string, other: string): boolean {
  const [a, b] = [readCriteria(one), readCriteria(other)]
  if (!a || !b) return false
  return [...a].some(([name, patterns]) => {
    const others = b.get(name)
    if (!others || patterns.length === 0) return false
    if (name === 'address' || name === 'localaddress') return exclusiveAddresses(patterns, others)
    // Somebody may be in two groups, and a host may have two names.
    return (name === 'user' || name === 'localport' || name === 'rdomain') && exclusiveNames(patterns, others)
  })
}

/** Does whoever matches the one match the other as well? False where that is not certain. */
export function implies(one: string, other: string): boolean {
  const [a, b] = [readCriteria(one), readCriteria(other)]
  if (!a || !b || b.size === 0) return false
  return [...b].every(([name, wider]) => {
    const narrower = a.get(name)
    if (!narrower) return false
    if (narrower.join() === wider.join()) return true
    if (name !== 'address' && name !== 'localaddress')
      return narrower.every((word) => !/[*?!]/.test(word) && wider.includes(word)) && isPlain(wider)
    return FAMILIES.every((family) => {
      const [inner, outer] = [addressesOf(narrower, family), addressesOf(wider, family)]
      return inner !== undefined && outer !== undefined && subtract(inner, outer).length === 0
    })
  })
}

const isPlain = (patterns: readonly string[]): boolean => !patterns.some((pattern) => pattern.startsWith('!'))

/** Of two lists of names at least one has names only, and none of them is in the other list. */
function exclusiveNames(one: readonly string[], other: readonly string[]): boolean {
  const names = (list: readonly string[]) => (list.every((word) => !/[*?!]/.test(word)) ? list : undefined)
  const [fixed, rest] = names(one) ? [one, other] : [other, one]
  if (!names(fixed)) return false
  return fixed.every((name) => rest.includes(`!${name}`) || (names(rest) !== undefined && !rest.includes(name)))
}

function exclusiveAddresses(one: readonly string[], other: readonly string[]): boolean {
  return FAMILIES.every((family) => {
    const [a, b] = [addressesOf(one, family), addressesOf(other, family)]
    return a !== undefined && b !== undefined && intersect(a, b).length === 0
  })
}

/** Addresses of a list; undefined where it has patterns that are neither networks nor `*`. A negated entry that matches makes the list fail. */
function addressesOf(patterns: readonly string[], family: 4 | 6): AddressSet | undefined {
  const bare = patterns.map((pattern) => pattern.replace(/^!/, ''))
  if (!bare.every((pattern) => pattern === '*' || parseInterval(pattern) !== undefined)) return undefined
  const sets = (negated: boolean) => {
    const chosen = bare.filter((_, at) => (patterns[at] ?? '').startsWith('!') === negated)
    return chosen.includes('*') ? everything(family) : networksToSet(chosen, family)
  }
  return subtract(sets(false), sets(true))
}
