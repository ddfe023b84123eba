import { expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import { parseAddresses, parseRoutes } from '../../../facts/network/parse.ts'
import inbound from './firewall-default-deny-inbound.control.ts'
import outbound from './firewall-default-deny-outbound.control.ts'
import ipv6 from './ipv6-filtered-like-ipv4.control.ts'
import {
  chain,
  closed,
  forwards,
  fourOnlyFact,
  judge,
  marked,
  named,
  network,
  quarters,
  sender,
  storageOnly,
  v4,
  wide,
  withBridge,
  withDocker,
} from './network-host.testing.ts'

const withSixAlone = {
  ...network,
  addresses: [...network.addresses, ...parseAddresses('3: eth1 inet6 fd00:5::2/64 scope global\n')],
  routes: [...network.routes, ...parseRoutes('fd00:5::/64 dev eth1', 6)],
}
const sixOnly = { ...network, addresses: network.addresses.slice(1), routes: network.routes.slice(1) }

test.each([
  ['inbound closed', inbound, closed, {}, named, 'pass'],
  ['inbound open', inbound, '', {}, named, 'fail'],
  ['outbound closed, and no containers', outbound, storageOnly, {}, named, 'pass'],
  ['outbound closed, what containers send is not', outbound, storageOnly, withDocker, named, 'pass warning'],
  ['and is', outbound, storageOnly + forwards('drop'), withDocker, named, 'pass'],
  ['and is but for HTTPS', outbound, storageOnly + forwards('drop', 'tcp dport 443 accept'), withDocker, named, 'pass'],
  ['and hangs on a mark', outbound, storageOnly + forwards('drop', 'meta mark 0x7 accept'), withDocker, named, 'pass not-evaluated'],
  [
    'a bridge that a container leads to',
    outbound,
    storageOnly,
    { network: known(withBridge('ai')), processes: known([sender(['172.17.0.1'], ['172.17.0.2'])]) },
    named,
    'pass warning',
  ],
  ['outbound open, whatever containers send', outbound, '', withDocker, named, 'fail'],
  ['inbound hangs on a mark', inbound, marked, {}, named, 'not-evaluated'],
  ['policy accept, last rule drop', inbound, chain('inet', 'input', 'accept', 'tcp dport 22 accept\ndrop'), {}, named, 'pass'],
  [
    'every port for a network that nobody names',
    inbound,
    chain('inet', 'input', 'drop', 'ip saddr 10.0.0.0/16 accept'),
    {},
    named,
    'warning',
  ],
  [
    'every port for a network around the named one',
    inbound,
    chain('inet', 'input', 'drop', 'ip saddr 10.0.0.0/8 accept'),
    {},
    named,
    'warning',
  ],
  ['every port for the app subnet', inbound, chain('inet', 'input', 'drop', 'ip saddr 10.0.1.0/25 accept'), {}, named, 'pass'],
  ['every port for one host', inbound, chain('inet', 'input', 'drop', 'ip saddr 10.0.7.7 accept'), {}, named, 'pass'],
  ['a network, on named ports', inbound, chain('inet', 'input', 'drop', 'ip saddr 10.0.0.0/8 tcp dport 22 accept'), {}, named, 'pass'],
  ['the same in IPv6', inbound, chain('inet', 'input', 'drop', 'ip6 saddr fd00::/8 accept'), {}, named, 'warning'],
  [
    'all addresses in two halves',
    inbound,
    chain('inet', 'input', 'drop', 'ip saddr 0.0.0.0/1 accept\nip saddr 128.0.0.0/1 accept'),
    {},
    named,
    'fail',
  ],
  ['three eighths of them', inbound, chain('inet', 'input', 'drop', 'ip saddr { 0.0.0.0/2, 64.0.0.0/3 } accept'), {}, named, 'warning'],
  ['most addresses, piece by piece', inbound, chain('inet', 'input', 'drop', quarters), {}, named, 'fail'],
  ['outbound closed', outbound, closed, {}, named, 'pass'],
  ['outbound open', outbound, wide, {}, named, 'fail'],
  ['outbound hangs on a mark', outbound, marked, {}, named, 'not-evaluated'],
  ['IPv6 like IPv4', ipv6, closed, { network }, named, 'pass'],
  ['IPv6 open', ipv6, v4, { network }, named, 'fail'],
  ['IPv6 in doubt', ipv6, v4 + chain('ip6', 'input', 'drop', 'meta mark 0x7 accept'), { network }, named, 'not-evaluated'],
  [
    'IPv4 hangs on a mark, and IPv6 is open',
    ipv6,
    chain('ip', 'input', 'drop', 'meta mark 0x7 accept'),
    { network },
    named,
    'not-evaluated',
  ],
  ['no IPv6', ipv6, v4, fourOnlyFact, named, 'not-applicable'],
  [
    'IPv6 open on an interface that has nothing else',
    ipv6,
    v4 + chain('ip6', 'input', 'drop', 'iifname "eth1" accept'),
    { network: withSixAlone },
    named,
    'fail',
  ],
  [
    'and IPv4 would be let in there, too',
    ipv6,
    chain('inet', 'input', 'drop', 'iifname "eth1" accept'),
    { network: withSixAlone },
    named,
    'pass',
  ],
  ['IPv6 open on a host that has nothing else', ipv6, v4, { network: sixOnly }, named, 'fail'],
  ['UDP open in both', ipv6, chain('inet', 'input', 'drop', 'meta l4proto udp accept'), { network }, named, 'pass'],
  ['nothing filtered', ipv6, '', { network }, named, 'not-applicable'],
] as const)('%s', (_, control, nft, change, networks, expected) => {
  const verdicts = judge(control, nft, change, networks)
  expect(verdicts.map(({ status }) => status).join(' ')).toBe(expected)
  for (const { title } of verdicts) expect(title.length).toBeLessThan(48)
})
