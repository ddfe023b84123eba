import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { type AddressSet, type Family, networksToSet, printSet, sizeOf, subtract, union } from '../../../facts/firewall/address-set.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { reach, type TrafficQuery } from '../../../facts/firewall/reach.ts'
import type { RuleReference } from '../../../facts/firewall/ruleset.ts'
import type { Piece } from '../../../facts/firewall/verdicts.ts'
import type { Network } from '../../../facts/network/network.ts'

/** The line that decides; the section as a whole where no rule does. */
export function citeRule(rule: RuleReference | undefined, firewall: Firewall, note?: string): Citation[] {
  return [{ section: rule?.section ?? firewall.section, line: rule?.line ?? 0, ...(note !== undefined && { note }) }]
}

/** For what only adds to a verdict; one that hangs on a fact has to say that it was not read. */
export const knownValue = <T>(fact: FactResult<T>): T | undefined => (fact.known ? fact.value : undefined)

/** Who gets through to a port although he should not. */
export interface Strangers {
  /** Pieces that are let in from outside of the allowed networks, cut down to that part. */
  readonly accepted: readonly Piece[]
  readonly undetermined: readonly Piece[]
}

const notOnWires: Readonly<Record<Family, AddressSet>> = {
  4: networksToSet(['127.0.0.0/8', '0.0.0.0/8', '224.0.0.0/3'], 4),
  6: networksToSet(['::1/128', '::/128', 'ff00::/8'], 6),
}

/** Splits off what the allowed networks cover. Loopback addresses never come over a wire. */
export function strangersTo(
  firewall: Pick<Firewall, 'tables'>,
  network: Network | undefined,
  query: TrafficQuery,
  allowed: readonly string[],
): Strangers {
  return strangersAmong(reach(firewall, network, query), allowed)
}

/** Is it certain by the rules that nobody from outside of these networks gets to any of these sockets of the host? Where no way in is known at all, it is not. */
export const areClosed = (
  sockets: readonly { readonly address: string; readonly port: number }[],
  { firewall, network }: { readonly firewall: FactResult<Firewall>; readonly network: FactResult<Network> },
  allowed: readonly string[] = [],
): boolean =>
  firewall.known &&
  sockets.every(({ address, port }) => {
    const query = { direction: 'in', protocol: 'tcp', port, address } as const
    const pieces = reach(firewall.value, knownValue(network), query)
    const { accepted, undetermined } = strangersAmong(pieces, allowed)
    return pieces.length > 0 && accepted.length + undetermined.length === 0
  })

/** The same for pieces that were followed otherwise. */
export function strangersAmong(followed: readonly Piece[], allowed: readonly string[]): Strangers {
  const fine: Readonly<Record<Family, AddressSet>> = {
    4: union(networksToSet(allowed, 4), notOnWires[4]),
    6: union(networksToSet(allowed, 6), notOnWires[6]),
  }
  const outside = (piece: Piece): Piece[] => {
    const remotes = subtract(piece.remotes, fine[piece.family])
    return remotes.length === 0 ? [] : [{ ...piece, remotes }]
  }
  const pieces = followed.flatMap(outside)
  return {
    accepted: pieces.filter(({ verdict }) => verdict === 'accept'),
    undetermined: pieces.filter(({ verdict }) => verdict === 'undetermined'),
  }
}

/** For people: the addresses of the first piece, e.g. `any IPv4 address` or `10.0.0.0/8`. */
export const printRemotes = (piece: Piece): string => (isNearlyAll(piece) ? `any IPv${piece.family} address` : printSet(piece.remotes))

/** More than half of all addresses: the rest is what is allowed anyway. */
export function isNearlyAll({ remotes, family }: Pick<Piece, 'remotes' | 'family'>): boolean {
  const digits = family === 4 ? 8 : 32
  return sizeOf(remotes) * 2n > 1n << BigInt(digits * 4)
}

/** Why a verdict is not given. */
export function doubtOf(piece: Pick<Piece, 'doubtBy' | 'roundabout' | 'interface'> | undefined): string {
  const [text, name] = [piece?.doubtBy?.text.slice(0, 200), piece?.interface]
  if (piece?.roundabout)
    return `${text} lets in whoever comes by ${name}. Answers to them leave by another interface, and whether the network of ${name} brings their packets is not known: name the source in the rule, or have the kernel check the way back (rp_filter=1, for IPv6 a rule).`
  return text ? `It hangs on a rule that Gatehouse does not model: ${text}` : 'It hangs on rules that could not be read.'
}

/** The piece to show: the one that lets most in. */
export const worst = (pieces: readonly Piece[]): Piece | undefined => pieces.find(isNearlyAll) ?? pieces[0]

/** One wildcard of a port where a service listens on `0.0.0.0` and on `::`, as sshd and nginx do. */
export function mergeWildcards<T extends { readonly address: string; readonly port: number; readonly cite: readonly Citation[] }>(
  doors: readonly T[],
): T[] {
  const merged: T[] = []
  for (const door of doors) {
    const twin = WILDCARDS.has(door.address) ? merged.findIndex(({ address, port }) => port === door.port && WILDCARDS.has(address)) : -1
    const before = merged[twin]
    if (before) merged[twin] = { ...before, address: '*', cite: [...before.cite, ...door.cite] }
    else merged.push(door)
  }
  return merged
}

const WILDCARDS = new Set(['*', '0.0.0.0', '::'])
