import { NONE, parseInterval } from './address-set.ts'
import type { Flow, Packet, Stopped } from './packet.ts'
import { match, merge, type Remaining, rejoin, spread } from './remaining.ts'
import type { Chain, Rule, RuleReference, Table } from './ruleset.ts'

/** What came of the flows that entered a chain. */
export interface Sink {
  readonly passed: Flow[]
  readonly stopped: Stopped[]
  /** Changed by destination NAT or `notrack`. */
  readonly changed: Flow[]
  steps: number
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

/** Sends what remains through the rules of a chain and of those it calls. Returns what goes back to the caller of the chain. */
export function runChain(table: Table, chain: Chain, entering: Remaining, packet: Packet, sink: Sink, depth: number): Remaining {
  const left: Remaining = { remotes: [...entering.remotes], doubtBy: entering.doubtBy }
  const returned: Remaining = { remotes: [NONE, NONE, NONE], doubtBy: entering.doubtBy }
  for (const rule of chain.rules) {
    if (rule.action.do === 'none') continue
    sink.steps += 1
    if (sink.steps > MAX_STEPS) return { remotes: [NONE, NONE, merge(left, returned)], doubtBy: reference(table, chain, rule) }
    const matched = match(rule, left, packet, () => reference(table, chain, rule))
    if (matched.remotes.every((remotes) => remotes.length === 0)) continue
    const here = reference(table, chain, rule)
    const action = rule.action
    if (action.do === 'jump' || action.do === 'goto') {
      const called = table.chains[action.chain]
      if (!called || depth >= MAX_DEPTH) {
        spread(matched, (flow) => sink.stopped.push({ ...flow, doubt: 2, doubtBy: here, verdict: 'drop', by: here }), packet)
        spread(matched, (flow) => sink.passed.push({ ...flow, doubt: 2, doubtBy: here, by: here }), packet)
        continue
      }
      const back = runChain(table, called, matched, packet, sink, depth + 1)
      rejoin(action.do === 'jump' ? left : returned, back)
    } else if (action.do === 'return') rejoin(returned, matched)
    else settle(action, matched, packet, here, sink)
  }
  rejoin(returned, left)
  return returned
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
        case 'untrack':
          sink.changed.push({ ...flow, packet: { ...packet, state: 'untracked' } })
          break
        case 'translate':
          sink.changed.push({ ...flow, packet: translate(packet, action), by })
          break
      }
    },
    packet,
  )
}

function translate(packet: Packet, action: Rule['action'] & { do: 'translate' }): Packet {
  const target = action.address === undefined ? undefined : parseInterval(action.address)
  return {
    ...packet,
    translated: true,
    local: target?.from ?? packet.local,
    destinationPort: action.port ?? packet.destinationPort,
  }
}
