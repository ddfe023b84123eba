import { expect, test } from 'vitest'
import type { Network } from '../network/network.ts'
import { sidesOf } from './surroundings.ts'

const networkOf = (addresses: Readonly<Record<string, string>>, byDefault?: string): Network => ({
  addresses: Object.entries(addresses).map(([name, address]) => ({ interface: name, address, prefixLength: 24, line: 1 })),
  routes: [
    ...Object.entries(addresses).map(([name, address]) => routeOf(name, address.replace(/\d+$/, '0/24'))),
    ...(byDefault === undefined ? [] : [routeOf(byDefault, '0.0.0.0/0')]),
  ],
  defaultRoute: byDefault !== undefined,
})
const routeOf = (name: string, destination: string) =>
  ({ family: 4, destination, interface: name, table: 'main', section: 'routes', line: 1 }) as const
const outside = (network: Network) => sidesOf(network, 4).map(({ name }) => name)

test('interfaces of containers and machines lead to this host alone', () => {
  expect(outside(networkOf({ lo: '127.0.0.1', eth0: '10.0.0.2', docker0: '172.17.0.1', vnet3: '192.168.122.1' }, 'eth0'))).toEqual(['eth0'])
})

test('what the default route takes leads to other machines, however it is named', () => {
  expect(outside(networkOf({ vnet0: '10.0.0.2', docker0: '172.17.0.1' }, 'vnet0'))).toEqual(['vnet0'])
})

test('a host that was reached has a way in, even where all its interfaces are named like those of containers', () => {
  expect(outside(networkOf({ lo: '127.0.0.1', dummy0: '10.0.0.2' }))).toEqual(['dummy0'])
})
