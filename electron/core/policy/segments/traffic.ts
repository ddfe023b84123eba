import type { Flow } from '#shared/model/network-flow.ts'
import type { Source } from '#shared/model/segment.ts'
import { type AddressSet, type Family, intersect, networksToSet, printSet, subtract, union } from '../../facts/firewall/address-set.ts'
import type { RuleReference } from '../../facts/firewall/ruleset.ts'
import type { Piece } from '../../facts/firewall/verdicts.ts'
import { isNearlyAll } from '../controls/network/flows.ts'

/** Addresses of both families. */
export type Addresses = Readonly<Record<Family, AddressSet>>

/** Networks of both families, in order; what is none is left out. */
export const addressesOf = (networks: readonly string[]): Addresses => ({ 4: networksToSet(networks, 4), 6: networksToSet(networks, 6) })

/** `all` but for `less`, each family by itself. */
export const without = (all: Addresses, less: Addresses): Addresses => ({ 4: subtract(all[4], less[4]), 6: subtract(all[6], less[6]) })

/** Loopback and multicast addresses never come over a wire as a client's. */
const NO_CLIENTS = ['127.0.0.0/8', '0.0.0.0/8', '224.0.0.0/3', '::1/128', '::/128', 'ff00::/8']
const clients = without(addressesOf(['0.0.0.0/0', '::/0']), addressesOf(NO_CLIENTS))

/** Every client outside of these networks. */
export const allBut = (networks: readonly string[]): Addresses => without(clients, addressesOf(networks))

/** Whoever is in one or the other. */
export const together = (a: Addresses, b: Addresses): Addresses => ({ 4: union(a[4], b[4]), 6: union(a[6], b[6]) })

/** Nobody of either family. */
export const isEmpty = (addresses: Addresses): boolean => addresses[4].length === 0 && addresses[6].length === 0

/** What becomes of traffic with some addresses: the parts of the pieces that lie among them. */
export interface Traffic {
  readonly accepted: readonly Piece[]
  readonly undetermined: readonly Piece[]
  readonly stopped: readonly Piece[]
}

/** Pieces that lie half among the addresses are cut. */
export function trafficWith(pieces: readonly Piece[], addresses: Addresses): Traffic {
  const within = pieces.flatMap((piece) => {
    const remotes = intersect(piece.remotes, addresses[piece.family])
    return remotes.length === 0 ? [] : [{ ...piece, remotes }]
  })
  return {
    accepted: within.filter(({ verdict }) => verdict === 'accept'),
    undetermined: within.filter(({ verdict }) => verdict === 'undetermined'),
    stopped: within.filter(({ verdict }) => verdict === 'drop' || verdict === 'reject'),
  }
}

/** Addresses of all pieces together, one family. */
const remotesOf = (pieces: readonly Piece[], family: Family): AddressSet =>
  pieces.filter((piece) => piece.family === family).reduce<AddressSet>((all, { remotes }) => union(all, remotes), [])

/** For people: `10.0.1.0/24`, `any IPv4 address, fd00::/8`. */
export function printPieces(pieces: readonly Piece[]): string {
  const families = ([4, 6] as const)
    .map((family) => ({ family, remotes: remotesOf(pieces, family) }))
    .filter(({ remotes }) => remotes.length > 0)
  return families.map((each) => (isNearlyAll(each) ? `any IPv${each.family} address` : printSet(each.remotes))).join(', ')
}

/** True when some of the addresses are not among those of the pieces. */
export const leavesOut = (pieces: readonly Piece[], addresses: Addresses): boolean =>
  !isEmpty(without(addresses, { 4: remotesOf(pieces, 4), 6: remotesOf(pieces, 6) }))

/** The rule that decides, for the flow. A longer text would be a configuration, not a rule. */
export const ruleOf = (by: RuleReference | undefined): Pick<Flow, 'rule'> =>
  by === undefined ? {} : { rule: { text: by.text.slice(0, 400), section: by.section, line: by.line } }

export const sourceWords: Readonly<Record<Source, string>> = {
  app: 'application servers',
  jump: 'the jump host',
  management: 'management',
  modelAdmins: 'model administrators',
  any: 'anyone else',
}
