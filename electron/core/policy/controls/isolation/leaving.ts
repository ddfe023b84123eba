import { parseInterval } from '../../../facts/firewall/address-set.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { InterfaceAddress, Network, Route } from '../../../facts/network/network.ts'
import { sentBehind, toEach } from '../network/behind-bridges.ts'
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
export const leaving = (
  rules: Firewall,
  network: Network,
  inside: readonly string[],
  bridges: readonly InterfaceAddress[],
): readonly Leaving[] => [
  ...exits.map(({ words, protocol, port }) => ({ words, ...strangersTo(rules, network, { direction: 'out', protocol, port }, inside) })),
  ...bridges.flatMap((bridge) => {
    const found = exits.map((exit) => ({
      words: `${exit.words} of what is behind ${bridge.interface}`,
      ...strangersAmong(sentBehind(bridge, rules, network, exit), inside),
    }))
    return found.find(({ accepted }) => accepted.length > 0) ?? found.find(({ undetermined }) => undetermined.length > 0) ?? []
  }),
]

/** Networks on which this host itself has an address. */
export const ownNetworksOf = ({ addresses }: Network): readonly string[] =>
  addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`)

/** Routes to addresses outside of these networks. */
export const routesBeyond = ({ routes }: Network, inside: readonly string[]): readonly Route[] =>
  routes.filter((route) => {
    const to = parseInterval(route.destination)
    return to && strangersAmong([{ ...toEach(to.family, route.interface), remotes: [to], verdict: 'accept' }], inside).accepted.length > 0
  })
