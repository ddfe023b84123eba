import type { Network } from '../network/network.ts'
import { type AddressSet, union } from './address-set.ts'
import { reach } from './reach.ts'
import type { Table } from './ruleset.ts'

/** Test support: two sets of rules let in the same where these are equal. */
const network: Network = {
  addresses: [
    { interface: 'eth0', address: '10.9.0.1', prefixLength: 16, line: 1 },
    { interface: 'eth0', address: 'fd09::1', prefixLength: 64, line: 2 },
  ],
  routes: [
    { family: 4, destination: '0.0.0.0/0', interface: 'eth0', table: 'main', section: 'routes', line: 1 },
    { family: 6, destination: '::/0', interface: 'eth0', table: 'main', section: 'routes-6', line: 1 },
  ],
  defaultRoute: true,
}

/** Who gets in, by protocol, port and family. A refusal and a loss are alike. */
export const verdicts = (tables: readonly Table[], ports = [22, 53, 80, 443, 445, 546, 8000, 9000, 9090]): string[] =>
  (['tcp', 'udp'] as const).flatMap((protocol) =>
    ports.flatMap((port) => {
      const pieces = reach({ tables }, network, { direction: 'in', protocol, port, address: '*' })
      return ([4, 6] as const).flatMap((family) =>
        (['accept', 'undetermined'] as const).map((verdict) => {
          const own = pieces.filter((piece) => piece.family === family && piece.verdict === verdict)
          const remotes = own.reduce<AddressSet>((all, piece) => union(all, piece.remotes), [])
          return `${protocol} ${port} ${family} ${verdict} ${remotes.map(({ from, to }) => `${from}-${to}`).join()}`
        }),
      )
    }),
  )
