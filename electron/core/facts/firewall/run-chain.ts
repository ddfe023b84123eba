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
  steps: number
  readonly followsMarks: boolean
}

/** What remains of those packets to which rules have written the same: a mark, `notrack`. */
export interface Strand {
  readonly packet: Packet
  readonly remaining: Remaining
}

const MAX_DEPTH = 16
/** Beyond it the rules are too tangled to follow; what is left is in doubt. */
const MAX_STEPS = 400_000
/** Where rules write more marks than these side by side, nothing is known of the others. */
const MAX_STRANDS = 32

/** Names the rule, or the policy of the chain where none is given. */
export const reference = (table: Table, chain: Chain, rule?: Rule): RuleReference => ({
  section: table.section,
  line: rule?.line ?? chain.line,
  text: rule?.text ?? chain.text,
  chain: chain.name,
  policy: rule === undefined,
})

/** Sends what remains through the rules of a chain, and of those it calls. Returns what goes back to the caller of the chain. */
export function runChain(table: Table, chain: Chain, entering: readonly Strand[], sink: Sink, depth = 0): readonly Strand[] {
  const [first] = entering
  if (first === undefined) return []
  let left: readonly Strand[] = entering
  const returned: Strand[] = []
  for (const index of rulesFor(chain, first.packet.destinationPort)) {
    const rule = chain.rules[index] as Rule
    const action = rule.action
    if (action.do === 'none' || (action.do === 'mark' && !sink.followsMarks)) continue
    if (left.some(({ packet }) => isMarkedBefore(packet, rule))) left = joined(left.map(withoutLine))
    const here = () => reference(table, chain, rule)
    /** Behind this rule, with something written to it or back from a chain. */
    const after: Strand[] = []
    for (const { packet, remaining } of left) {
      if (isNothing(remaining)) continue
      // Connection tracking has seen the packet, or never will: the word comes too late (nft_notrack_eval, net/netfilter/nft_ct.c).
      if (action.do === 'untrack' && packet.state !== 'invalid') continue
      sink.steps += 1
      if (sink.steps > MAX_STEPS) {
        for (const each of [...left, ...after, ...returned])
          eitherWay({ remotes: [NONE, NONE, merge(each.remaining)], doubtBy: undefined }, each.packet, here(), sink)
        return []
      }
      if (action.do === 'mark') {
        after.push(...marked(rule, action, packet, remaining))
        continue
      }
      const matched = match(rule, remaining, packet, here)
      if (matched === undefined) continue
      if (action.do === 'jump' || action.do === 'goto') {
        const called = table.chains[action.chain]
        if (!called || depth >= MAX_DEPTH) {
          eitherWay(matched, packet, here(), sink)
          continue
        }
        const back = runChain(table, called, [{ packet, remaining: matched }], sink, depth + 1)
        if (action.do === 'jump') after.push(...back)
        else for (const each of back) join(returned, each)
      }
      // It ends nothing: the rules behind it see the same packet, untracked.
      else if (action.do === 'untrack') after.push({ packet: { ...packet, state: 'untracked' }, remaining: matched })
      else if (action.do === 'return') join(returned, { packet, remaining: matched })
      else settle(action, matched, packet, here(), sink)
    }
    if (after.length > 0) left = joined([...left, ...after])
  }
  for (const each of left) join(returned, each)
  return returned
}

const isNothing = ({ remotes: [certain, chance, unknown] }: Remaining): boolean =>
  certain.length === 0 && chance.length === 0 && unknown.length === 0

const isMarkedBefore = ({ markedAt }: Packet, { line }: Rule): boolean => markedAt !== undefined && markedAt !== line

/** Behind the line that has written to it, and where its chain is called again, that is over. */
function withoutLine({ packet: { markedAt: _, ...packet }, remaining }: Strand): Strand {
  return { packet, remaining }
}

function joined(strands: readonly Strand[]): readonly Strand[] {
  const into: Strand[] = []
  for (const each of strands) join(into, each)
  return into
}

/** Packets that nothing tells apart any more go on as one. */
function join(into: Strand[], strand: Strand) {
  if (isNothing(strand.remaining)) return
  const same = into.find(({ packet }) => isSame(packet, strand.packet))
  if (same) rejoin(same.remaining, strand.remaining)
  else if (into.length < MAX_STRANDS || strand.packet.mark === undefined) into.push(strand)
  else {
    const { mark: _, markedAt: __, ...packet } = strand.packet
    join(into, { packet, remaining: strand.remaining })
  }
}

const isSame = (one: Packet, two: Packet): boolean =>
  one.state === two.state && one.markedAt === two.markedAt && isSameMark(one.mark, two.mark)

/** What rules are not followed for may be let through or not. */
function eitherWay(remaining: Remaining, packet: Packet, here: RuleReference, sink: Sink) {
  spread(remaining, (flow) => sink.stopped.push({ ...flow, doubt: 2, doubtBy: here, verdict: 'drop', by: here }), packet)
  spread(remaining, (flow) => sink.passed.push({ ...flow, doubt: 2, doubtBy: here, by: here }), packet)
}

/** Takes out of `left` what gets another mark, which ends nothing either. Whether a rule that is not understood has written one brings no doubt by itself: its bits are not known then. */
function marked({ test, line }: Rule, action: Rule['action'] & { do: 'mark' }, packet: Packet, left: Remaining): readonly Strand[] {
  return [true, false].flatMap((isCertain) => {
    const mark = markedBy(action, packet.mark, isCertain)
    if (isSameMark(mark, packet.mark)) return []
    const remaining: Remaining = { remotes: [NONE, NONE, NONE], doubtBy: left.doubtBy }
    for (const grade of [0, 1, 2] as const) {
      const { yes, chance, unknown } = splitBy(test, left.remotes[grade], packet)
      remaining.remotes[grade] = isCertain ? yes : union(chance, unknown)
      left.remotes[grade] = subtract(left.remotes[grade], remaining.remotes[grade])
    }
    return [{ packet: { ...packet, mark, ...(action.isRecalled && isCertain && { markedAt: line }) }, remaining }]
  })
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

/** What ends where it was sent anyway does not count as translated (nf_nat_setup_info compares both). What is sent elsewhere keeps its source, and that it was sent to the very target is not asked. */
function translate(packet: Packet, action: Rule['action'] & { do: 'translate' }): Packet {
  if (packet.remote === 'destination')
    return { ...packet, translated: true, settled: true, destinationPort: action.port ?? packet.destinationPort }
  const target = action.address === undefined ? undefined : parseInterval(action.address)
  const local = target?.from ?? packet.local
  const destinationPort = action.port ?? packet.destinationPort
  const changed = local !== packet.local || destinationPort !== packet.destinationPort
  return { ...packet, translated: packet.translated || changed, settled: true, local, destinationPort }
}
