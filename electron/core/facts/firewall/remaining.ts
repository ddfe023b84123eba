import { type AddressSet, NONE, subtract, union } from './address-set.ts'
import type { Doubt, Flow, Packet } from './packet.ts'
import type { Rule, RuleReference } from './ruleset.ts'
import { splitBy } from './split-remotes.ts'

/** Where a flow stands inside a chain: what remains at each grade of doubt. */
export interface Remaining {
  readonly remotes: [AddressSet, AddressSet, AddressSet]
  doubtBy: RuleReference | undefined
}

const GRADES: readonly Doubt[] = [0, 1, 2]

/** At the head of a base chain everything remains, at the grade it came with. */
export function remainingOf(flow: Flow): Remaining {
  const remotes: [AddressSet, AddressSet, AddressSet] = [NONE, NONE, NONE]
  remotes[flow.doubt] = flow.remotes
  return { remotes, doubtBy: flow.doubtBy }
}

/** What remains, at whatever grade. */
export const merge = (...parts: readonly Remaining[]) => parts.flatMap((part) => part.remotes).reduce(union, NONE)

/** Adds `from` to `into`, each at its grade. */
export function rejoin(into: Remaining, from: Remaining) {
  for (const grade of GRADES) into.remotes[grade] = union(into.remotes[grade], from.remotes[grade])
  into.doubtBy ??= from.doubtBy
}

/** Takes out of `left` what the rule matches; undefined where that is nothing, as for most rules. What only may match goes both ways, in doubt. */
export function match(rule: Rule, left: Remaining, packet: Packet, here: () => RuleReference): Remaining | undefined {
  let taken: Remaining['remotes'] | undefined
  let kept = left.remotes
  for (const grade of GRADES) {
    const remotes = left.remotes[grade]
    if (remotes.length === 0) continue
    const split = splitBy(rule.test, remotes, packet)
    if (split.yes.length + split.chance.length + split.unknown.length === 0) continue
    if (taken === undefined) {
      taken = [NONE, NONE, NONE]
      kept = [...left.remotes]
    }
    if (split.yes.length > 0) {
      taken[grade] = union(taken[grade], split.yes)
      kept[grade] = subtract(kept[grade], split.yes)
    }
    for (const [maybe, least] of [
      [split.chance, 1],
      [split.unknown, 2],
    ] as const) {
      if (maybe.length === 0) continue
      const raised = Math.max(grade, least) as Doubt
      if (least === 2) left.doubtBy ??= here()
      taken[raised] = union(taken[raised], maybe)
      if (raised !== grade) {
        kept[grade] = subtract(kept[grade], maybe)
        kept[raised] = union(kept[raised], maybe)
      }
    }
  }
  if (taken === undefined) return undefined
  for (const grade of GRADES) left.remotes[grade] = kept[grade]
  return { remotes: taken, doubtBy: left.doubtBy }
}

/** Hands out one flow for each grade at which something remains. */
export function spread(remaining: Remaining, take: (flow: Flow) => void, packet: Packet) {
  for (const doubt of GRADES) {
    const remotes = remaining.remotes[doubt]
    if (remotes.length > 0) take({ remotes, packet, doubt, doubtBy: doubt === 2 ? remaining.doubtBy : undefined })
  }
}
