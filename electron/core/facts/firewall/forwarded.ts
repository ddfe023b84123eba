import type { InterfaceAddress, Network } from '../network/network.ts'
import { type AddressSet, parseInterval, subtract } from './address-set.ts'
import { markOnArrival } from './marks.ts'
import type { Packet } from './packet.ts'
import { PROTOCOL_NUMBERS, path, resolve, toldApart } from './reach.ts'
import type { Table } from './ruleset.ts'
import { localsOf, sidesOf, wayTo } from './surroundings.ts'
import type { Piece } from './verdicts.ts'

/** New traffic of one container out into the world. */
export interface ForwardedQuery {
  /** Interface by which it comes to this host. */
  readonly bridge: string
  /** Its address, in hex. */
  readonly source: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
}

const EPHEMERAL_PORT = 50_000

/**
 * What happens to it: it enters by the bridge, passes `prerouting`, is routed, passes `forward` and `postrouting`, and never `output`. Whether
 * the kernel forwards at all (net.ipv4.ip_forward) is not asked: who runs bridges turns it on.
 */
export function forwardedFrom(
  tables: readonly Table[],
  network: Network,
  { bridge, source, protocol, port }: ForwardedQuery,
): readonly Piece[] {
  const family = source.length === 8 ? 4 : 6
  const packet: Packet = {
    ...{
      family,
      remote: 'destination',
      local: source,
      protocol: PROTOCOL_NUMBERS[protocol],
      sourcePort: EPHEMERAL_PORT,
      destinationPort: port,
    },
    ...{ inInterface: bridge, outInterface: undefined, state: 'new', ...borne(tables) },
    ...{ originalPort: port, originalLocal: undefined, translated: false, toThisHost: false },
  }
  const others = sidesOf(network, family).filter(({ name }) => name !== bridge)
  return others.flatMap((side) => {
    const early = path(tables, ['ingress', 'prerouting'], [{ remotes: side.remotes, packet, doubt: 0 }])
    const onward = early.passed.filter(({ packet }) => !packet.translated)
    const routed = onward.map((flow) => ({ ...flow, packet: { ...flow.packet, outInterface: side.seenAs } }))
    const late = path(tables, ['forward', 'postrouting', 'egress'], routed)
    const ends = resolve(late.passed, [...early.stopped, ...late.stopped])
    // Where a destination was changed, to a proxy perhaps, what that does with it is not known.
    const diverted = early.passed.filter(({ packet }) => packet.translated)
    const lost = diverted.map(({ remotes, by, doubtBy }) => ({ remotes, verdict: 'undetermined' as const, by, doubtBy: doubtBy ?? by }))
    return [...ends, ...lost].map((piece) => ({ ...piece, family, interface: side.name }))
  })
}

/**
 * Who gets through to a port of a container by its own address, published or not: whoever shares a network with this host may set a route to it by this host, which
 * forwards (docs.docker.com, engine/network/packet-filtering-firewalls: direct routing; Docker keeps it closed from 28 on).
 */
export function forwardedTo(
  tables: readonly Table[],
  network: Network,
  { address, port }: { readonly address: string; readonly port: number },
): readonly Piece[] {
  const target = parseInterval(address)
  if (!target) return []
  const { family, from: local } = target
  const bridge = wayTo(network, family, local)
  const packet = (side: string | undefined): Packet => ({
    ...{ family, remote: 'source', local, protocol: PROTOCOL_NUMBERS.tcp, sourcePort: EPHEMERAL_PORT, destinationPort: port },
    ...{ inInterface: side, outInterface: undefined, state: 'new', ...borne(tables) },
    ...{ originalPort: port, originalLocal: local, translated: false, toThisHost: false },
  })
  return sidesOf(network, family)
    .filter(({ name }) => name !== bridge)
    .flatMap((side) => {
      const early = path(tables, ['ingress', 'prerouting'], [{ remotes: side.remotes, packet: packet(side.seenAs), doubt: 0 }])
      const onward = early.passed.filter((flow) => flow.packet.local === local)
      const routed = onward.map((flow) => ({ ...flow, packet: { ...flow.packet, outInterface: bridge } }))
      const late = path(tables, ['forward', 'postrouting', 'egress'], routed)
      return resolve(late.passed, [...early.stopped, ...late.stopped]).map((piece) => ({ ...piece, family, interface: side.name }))
    })
}

const borne = (tables: readonly Table[]): Pick<Packet, 'mark'> => {
  const mark = markOnArrival(tables)
  return mark ? { mark } : {}
}

/** Addresses that containers behind a bridge may have, in hex: one of those that no rule tells apart. Undefined when there are too many. */
export function sourcesBehind(tables: readonly Table[], network: Network, bridge: InterfaceAddress): readonly string[] | undefined {
  const subnet = parseInterval(`${bridge.address}/${bridge.prefixLength}`)
  if (!subnet) return undefined
  const own = localsOf(network, subnet.family).map((address) => ({ from: address, to: address }))
  return toldApart(
    tables,
    subnet.family,
    own.reduce<AddressSet>((rest, address) => subtract(rest, [address]), [subnet]),
  )
}

/** Names that Docker, Podman and nerdctl give to their bridges by themselves. */
const BRIDGE = /^(?:docker\d+|nerdctl\d+|br-[0-9a-f]{12}|podman\d+|cni-podman\d+)$/

/** Addresses of this host on bridges of containers, those aside that every interface gives itself. */
export const containerBridges = (network: Network): readonly InterfaceAddress[] =>
  network.addresses.filter(
    ({ interface: name, address }) => (BRIDGE.test(name) || network.bridges?.includes(name)) && !/^fe[89ab]/i.test(address),
  )
