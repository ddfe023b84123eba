import { everything, type Family, parseInterval } from '../../../facts/firewall/address-set.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { forwardedFrom, sourcesBehind } from '../../../facts/firewall/forwarded.ts'
import { INSIDE, sidesOf } from '../../../facts/firewall/surroundings.ts'
import type { Piece } from '../../../facts/firewall/verdicts.ts'
import type { InterfaceAddress, Network, Route } from '../../../facts/network/network.ts'
import { type Strangers, strangersAmong, strangersTo } from '../network/flows.ts'

/** Ways out that models, prompts and tunnels use. */
const exits = [
  { protocol: 'tcp', port: 443, words: 'HTTPS' },
  { protocol: 'tcp', port: 80, words: 'HTTP' },
  { protocol: 'tcp', port: 22, words: 'SSH' },
  { protocol: 'udp', port: 53, words: 'DNS' },
  { protocol: 'udp', port: 443, words: 'QUIC' },
] as const

interface Leaving extends Strangers {
  readonly words: string
}

/** Who outside is reached by each, from the host itself and from the containers and machines behind its bridges, which rules for what the host sends do not hold. */
export const leaving = (rules: Firewall, network: Network, inside: readonly string[], bridges = bridgesOf(network)): readonly Leaving[] => [
  ...exits.map(({ words, protocol, port }) => ({ words, ...strangersTo(rules, network, { direction: 'out', protocol, port }, inside) })),
  ...bridges.map((bridge) => ({
    words: `HTTPS of what is behind ${bridge.interface}`,
    ...strangersAmong(sentBehind(bridge, rules, network), inside),
  })),
]

/** With a network of its own behind it, where nobody but this host leads out: of an address that stands alone nobody lives next door. */
export function bridgesOf(network: Network): readonly InterfaceAddress[] {
  const outside = ([4, 6] as const).flatMap((family) => sidesOf(network, family).map(({ name }) => name))
  const isBridge = ({ interface: name, address, prefixLength }: InterfaceAddress) =>
    INSIDE.test(name) && !outside.includes(name) && prefixLength < (address.includes(':') ? 128 : 32)
  return network.addresses.filter(
    (each) => isBridge(each) && !/^(?:dummy|tunl|sit|ip6tnl)/.test(each.interface) && !/^fe[89ab]/i.test(each.address),
  )
}

function sentBehind(bridge: InterfaceAddress, { tables, translationKnown }: Firewall, network: Network): readonly Piece[] {
  const sources = translationKnown ? sourcesBehind(tables, network, bridge) : undefined
  if (sources) return sources.flatMap((source) => forwardedFrom(tables, network, { bridge: bridge.interface, source, port: 443 }))
  const family = bridge.address.includes(':') ? 6 : 4
  return [{ ...toEach(family, bridge.interface), verdict: 'undetermined' }]
}

const toEach = (family: Family, name: string) => ({
  family,
  interface: name,
  remotes: everything(family),
  by: undefined,
  doubtBy: undefined,
})

/** Networks on which this host itself has an address. */
export const ownNetworksOf = ({ addresses }: Network): readonly string[] =>
  addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`)

/** Routes to addresses outside of these networks. */
export const routesBeyond = ({ routes }: Network, inside: readonly string[]): readonly Route[] =>
  routes.filter((route) => {
    const to = parseInterval(route.destination)
    return to && strangersAmong([{ ...toEach(to.family, route.interface), remotes: [to], verdict: 'accept' }], inside).accepted.length > 0
  })
