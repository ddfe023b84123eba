import { type Action, all, type Chain, type Hook, not, type Rule, type Table, type Test } from '../ruleset.ts'

/**
 * Tables of the family bridge see the frames of a bridge before the host takes its packets out of them, and after it put them in: they may stop what every other table lets
 * through. Which interfaces are bridges is not asked, nor which card belongs to one, so what such a table stops may be stopped, and no more. Undefined where it stops nothing.
 */
export function doubtOfFrames(name: string, section: string, chains: Readonly<Record<string, Chain>>): Table | undefined {
  const found = Object.values(chains).flatMap((chain): (readonly [string, Chain])[] => {
    const hook = chain.base && HOOKS[chain.base.hook]
    const rules = hook && chain.base ? stoppingIn(chain, chains, []) : []
    if (!hook || !chain.base || rules.length === 0) return []
    const base = { type: 'filter' as const, hook, priority: LAST, policy: 'accept' as const }
    return [[chain.name, { ...chain, base, rules: rules.map((rule) => weakened(rule, hook)) }]]
  })
  return found.length === 0 ? undefined : { family: 'inet', name: `bridge ${name}`, section, chains: Object.fromEntries(found) }
}

/** What is only led through from one port of a bridge to another is not for the host. */
const HOOKS: Readonly<Partial<Record<Hook, Hook>>> = { prerouting: 'ingress', input: 'ingress', output: 'egress', postrouting: 'egress' }
/** Behind what the card itself meets. */
const LAST = 2 ** 31 - 1

/** Cards and tunnels by the names that Linux and systemd give them (systemd.net-naming-scheme(7)): none is a bridge. */
const CARDS = ['lo', 'eth*', 'en*', 'wl*', 'ww*', 'ib*', 'bond*', 'team*', 'wg*', 'tun*', 'tailscale*', 'ppp*']
/** Ports of a bridge behind which a machine or a container of this host is. */
const GUEST = /^(?:vnet|veth|tap|fwpr|fwln|ve-|vb-|lxc|cali)/

/** Rules that stop something, of a chain and of those that it calls, whatever lets it through before. */
function stoppingIn(chain: Chain, chains: Readonly<Record<string, Chain>>, seen: readonly string[]): readonly Rule[] {
  if (seen.includes(chain.name)) return []
  const own = chain.rules.flatMap(({ test, action, ...place }): readonly Rule[] => {
    if (!mayBeOfHost(test)) return []
    if (action.do === 'jump' || action.do === 'goto') {
      const called = chains[action.chain]
      return called ? stoppingIn(called, chains, [...seen, chain.name]) : []
    }
    return action.do === 'drop' || action.do === 'reject' || action.do === 'unknown' ? [{ ...place, test, action }] : []
  })
  const { base, line, text } = chain
  const policy: Rule = { test: { is: 'constant', value: true }, action: { do: 'drop' }, line, text }
  return base?.policy === 'drop' ? [...own, policy] : own
}

/** Neither of a guest alone, nor of something else than IP. */
function mayBeOfHost(test: Test): boolean {
  const parts = test.is === 'all' ? test.of : [test]
  return !parts.some(
    (part) =>
      (part.is === 'constant' && !part.value) ||
      (part.is === 'interface' && part.names.length > 0 && part.names.every((name) => GUEST.test(name))),
  )
}

function weakened(rule: Rule, hook: Hook): Rule {
  const bridges = not({ is: 'interface', side: hook === 'ingress' ? 'in' : 'out', names: CARDS })
  const action: Action = { do: 'unknown' }
  return { ...rule, test: all([bridges, withoutPorts(rule.test)]), action }
}

/** Interfaces are ports of the bridge here, and a state is that of its own tracking. */
function withoutPorts(test: Test): Test {
  if (test.is === 'interface' || test.is === 'state' || test.is === 'translated') return { is: 'unknown' }
  if (test.is === 'not') return not(withoutPorts(test.of))
  return test.is === 'all' || test.is === 'any' ? { ...test, of: test.of.map(withoutPorts) } : test
}
