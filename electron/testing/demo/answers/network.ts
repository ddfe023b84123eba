import ipaddr from 'ipaddr.js'
import { type Answering, lines } from '../answer.ts'

const addresses: Answering = (host) =>
  lines([
    '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever',
    '1: lo    inet6 ::1/128 scope host \\       valid_lft forever preferred_lft forever',
    ...host.addresses.map(
      (it, index) =>
        `${index + 2}: ${it.interface}    ${it.address.includes(':') ? 'inet6' : 'inet'} ${it.address}/${it.prefixLength} scope global ${it.interface}\\       valid_lft forever preferred_lft forever`,
    ),
  ])

const routes: Answering = (host) =>
  lines([
    ...(host.gateway === undefined ? [] : [`default via ${host.gateway} dev ${host.addresses[0]?.interface ?? 'eth0'}`]),
    ...host.addresses
      .filter(({ address }) => !address.includes(':'))
      .flatMap((it) => [
        `${networkOf(it.address, it.prefixLength)} dev ${it.interface} proto kernel scope link src ${it.address}`,
        `local ${it.address} dev ${it.interface} table local proto kernel scope host src ${it.address}`,
      ]),
  ])

const networkOf = (address: string, prefixLength: number): string =>
  `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefixLength}`)}/${prefixLength}`

export const networkSections = { addresses, routes, 'routes-6': (() => lines([])) as Answering }
