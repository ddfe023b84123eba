import { isInside, OVERLAY } from '../../../facts/firewall/surroundings.ts'
import type { Network, Route } from '../../../facts/network/network.ts'

/** Ways out that rules open most often, and that weights and prompts leave by. */
export const exits = [
  { protocol: 'tcp', port: 443, words: 'HTTPS' },
  { protocol: 'tcp', port: 80, words: 'HTTP' },
  { protocol: 'tcp', port: 22, words: 'SSH' },
  { protocol: 'udp', port: 53, words: 'DNS' },
] as const

/** Rules are judged, not routes: a default route that the main table lacks today may be added tomorrow, and the rule stays. */
export function routedAnywhere<T extends Network | undefined>(network: T): T | Network {
  const leads = ({ destination, table }: Route) => table === 'main' && /^(?:0\.0\.0\.0|::)\/0$/.test(destination)
  if (network === undefined || network.routes.some(leads)) return network
  const names = [...new Set(network.addresses.map((address) => address.interface))].filter((name) => name !== 'lo')
  const cards = names.filter((name) => !isInside(network, name) && !OVERLAY.test(name))
  const interfaces = cards.length > 0 ? cards : names
  const routes = interfaces.flatMap((name) => [
    { family: 4 as const, destination: '0.0.0.0/0', interface: name, table: 'main', section: 'routes' as const, line: 0 },
    { family: 6 as const, destination: '::/0', interface: name, table: 'main', section: 'routes-6' as const, line: 0 },
  ])
  return { ...network, routes: [...network.routes, ...routes], defaultRoute: true }
}
