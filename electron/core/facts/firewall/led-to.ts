import type { Network } from '../network/network.ts'
import { contains, type Family, parseInterval } from './address-set.ts'
import { destinationsOf, rulesOf, testsOf } from './reach.ts'
import type { Table } from './ruleset.ts'
import { isLoopback, localsOf } from './surroundings.ts'

/** A port of this host that translation leads elsewhere. */
export interface TurnedPort {
  readonly port: number
  /** The port there. */
  readonly to: number
  /** The rule that translates. */
  readonly section: string
  readonly line: number
}

/** To another address. */
export interface LedPort extends TurnedPort {
  readonly address: string
}

/** To another port of the host itself. */
export interface OwnPort extends TurnedPort {
  readonly family: Family
}

/** Ports that rules name; of a longer range its first and last ones. */
const MAX_RANGE = 32
const MAX_PORTS = 2000
/** Where a rule names no port it is meant for all: one that nobody names stands for them, and those that the engines have by default. */
const ANY_PORT = 80
const ENGINE_PORTS = [8000, 8080, 11_434]

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
  return namedPorts(tables, ENGINE_PORTS).flatMap((port) => {
    const found = destinationsOf(tables, network, target.family, port).find(
      ({ packet }) => packet.translated && packet.local === target.from,
    )
    if (!found) return []
    const by = leading.find(({ section, line }) => section === found.by?.section && line === found.by.line) ?? leading[0]
    return by ? [{ port, address, to: found.packet.destinationPort, ...by }] : []
  })
}

/**
 * TCP ports of the host that translation leads to another port of the host itself, which rules for that other port then let in or not: `redirect`
 * (iptables: REDIRECT), a forward-port of firewalld, `dnat` to an address of its own. What is redirected arrives at the address of the interface it came in by, so sockets on
 * loopback are not meant (nf_nat_redirect.c).
 */
export function ownPortsLed(tables: readonly Table[], network: Network | undefined): readonly OwnPort[] {
  const own = { 4: network ? localsOf(network, 4) : [], 6: network ? localsOf(network, 6) : [] }
  const leading = rulesOf(tables).flatMap(({ table, rule: { action, line } }) => {
    if (action.do !== 'translate' || action.port === undefined) return []
    const target = action.address === undefined ? undefined : parseInterval(action.address)
    const here = action.address === undefined || (target !== undefined && own[target.family].includes(target.from))
    return here ? [{ section: table.section, line, to: action.port }] : []
  })
  if (leading.length === 0) return []
  const families: readonly Family[] = [4, 6]
  return families.flatMap((family) =>
    namedPorts(tables, [ANY_PORT]).flatMap((port) => {
      const found = destinationsOf(tables, network, family, port).find(
        ({ packet: { translated, local, originalLocal, destinationPort } }) =>
          translated && destinationPort !== port && !isLoopback(local) && (local === originalLocal || own[family].includes(local ?? '')),
      )
      const to = found?.packet.destinationPort
      const by =
        leading.find(({ line, section }) => section === found?.by?.section && line === found.by.line) ??
        leading.find((rule) => rule.to === to)
      return to !== undefined && by ? [{ family, port, to, section: by.section, line: by.line }] : []
    }),
  )
}

function namedPorts(tables: readonly Table[], more: readonly number[]): readonly number[] {
  const ports = new Set<number>(more)
  for (const test of testsOf(tables)) {
    if (test.is !== 'port' || test.side !== 'destination') continue
    for (const [low, high] of test.ports) {
      if (high - low > MAX_RANGE) ports.add(low).add(high)
      else for (let port = low; port <= high; port += 1) ports.add(port)
    }
  }
  return [...ports].slice(0, MAX_PORTS)
}
