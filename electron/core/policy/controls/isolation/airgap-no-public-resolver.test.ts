import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import type { Ask } from '../../../facts/network/next-start/next-start.ts'
import { sources } from '../../../facts/sources/sources.testing.ts'
import type { Sources } from '../../../facts/sources/sources.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import noResolver from './airgap-no-public-resolver.control.ts'
import { ask } from './isolation-facts.testing.ts'

describe('airgap-no-public-resolver', () => {
  const at = (...addresses: string[]) => ({ resolvers: addresses.map((address, line) => ({ address, file: '/etc/resolv.conf', line })) })
  const UPSTREAM = '/run/systemd/resolve/resolv.conf'
  const alone = { ...at('127.0.0.53'), resolverFiles: [UPSTREAM] }
  const fallback = { fallbackResolvers: [{ address: '8.8.8.8', file: '/etc/systemd/resolved.conf', line: 9 }] }
  test.each<[string, Partial<Sources>, string]>([
    ['none', {}, 'pass: No resolver is set'],
    ['resolved, its servers unknown', at('127.0.0.53'), 'not-evaluated: What resolved asks is not known'],
    ['resolved, no server behind it, nor to fall back on', { ...alone, fallbackResolvers: [] }, 'pass: Only resolvers inside are asked'],
    ['resolved, no server behind it, and its own fallback unknown', alone, 'not-evaluated: What resolved asks is not known'],
    ['resolved, no server but a public one to fall back on', { ...alone, ...fallback }, 'fail: A resolver outside is asked for names'],
    [
      'resolved, a server inside, and a public one that it does not need',
      { ...alone, ...fallback, resolvers: [...alone.resolvers, { address: '10.0.0.53', file: UPSTREAM, line: 4 }] },
      'pass: Only resolvers inside are asked',
    ],
    ['inside', at('10.0.0.53', 'fd00::53'), 'pass: Only resolvers inside are asked'],
    ['on this host itself', at('127.0.0.1'), 'not-evaluated: What its own resolver asks is not known'],
    ['on this host itself, IPv6', at('10.0.0.53', '::1'), 'not-evaluated: What its own resolver asks is not known'],
    ['outside, beside one on this host', at('127.0.0.1', '9.9.9.9'), 'fail: A resolver outside is asked for names'],
    ['outside', at('10.0.0.53', '1.1.1.1'), 'fail: A resolver outside is asked for names'],
    ['outside, IPv6', at('2606:4700:4700::1111'), 'fail: A resolver outside is asked for names'],
    [
      'unreadable',
      { ...at('127.0.0.53'), unreadable: ['/run/systemd/resolve/resolv.conf'] },
      'not-evaluated: The resolvers could not be read',
    ],
  ])('%s', (_, more, expected) =>
    expect(outcomes(ask(noResolver, { sources: sources(more), network: unknown('why', []) }))).toEqual([expected]),
  )

  const [later, maybe] = ['fail: The next start names a resolver outside', 'not-evaluated: A file names a resolver outside']
  test.each<[string, string, string, Partial<Sources>, string]>([
    ['a profile of NetworkManager', '8.8.8.8', '/etc/NetworkManager/system-connections/a.nmconnection', at('10.0.0.53'), later],
    [
      'that names one inside',
      '10.0.0.54',
      '/etc/NetworkManager/system-connections/a.nmconnection',
      at('10.0.0.53'),
      'pass: Only resolvers inside are asked',
    ],
    ['netplan, and no resolver is set', '2001:4860:4860::8888', '/etc/netplan/50-cloud-init.yaml', {}, maybe],
    [
      'systemd-networkd beside resolved',
      '8.8.8.8',
      '/etc/systemd/network/1.network',
      { ...at('10.0.0.53'), resolverFiles: [UPSTREAM] },
      later,
    ],
    [
      'ifupdown, which has resolvconf do it',
      '8.8.8.8',
      '/etc/network/interfaces',
      { ...at('10.0.0.53'), resolverFiles: [UPSTREAM] },
      maybe,
    ],
    ['dhcpcd, and one outside is asked now', '8.8.8.8', '/etc/dhcpcd.conf', at('1.1.1.1'), 'fail: A resolver outside is asked for names'],
    ['nobody could read which file', '', '', at('10.0.0.53'), 'not-evaluated: What the next start asks is not known'],
  ])('the next start: %s', (_, address, file, more, expected) => {
    const asked: Ask = { kind: 'resolver', address, file, text: address, cite: { section: 'network-files', line: 3 } }
    const nextStart = file === '' ? unknown('why', ['network-files']) : known({ asks: [asked], unread: [] })
    const network = known({ addresses: [], routes: [], defaultRoute: false, nextStart })
    expect(outcomes(ask(noResolver, { sources: sources(more), network }))).toEqual([expected])
  })
})
