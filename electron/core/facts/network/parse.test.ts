import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAddresses, parseInVrf, parseLeased, parseReversePath, parseRoutes, unreadAddress, unreadRoute } from './parse.ts'

const fixture = (name: string): string => readFileSync(new URL(`./__fixtures__/${name}.txt`, import.meta.url), 'utf8')

test.each([
  ['debian-11-docker', 'fd00:80::11/64'],
  ['debian-13-docker', 'fd00:80::11/64'],
  ['busybox-1.37', 'fd00:80::11/64'],
])('%s: every line is understood, and each family has its own default route', (host, six) => {
  const addresses = parseAddresses(fixture(`${host}-addresses`))
  expect(addresses.filter((each) => each.interface === 'eth0').map((each) => `${each.address}/${each.prefixLength}`)).toEqual(
    expect.arrayContaining(['10.80.2.11/24', six]),
  )
  expect(unreadAddress(fixture(`${host}-addresses`))).toBeUndefined()
  for (const family of [4, 6] as const) {
    const text = fixture(family === 4 ? `${host}-routes` : `${host}-routes-6`)
    expect(unreadRoute(text)).toBeUndefined()
    const defaults = parseRoutes(text, family).filter(({ destination }) => /\/0$/.test(destination))
    expect(defaults).toMatchObject([{ family, interface: 'eth0', table: 'main', line: family === 4 ? 1 : expect.any(Number) }])
  }
})

test.each([
  ['default via fd00::1 dev eth1 metric 1024 pref medium', []],
  ['default dev tun0 metric 1024 pref medium', []],
  ['default via fd00::1 dev eth1  metric 1024 ', []],
  ['default via inet6 fe80::1 dev eth1', ['eth1']],
  ['default dev ppp0 scope link', ['ppp0']],
  ['default proto static metric 100\n\tnexthop via 10.0.0.1 dev eth0 weight 1\n\tnexthop via 10.0.1.1 dev eth1 weight 1', ['eth0', 'eth1']],
  ['default proto static metric 1024 pref medium\n\tnexthop via fe80::1 dev eth0 weight 1', []],
])('IPv4 routes of %j', (text, interfaces) => {
  expect(parseRoutes(text, 4).map((route) => route.interface)).toEqual(interfaces)
})

test.each([
  ['2: eth0    inet 10.0.0.5/24 scope global eth0\n3: eth1    inet ten/24', 2],
  ['2: eth0: <UP> mtu 1500\\    link/ether 00:00:00:00:00:00', undefined],
])('addresses %j: line %s is not understood', (text, line) => {
  expect(unreadAddress(text)).toBe(line)
})

test.each([
  ['default via 10.0.0.1 dev eth0\nError: ipv4: FIB table does not exist.', 2],
  ['unicast 10.0.0.0/8 dev eth0\nprohibit default table 5\n', undefined],
])('routes %j: line %s is not understood', (text, line) => {
  expect(unreadRoute(text)).toBe(line)
})

test('property: never throws', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 80 }),
      (text) => void [parseAddresses(text), parseRoutes(text, 4), unreadAddress(text), unreadRoute(text)],
    ),
  )
})

test.each([
  ['=net/ipv4/conf/all/rp_filter 0\n=net/ipv4/conf/eth0/rp_filter 1\n=net/ipv4/conf/eth1/rp_filter 0\n', ['eth0']],
  ['=net/ipv4/conf/all/rp_filter 1\n=net/ipv4/conf/eth0/rp_filter 0\n=net/ipv4/conf/eth0.7/rp_filter 2\n', ['all', 'eth0']],
  ['=net/ipv4/conf/all/rp_filter 2\n=net/ipv4/conf/eth0/rp_filter 1\n', []],
  ['=net/ipv4/conf/eth0/rp_filter 1\n', []],
])('interfaces where the kernel looks for the way back: %j', (text, expected) => {
  expect(parseReversePath(text)).toEqual(expected)
})

test('an address that is local by a table of its own is in a VRF', () => {
  const text =
    'local 10.9.0.1 dev eth0 table local proto kernel scope host src 10.9.0.1\nlocal 10.20.0.1 dev eth1 table 10 proto kernel scope host src 10.20.0.1\n'
  expect(parseInVrf(text)).toEqual(['eth1'])
})

test('what DHCP and routers told: by the address, or by the route', () => {
  const addresses = [
    '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever',
    '2: eth0@eth1    inet 10.0.2.15/24 brd 10.0.2.255 scope global dynamic eth0\\       valid_lft 3599sec preferred_lft 3599sec',
    '3: eth1    inet6 2001:db8::9/64 scope global dynamic mngtmpaddr noprefixroute \\       valid_lft 3599sec preferred_lft 3599sec',
    '4: eth2    inet 10.0.3.15/24 scope global noprefixroute eth2\\       valid_lft forever preferred_lft forever',
  ].join('\n')
  expect(
    parseLeased(addresses, '10.9.0.0/24 via 10.0.3.1 dev eth2 proto dhcp \n', 'fe80::/64 dev eth2 proto kernel metric 256 pref medium\n'),
  ).toEqual([
    { family: 4, interface: 'eth0', section: 'addresses', line: 2 },
    { family: 6, interface: 'eth1', section: 'addresses', line: 3 },
    { family: 4, interface: 'eth2', section: 'routes', line: 1 },
  ])
  const both = '10.9.0.0/24 dev eth0 proto static\n2001:db8::/64 dev eth1 proto ra metric 1024 pref medium\n'
  expect(parseLeased('', both, both)).toEqual([{ family: 6, interface: 'eth1', section: 'routes-6', line: 2 }])
})
