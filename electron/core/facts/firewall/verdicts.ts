import type { AddressSet, Family } from './address-set.ts'
import type { RuleReference } from './ruleset.ts'

/** What becomes of new traffic. */
export type FirewallVerdict = 'accept' | 'drop' | 'reject' | 'undetermined'

/** What happens to traffic from (or to) a set of addresses. */
export interface Piece {
  readonly family: Family
  readonly interface: string | undefined
  readonly remotes: AddressSet
  readonly verdict: FirewallVerdict
  readonly by: RuleReference | undefined
  /** The rule that is not understood, when the verdict is undetermined. */
  readonly doubtBy: RuleReference | undefined
  /** `doubtBy` lets in what comes by this interface: whether its network leads packets of these addresses there, whose answers leave by another, is not known. */
  readonly roundabout?: true
}

/** What happens to traffic that no rule speaks of. */
export interface DefaultVerdict extends Piece {
  /** The default route leaves through this interface, or the routes are not known. */
  readonly main: boolean
  readonly protocol: 'tcp' | 'udp'
  /** Who is let in to (or out to) such a port all the same, whatever the port. */
  readonly exceptions: readonly Piece[]
}
