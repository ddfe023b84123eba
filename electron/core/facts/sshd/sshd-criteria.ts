import { type AddressSet, everything, intersect, networksToSet, parseInterval, subtract } from '../firewall/address-set.ts'
import { fnmatch } from '../fnmatch.ts'
import { standsAlone } from '../privileged/sshd-files.ts'

/** `user`, with its patterns, of `Match User *,!root`. */
export interface Criterion {
  readonly name: string
  readonly patterns: readonly string[]
}

/** All of them have to be met (sshd_config(5), Match). Undefined where the words are not pairs. */
export function readCriteria(text: string): readonly Criterion[] | undefined {
  const criteria: Criterion[] = []
  const words = text.match(/"[^"]*"|[^\s="]+/g) ?? []
  for (let at = 0; at < words.length; at++) {
    const name = (words[at] ?? '').toLowerCase()
    const word = standsAlone(name) ? '' : words[++at]
    if (word === undefined) return undefined
    // sshd compares names of hosts in lower case.
    const patterns = (name === 'host' ? word.toLowerCase() : word).replaceAll('"', '').split(',').filter(Boolean)
    criteria.push({ name, patterns })
  }
  return criteria
}

/** A list that takes away only is met by nobody, and who is no account of the host does not come in. */
const isMetByNobody = ({ name, patterns }: Criterion): boolean =>
  name === 'invalid-user' || (!standsAlone(name) && patterns.every((pattern) => pattern.startsWith('!')))

/** Can no login match? False where that is not certain. */
export const holdsForNobody = (text: string): boolean => readCriteria(text)?.some(isMetByNobody) ?? false

const FAMILIES = [4, 6] as const

const ANYWHERE = new Set(['*', '0.0.0.0/0', '::/0'])

/** Does every login match, as with `Match all`, `Match User *`, `Match Address 0.0.0.0/0,::/0`? */
export function holdsForAll(text: string): boolean {
  const criteria = readCriteria(text) ?? []
  return (
    criteria.length > 0 &&
    criteria.every(
      ({ name, patterns }) =>
        name === 'all' ||
        (!patterns.some((pattern) => pattern.startsWith('!')) &&
          (patterns.includes('*') || (patterns.length > 1 && patterns.every((pattern) => ANYWHERE.has(pattern))))),
    )
  )
}

/** Does every login from outside of these networks match, whoever it is? */
export function holdsOutside(text: string, networks: readonly string[]): boolean {
  const criteria = readCriteria(text)
  const patterns = criteria?.length === 1 && criteria[0]?.name === 'address' ? criteria[0].patterns : undefined
  return FAMILIES.every((family) => {
    const matched = patterns && addressesOf(patterns, family)
    return matched !== undefined && subtract(subtract(everything(family), networksToSet(networks, family)), matched).length === 0
  })
}

/** Does a login match from inside of these networks only? */
export function needsAddressIn(text: string, networks: readonly string[]): boolean {
  const lists = readCriteria(text)?.filter(({ name }) => name === 'address') ?? []
  return lists.some(({ patterns }) =>
    FAMILIES.every((family) => {
      const matched = addressesOf(patterns, family)
      return matched !== undefined && subtract(matched, networksToSet(networks, family)).length === 0
    }),
  )
}

/** Can no login match both? False where that is not certain. */
export function areExclusive(one: string, other: string): boolean {
  const [a, b] = [readCriteria(one), readCriteria(other)]
  if (!a || !b) return false
  return a.some(({ name, patterns }) =>
    b.some((other) => {
      if (other.name !== name || patterns.length === 0) return false
      if (name === 'address' || name === 'localaddress') return exclusiveAddresses(patterns, other.patterns)
      // Somebody may be in two groups, and a host may have two names.
      return (name === 'user' || name === 'localport' || name === 'rdomain') && exclusiveNames(patterns, other.patterns)
    }),
  )
}

/** Does whoever matches the one match the other as well? False where that is not certain. */
export function implies(one: string, other: string): boolean {
  const [a, b] = [readCriteria(one), readCriteria(other)]
  if (!a || !b || b.length === 0) return false
  return b.every(({ name, patterns }) => a.some((narrower) => narrower.name === name && isNarrower(name, narrower.patterns, patterns)))
}

function isNarrower(name: string, narrower: readonly string[], wider: readonly string[]): boolean {
  if (narrower.join() === wider.join()) return true
  if (name !== 'address' && name !== 'localaddress')
    // Who is in one group may be in another that is taken away.
    return (
      narrower.every((word) => isFixed(word) && isAmong([word], wider)) && (name !== 'group' || !wider.some((word) => word.startsWith('!')))
    )
  return FAMILIES.every((family) => {
    const [inner, outer] = [addressesOf(narrower, family), addressesOf(wider, family)]
    return inner !== undefined && outer !== undefined && subtract(inner, outer).length === 0
  })
}

const isFixed = (word: string): boolean => !/[*?!]/.test(word)

/** Only `*` and `?` are wildcards (match.c). */
const fits = (word: string, pattern: string): boolean => fnmatch(pattern.replace(/[[\]\\]/g, '\\$&'), word, false) === true

/** Does one of these names fit a list of patterns? A pattern with `!` that fits one of them decides against all (ssh_config(5), PATTERNS). */
export const isAmong = (names: readonly string[], patterns: readonly string[]): boolean =>
  names.some((name) => patterns.some((pattern) => !pattern.startsWith('!') && fits(name, pattern))) &&
  !names.some((name) => patterns.some((pattern) => pattern.startsWith('!') && fits(name, pattern.slice(1))))

/** One of two lists has names only, and none of them is in the other list. */
const exclusiveNames = (one: readonly string[], other: readonly string[]): boolean =>
  [
    [one, other],
    [other, one],
  ].some(([names = [], list = []]) => names.every((name) => isFixed(name) && !isAmong([name], list)))

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

/** Does an account match, wherever it comes from? */
export function holdsFor(criteria: string, name: string, groups: readonly string[]): 'yes' | 'no' | 'maybe' {
  const read = readCriteria(criteria)
  if (read === undefined) return 'maybe'
  const answers = read.map((criterion): 'yes' | 'no' | 'maybe' => {
    if (criterion.name === 'all') return 'yes'
    if (criterion.name === 'user') return isAmong([name], criterion.patterns) ? 'yes' : 'no'
    if (criterion.name === 'group') return isAmong(groups, criterion.patterns) ? 'yes' : 'no'
    return 'maybe'
  })
  return answers.includes('no') ? 'no' : answers.includes('maybe') ? 'maybe' : 'yes'
}
