import { describe, expect, test } from 'vitest'
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
  ])('%s', (_, more, expected) => expect(outcomes(ask(noResolver, { sources: sources(more) }))).toEqual([expected]))
})
