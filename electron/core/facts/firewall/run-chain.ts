import { NONE, parseInterval, subtract, union } from './address-set.ts'
import { isSameMark, markedBy } from './marks.ts'
import type { Flow, Packet, Stopped } from './packet.ts'
import { match, merge, type Remaining, rejoin, spread } from './remaining.ts'
import { rulesFor } from './rules-by-port.ts'
import type { Chain, Rule, RuleReference, Table } from './ruleset.ts'
import { splitBy } from './split-remotes.ts'

/** What came of the flows that entered a chain. */
export interface Sink {
  readonly passed: Flow[]
  readonly stopped: Stopped[]
  /** Changed by destination NAT. */
  readonly changed: Flow[]
  /** What came to the end of the base chain untracked, or with another mark: its policy decides. */
  readonly ended: { readonly left: Remaining; readonly packet: Packet }[]
  steps: number
  readonly followsMarks: boolean
}

const MAX_DEPTH = 16
/** Beyond it the rules are too tangled to follow; what is left is in doubt. */
const MAX_STEPS = 400_000

/** Names the rule, or the policy of the chain where none is given. */
export const reference = (table: Table, chain: Chain, rule?: Rule): RuleReference => ({
  section: table.section,
  line: rule?.line ?? chain.line,
  text: rule?.text ?? chain.text,
  chain: chain.name,
  policy: rule === undefined,
})

/** Where a chain that was called goes back to. */
interface Frame {
  readonly chain: Chain
  /** Index of the next rule. */
  readonly from: number
}

/**
 * Sends what remains through the rules of a chain, or of its rest, and of those it calls. Returns what goes back to the caller of the chain; `callers`, the
 * innermost first, are where that goes on.
 */
export function runChain(
  table: Table,
  { chain, from }: Frame,
  entering: Remaining,
  packet: Packet,
  sink: Sink,
  callers: readonly Frame[] = [],
): Remaining {
  const left: Remaining = { remotes: [...entering.remotes], doubtBy: entering.doubtBy }
  const returned: Remaining = { remotes: [NONE, NONE, NONE], doubtBy: entering.doubtBy }
  for (const index of rulesFor(chain, packet.destinationPort)) {
    if (index < from) continue
    const rule = chain.rules[index] as Rule
    if (rule.action.do === 'none') continue
    // Connection tracking has seen the packet, or never will: the word comes too late (nft_notrack_eval, net/netfilter/nft_ct.c).
    if (rule.action.do === 'untrack' && packet.state !== 'invalid') continue
    if (rule.action.do === 'mark' && !sink.followsMarks) continue
    sink.steps += 1
    if (sink.steps > MAX_STEPS) {
      const doubtBy = reference(table, chain, rule)
      eitherWay({ remotes: [NONE, NONE, merge(left, returned)], doubtBy }, packet, doubtBy, sink)
      return { remotes: [NONE, NONE, NONE], doubtBy }
    }
    if (rule.action.do === 'mark') {
      goOnMarked(table, [{ chain, from: index + 1 }, ...callers], rule, left, packet, sink)
      continue
    }
    const matched = match(rule, left, packet, () => reference(table, chain, rule))
    if (matched === undefined) continue
    const here = reference(table, chain, rule)
    const action = rule.action
    if (action.do === 'jump' || action.do === 'goto') {
      const called = table.chains[action.chain]
      if (!called || callers.length >= MAX_DEPTH) {
        eitherWay(matched, packet, here, sink)
        continue
      }
      const onward = [{ chain, from: action.do === 'jump' ? index + 1 : chain.rules.length }, ...callers]
      const back = runChain(table, { chain: called, from: 0 }, matched, packet, sink, onward)
      rejoin(action.do === 'jump' ? left : returned, back)
    } else if (action.do === 'untrack') goOnUntracked(table, [{ chain, from: index + 1 }, ...callers], matched, packet, sink)
    else if (action.do === 'return') rejoin(returned, matched)
    else settle(action, matched, packet, here, sink)
  }
  rejoin(returned, left)
  return returned
}

/** What rules are not followed for may be let through or not. */
function eitherWay(remaining: Remaining, packet: Packet, here: RuleReference, sink: Sink) {
  spread(remaining, (flow) => sink.stopped.push({ ...flow, doubt: 2, doubtBy: here, verdict: 'drop', by: here }), packet)
  spread(remaining, (flow) => sink.passed.push({ ...flow, doubt: 2, doubtBy: here, by: here }), packet)
}

/** `notrack` ends nothing: the rules behind it see the same packet, untracked. */
const goOnUntracked = (table: Table, frames: readonly Frame[], matched: Remaining, packet: Packet, sink: Sink) =>
  goOnChanged(table, frames, matched, { ...packet, state: 'untracked' }, sink)

/** A mark ends nothing either. Whether a rule that is not understood has written one brings no doubt by itself: its bits are not known then. */
function goOnMarked(table: Table, frames: readonly Frame[], { test, action, line }: Rule, left: Remaining, packet: Packet, sink: Sink) {
  if (action.do !== 'mark') return
  for (const isCertain of [true, false]) {
    const mark = markedBy(action, packet.mark, isCertain)
    if (isSameMark(mark, packet.mark)) continue
    const taken: Remaining = { remotes: [NONE, NONE, NONE], doubtBy: left.doubtBy }
    for (const grade of [0, 1, 2] as const) {
      const { yes, chance, unknown } = splitBy(test, left.remotes[grade], packet)
      taken.remotes[grade] = isCertain ? yes : union(chance, unknown)
      left.remotes[grade] = subtract(left.remotes[grade], taken.remotes[grade])
    }
    const changed: Packet = { ...packet, mark, ...(action.isRecalled && isCertain && { markedAt: line }) }
    if (merge(taken).length > 0) goOnChanged(table, frames, taken, changed, sink)
  }
}

function goOnChanged(table: Table, frames: readonly Frame[], matched: Remaining, changed: Packet, sink: Sink) {
  let left = matched
  for (const [depth, frame] of frames.entries()) left = runChain(table, frame, left, changed, sink, frames.slice(depth + 1))
  sink.ended.push({ left, packet: changed })
}

function settle(action: Rule['action'], matched: Remaining, packet: Packet, by: RuleReference, sink: Sink) {
  spread(
    matched,
    (flow) => {
      switch (action.do) {
        case 'accept':
          sink.passed.push({ ...flow, by })
          break
        case 'drop':
        case 'reject':
          sink.stopped.push({ ...flow, verdict: action.do, by })
          break
        case 'unknown':
          sink.passed.push({ ...flow, doubt: 2, doubtBy: flow.doubtBy ?? by, by })
          sink.stopped.push({ ...flow, doubt: 2, doubtBy: flow.doubtBy ?? by, verdict: 'drop', by })
          break
        case 'astray': {
          const doubted = { ...flow, doubt: 2 as const, doubtBy: flow.doubtBy ?? by, by }
          sink.passed.push(doubted)
          sink.changed.push({ ...doubted, packet: { ...packet, astray: true } })
          break
        }
        case 'translate':
          sink.changed.push({ ...flow, packet: translate(packet, action), by })
          break
      }
    },
    packet,
  )
}

/** What ends where it was sent anyway does not count as translated (nf_nat_setup_info compares both). */
function translate(packet: Packet, action: Rule['action'] & { do: 'translate' }): Packet {
  const target = action.address === undefined ? undefined : parseInterval(action.address)
  const local = target?.from ?? packet.local
  const destinationPort = action.port ?? packet.destinationPort
  const changed = local !== packet.local || destinationPort !== packet.destinationPort
  return { ...packet, translated: packet.translated || changed, settled: true, local, destinationPort }
}
