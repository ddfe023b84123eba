import { union } from './address-set.ts'
import { areMarksAsked } from './marks.ts'
import type { Flow, Packet, Stopped } from './packet.ts'
import { remainingOf, spread } from './remaining.ts'
import type { Chain, Hook, Table } from './ruleset.ts'
import { reference, runChain, type Sink } from './run-chain.ts'

/** What is left of a flow behind all chains of one hook. */
export interface HookResult {
  readonly passed: readonly Flow[]
  readonly stopped: readonly Stopped[]
}

interface Entry {
  readonly table: Table
  readonly chain: Chain
}

/** A rule set is asked thousands of questions; where packets enter it is looked up once. */
const entriesByHook = new WeakMap<readonly Table[], Map<Hook, readonly Entry[]>>()

function entriesOf(tables: readonly Table[], hook: Hook): readonly Entry[] {
  const known = entriesByHook.get(tables) ?? new Map<Hook, readonly Entry[]>()
  entriesByHook.set(tables, known)
  const found = known.get(hook)
  if (found) return found
  const entries = tables
    .flatMap((table) => Object.values(table.chains).map((chain) => ({ table, chain, base: chain.base })))
    .filter(({ base }) => base?.hook === hook)
    // Of two chains with the same priority the one that was added last comes first (nf_hook_entries_grow, net/netfilter/core.c, since Linux 4.14).
    .reverse()
    .sort((a, b) => placeOf(a.chain) - placeOf(b.chain) || (a.base?.priority ?? 0) - (b.base?.priority ?? 0))
  known.set(hook, entries)
  return entries
}

/** Chains of translation run at one place of their own, whatever priorities they have; those count among them alone (nf_nat_register_fn, net/netfilter/nf_nat_core.c). */
function placeOf({ base }: Chain): number {
  if (base?.type !== 'nat') return base?.priority ?? 0
  return base.hook === 'prerouting' || base.hook === 'output' ? NAT_DESTINATION : NAT_SOURCE
}

const NAT_DESTINATION = -100
const NAT_SOURCE = 100

/** Sends flows through every base chain of one hook, in order of priority. A drop is final; an accept ends only its own chain. */
export function runHook(tables: readonly Table[], hook: Hook, flows: readonly Flow[]): HookResult {
  let current = flows
  const stopped: Stopped[] = []
  for (const { table, chain } of entriesOf(tables, hook)) {
    const after: Flow[] = []
    for (const flow of current) {
      const sink: Sink = { passed: [], stopped: [], changed: [], steps: 0, followsMarks: areMarksAsked(tables) }
      enter(table, chain, flow, sink)
      // Not as arguments of one call: tangled rules leave more flows than the stack holds.
      for (const passed of sink.passed) after.push(passed)
      for (const each of sink.stopped) stopped.push(each)
    }
    current = coalesce(after)
  }
  return { passed: current, stopped }
}

/** Connection tracking comes at -200 of where packets enter: before it every one counts as invalid (net/netfilter/nft_ct.c), at the hooks behind it none does. */
const CONNTRACK_PRIORITY = -200
const isBeforeTracking = ({ hook, priority }: NonNullable<Chain['base']>): boolean =>
  hook === 'ingress' || ((hook === 'prerouting' || hook === 'output') && priority < CONNTRACK_PRIORITY)

/** By the names that Linux and systemd give to cards (systemd.net-naming-scheme(7)): nothing lies below one. */
const CARD = /^(?:lo|eth\d+|en[opsx]\w+|wl[opsx]?\w+|ww\w+|ib\w+)$/

/** Does a chain of these devices see what comes or goes by an interface? A bridge, a bond and a VLAN have cards below them, whose chains see it as well. */
function seenAt(devices: readonly string[], name: string | undefined): boolean | undefined {
  if (name === undefined) return undefined
  const fits = (device: string) => (device.endsWith('*') ? name.startsWith(device.slice(0, -1)) : device === name)
  if (devices.some(fits)) return true
  return CARD.test(name) ? false : undefined
}

function enter(table: Table, chain: Chain, given: Flow, sink: Sink) {
  const { base } = chain
  let flow = given
  if (!base) return
  const foreign = table.family === 'ip' ? flow.packet.family === 6 : table.family === 'ip6' && flow.packet.family === 4
  const { inInterface, outInterface } = flow.packet
  const seen = base.devices ? seenAt(base.devices, base.hook === 'egress' ? outInterface : inInterface) : true
  // Destination NAT happens once (nf_nat_initialized); source NAT chains at input and postrouting cannot stop anything by themselves.
  const translated = flow.packet.settled && (base.hook === 'prerouting' || base.hook === 'output')
  // What is not tracked is not translated (nf_nat_inet_fn, net/netfilter/nf_nat_core.c).
  const done = base.type === 'nat' && (translated || flow.packet.state === 'untracked')
  if (foreign || seen === false || done) {
    sink.passed.push(flow)
    return
  }
  if (seen === undefined) {
    flow = { ...flow, doubt: 2, doubtBy: flow.doubtBy ?? reference(table, chain) }
    sink.passed.push(flow)
  }
  const early = isBeforeTracking(base) && flow.packet.state === 'new'
  const packet = early ? { ...flow.packet, state: 'invalid' as const } : flow.packet
  const inner: Sink = { passed: [], stopped: [], changed: [], steps: sink.steps, followsMarks: sink.followsMarks }
  const ends = runChain(table, chain, [{ packet, remaining: remainingOf(flow) }], inner)
  const policy = reference(table, chain)
  for (const end of ends)
    spread(
      end.remaining,
      (rest) => {
        if (base.policy === 'drop') inner.stopped.push({ ...rest, verdict: 'drop', by: policy })
        else inner.passed.push({ ...rest, by: flow.by && !flow.by.policy ? flow.by : policy })
      },
      end.packet,
    )
  const restore = <T extends Flow>(passed: T): T =>
    early ? { ...passed, packet: { ...passed.packet, state: restoredState(passed.packet) } } : passed
  for (const passed of [...inner.passed, ...inner.changed]) {
    sink.passed.push(restore({ ...passed, doubtBy: passed.doubtBy ?? flow.doubtBy, by: passed.by ?? flow.by }))
  }
  for (const each of inner.stopped) sink.stopped.push({ ...each, doubtBy: each.doubtBy ?? flow.doubtBy })
}

const restoredState = ({ state }: Packet) => (state === 'invalid' ? 'new' : state)

/** Joins flows that differ only in their addresses. */
function coalesce(flows: readonly Flow[]): Flow[] {
  const groups = new Map<string, Flow>()
  for (const flow of flows) {
    const key = JSON.stringify([flow.doubt, flow.by?.section, flow.by?.line, flow.doubtBy?.line, flow.packet])
    const before = groups.get(key)
    groups.set(key, before ? { ...before, remotes: union(before.remotes, flow.remotes) } : flow)
  }
  return [...groups.values()]
}
