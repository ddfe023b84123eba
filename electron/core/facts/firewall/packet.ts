import type { AddressSet, Family } from './address-set.ts'
import type { Mark } from './marks.ts'
import type { RuleReference, Side } from './ruleset.ts'

/**
 * Follows new traffic through the rules. The other end's address is not one address but a set, which the rules cut into pieces;
 * everything else about the packet is fixed. So the answer holds for every address, not for a sample.
 */
export interface Packet {
  readonly family: Family
  /** Which end of it lies elsewhere. */
  readonly remote: Side
  /** The end on this host, in hex. Undefined when not known. */
  readonly local: string | undefined
  readonly protocol: number
  readonly sourcePort: number
  readonly destinationPort: number
  /** Undefined when not known; never the loopback interface. Empty where there is none: what comes from this host has come in by none (nft_meta_store_ifname, net/netfilter/nft_meta.c). */
  readonly inInterface: string | undefined
  readonly outInterface: string | undefined
  readonly state: 'new' | 'invalid' | 'untracked'
  readonly mark?: Mark
  /** Line that wrote to it, where the rest of that line asks for the mark before. */
  readonly markedAt?: number
  readonly originalPort: number
  readonly originalLocal: string | undefined
  readonly translated: boolean
  /** A rule has said where it goes, even if that is where it was sent: no other translation is asked. */
  readonly settled?: true
  /** Its answer leaves by another interface than it came in by. */
  readonly roundabout?: true
  /** Its destination may be another one now, and nobody knows which. */
  readonly astray?: true
  /** The destination is this machine. */
  readonly toThisHost: boolean
}

/** 0: certain. 1: depends on chance, and whoever tries again gets it. 2: depends on something that is not understood. */
export type Doubt = 0 | 1 | 2

/** Packets that are alike but for who is at the other end: `remotes` gets smaller as rules take from it. */
export interface Flow {
  readonly remotes: AddressSet
  readonly packet: Packet
  readonly doubt: Doubt
  /** The rule that brought the doubt of grade 2. */
  readonly doubtBy?: RuleReference | undefined
  /** The rule, or policy, that let it pass last. */
  readonly by?: RuleReference | undefined
}

/** Those that a rule or policy ended. */
export interface Stopped extends Flow {
  readonly verdict: 'drop' | 'reject'
  readonly by: RuleReference
}
