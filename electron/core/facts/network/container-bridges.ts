import { addressBlock, within } from './address-block.ts'
import type { Network } from './network.ts'

/** Lines of Docker's own chains, which name its bridges (moby, libnetwork/drivers/bridge; DOCKER-BRIDGE and DOCKER-CT since 28), as iptables-save and nft print them. */
const SAVED = /^-A DOCKER-(?:ISOLATION-STAGE-1|BRIDGE|CT|INTERNAL) (?:! -[sd] \S+ )?-[io] (\S+) /gm
const LISTED = /\bchain DOCKER-(?:ISOLATION-STAGE-1|BRIDGE|CT|INTERNAL) \{[^{}]*\}/g
/** Docker 29 with `"firewall-backend": "nftables"`. */
const MAPPED = /"([^"\s]+)" : jump filter-forward-in__/g
/** What Podman's netavark masquerades, subnet by subnet. */
const MASKED = /^(?:-A POSTROUTING -s (\S+) -j NETAVARK-|\s*ip6? saddr (\S+) (?:counter \S+ \d+ bytes \d+ )?jump nv_)/gm
/** People call bridges so that they put a card into, and Docker takes those as well (`"bridge": "br0"`, com.docker.network.bridge.name). */
const MAY_HOLD_CARD = /^(?:br|vmbr|bridge)\d+$/

/**
 * Bridges of containers whatever they are called (`com.docker.network.bridge.name`, `podman network create --interface-name`), by the rules that Docker and Podman made for
 * them. Not one that leads on to other networks, or was told its address: then more than containers live behind it.
 */
export function namedBridges(
  rules: readonly string[],
  { addresses, routes, leased = [] }: Pick<Network, 'addresses' | 'routes' | 'leased'>,
): readonly string[] {
  const text = rules.join('\n')
  const names = new Set([...text.matchAll(SAVED), ...text.matchAll(MAPPED)].map(([, name = '']) => name))
  for (const [chain] of text.matchAll(LISTED)) for (const [, name = ''] of chain.matchAll(/[io]ifname "([^"\s]+)"/g)) names.add(name)
  const subnets = [...text.matchAll(MASKED)].flatMap(([, saved, listed]) => addressBlock(saved ?? listed ?? '') ?? [])
  const networkOf = ({ address, prefixLength }: Network['addresses'][number]) => addressBlock(`${address}/${prefixLength}`) ?? []
  for (const each of addresses)
    for (const { prefixLength, bits } of [networkOf(each)].flat())
      if (subnets.some((subnet) => subnet.prefixLength === prefixLength && subnet.bits === bits)) names.add(each.interface)
  const leadsOn = (name: string) => {
    const own = [LINK_LOCAL, ...addresses.filter((each) => each.interface === name).map(networkOf)].flat()
    const led = routes.filter((route) => route.interface === name).flatMap(({ destination }) => addressBlock(destination) ?? [])
    return led.some((inner) => !own.some((outer) => within(inner, outer)))
  }
  return [...names].filter((name) => !MAY_HOLD_CARD.test(name) && !leadsOn(name) && !leased.some((each) => each.interface === name))
}

const LINK_LOCAL = addressBlock('fe80::/10') ?? []
