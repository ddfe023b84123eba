import ipaddr from 'ipaddr.js'
import { type Answer, type Answering, lines } from '../answer.ts'
import type { DemoHost } from '../demo-host.ts'

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

/** Netplan, whose files are root's: fixed addresses, and the gateway of the host or the one that was taken away by hand. */
function networkFiles(host: DemoHost): Answer {
  const gateway = host.gatewayAtStart ?? host.gateway
  const kernel = ['@kernel', 'eth0/accept_ra:0', 'eth0/accept_ra_defrtr:1', 'eth0/forwarding:0']
  const head = ['@links lo eth0', '@manager systemd-networkd', '@commands', ...kernel, '@files']
  const told = [
    ...['network:', '  version: 2', '  ethernets:', '    eth0:', '      addresses:'],
    ...host.addresses.map(({ address, prefixLength }) => `      - ${address}/${prefixLength}`),
    ...(gateway === undefined ? [] : ['      routes:', '      - to: default', `        via: ${gateway}`]),
  ]
  return host.sudo
    ? { ...lines([...head, ...told.map((row) => `/etc/netplan/50-cloud-init.yaml:${row}`)]), asRoot: [1] }
    : { ...lines(head), exitCode: 1 }
}

export const networkSections = { addresses, routes, 'routes-6': (() => lines([])) as Answering, 'network-files': networkFiles }
