import type { Network } from '../network/network.ts'
import { contains, parseInterval } from './address-set.ts'
import { destinationsOf, rulesOf, testsOf } from './reach.ts'
import type { Table } from './ruleset.ts'

/** A port of this host that translation leads to another address. */
export interface LedPort {
  readonly port: number
  readonly address: string
  /** The port there. */
  readonly to: number
  /** The rule that translates. */
  readonly section: string
  readonly line: number
}

/** Ports that rules name; of a longer range its first and last ones. */
const MAX_RANGE = 32
const MAX_PORTS = 2000

/**
 * TCP ports of the host from which new traffic is led to this address: every port that a rule names is sent through the rules of
 * translation, as they are written by kube-proxy (KUBE-NODEPORTS), by portmap of CNI (CNI-HOSTPORT-DNAT) or by hand. Ports of IPVS and eBPF stand in no rule.
 */
export function portsLedTo(tables: readonly Table[], network: Network | undefined, address: string): readonly LedPort[] {
  const target = parseInterval(address)
  if (!target) return []
  const leading = rulesOf(tables).flatMap(({ table, rule: { action, line } }) =>
    action.do === 'translate' && action.address !== undefined && contains([target], parseInterval(action.address)?.from ?? '')
      ? [{ section: table.section, line }]
      : [],
  )
  if (leading.length === 0) return []
  return namedPorts(tables).flatMap((port) => {
    const found = destinationsOf(tables, network, target.family, port).find(
      ({ packet }) => packet.translated && packet.local === target.from,
    )
    if (!found) return []
    const by = leading.find(({ section, line }) => section === found.by?.section && line === found.by.line) ?? leading[0]
    return by ? [{ port, address, to: found.packet.destinationPort, ...by }] : []
  })
}

function namedPorts(tables: readonly Table[]): readonly number[] {
  const ports = new Set<number>()
  for (const test of testsOf(tables)) {
    if (test.is !== 'port' || test.side !== 'destination') continue
    for (const [low, high] of test.ports) {
      if (high - low > MAX_RANGE) ports.add(low).add(high)
      else for (let port = low; port <= high; port += 1) ports.add(port)
    }
  }
  return [...ports].slice(0, MAX_PORTS)
}
