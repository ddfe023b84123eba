import { parseInterval, printSet } from '../../facts/firewall/address-set.ts'
import { besideOf, inferenceDoors, type ModelDoor } from '../../policy/controls/network/doors.ts'
import { listed, type Seen } from './default-source.ts'

type Host = Pick<Seen, 'audit' | 'facts'>

function doorsOf({ audit: { services }, facts }: Host): readonly ModelDoor[] | undefined {
  const running = services.filter((service) => service.running)
  return facts.listeners.known ? inferenceDoors(running, facts.listeners.value, besideOf(facts)) : undefined
}

/** Ports behind which a model answers to other machines, as the firewall's controls see them. */
export function doorPortsOf(host: Host): string[] | undefined {
  const doors = doorsOf(host)
  return doors && listed(doors.map(({ port }) => String(port)))
}

/** Of those, the ports that a container runtime forwards. */
export function publishedPortsOf(host: Host): string[] | undefined {
  const doors = doorsOf(host)
  return doors && listed(doors.flatMap(({ published, port }) => (published ? [String(port)] : [])))
}

/** Bridges of Docker, Podman and CNI by the names that these give them; any other by the address of the host that a container of it has for its gateway. */
const BRIDGE = /^(?:docker\d+|docker_gwbridge|br-[0-9a-f]{12}|(?:cni-)?podman\d+|cni\d+)$/

/** Networks of containers that the host itself has an address in: a proxy on it, or docker-proxy, reaches them there. */
export function containerNetworksOf({ facts: { network, containers } }: Seen): string[] | undefined {
  if (!network.known) return undefined
  const all = containers.known ? containers.value.containers : []
  const gateways = new Set(all.flatMap(({ networks = [] }) => networks.flatMap(({ gateways: own = [] }) => own)))
  return listed(
    network.value.addresses
      .filter((one) => (BRIDGE.test(one.interface) || gateways.has(one.address)) && !/^fe80:/i.test(one.address))
      .flatMap(({ address, prefixLength }) => {
        const whole = parseInterval(`${address}/${prefixLength}`)
        return whole ? [printSet([whole])] : []
      }),
  )
}

/** Resolvers of the host that are other machines. */
export const resolversOf = ({ facts: { sources: found } }: Seen): string[] | undefined =>
  found.known
    ? listed(found.value.resolvers.map(({ address }) => address).filter((address) => !/^(?:127\.|::1$)/.test(address)))
    : undefined
