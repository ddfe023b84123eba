import { expect, test } from 'vitest'
import type { SectionOutput } from '../../../probe/section.ts'
import { printed as output } from '../../../probe/section-output.testing.ts'
import { chain, judged, on, os, ufw } from './firewall-at-start.testing.ts'

/** As nft lists what ufw wrote, with what was typed before its chains. */
const ufwRules = (typed = '', policy = 'drop') =>
  (['ip', 'ip6'] as const)
    .map((family) => {
      const name = family === 'ip' ? 'ufw' : 'ufw6'
      return `table ${family} filter {
\tchain ${name}-before-input {
\t\tct state related,established counter accept
\t\tcounter jump ${name}-user-input
\t}
\tchain ${name}-user-input {
\t\ttcp dport 8000 counter accept
\t}
\tchain INPUT {
\t\ttype filter hook input priority filter; policy ${policy};
${typed === '' ? '' : `\t\t${typed}\n`}\t\tcounter jump ${name}-before-input
\t}
}
`
    })
    .join('')

test('of the rules of now those of ufw come again, and what was typed before them does not', () => {
  const of = os([on('ufw')], ufw('yes'))
  expect(judged(of, ufwRules(), { ports: [8000] })).toMatch(/^pass /)
  expect(judged(of, ufwRules('tcp dport 8000 drop'), { ports: [22, 8000] })).toMatch(/^fail What ufw.service loads .* to port 8000/)
  expect(judged(of, ufwRules('ip saddr 203.0.113.9 drop'), { ports: [8000] })).toMatch(/^pass /)
  expect(judged(of, ufwRules('tcp dport 8000 drop'), { ports: [22] })).toMatch(/^pass /)
  // Denied by rules of somebody else, while ufw is not loaded.
  expect(judged(of, chain('inet', 'drop'), { ports: [22] })).toMatch(/^not-evaluated .*not among those of now/)
  expect(judged(os([on('ufw'), on('shorewall')], ufw('yes')), ufwRules(), { ports: [22] })).toMatch(
    /^not-evaluated .*shorewall.* is not followed/,
  )
  // Loaded by a script of the admin's own.
  const scripted = os([on('ufw')], ufw('yes'), ['@filter-place /etc/rc.local'])
  expect(judged(scripted, ufwRules('tcp dport 8000 drop'), { ports: [8000] })).toMatch(/^not-evaluated .*rc.local may load those/)
})

test('of ufw what lies in its files comes again, whatever its chains hold now', () => {
  const of = os([on('ufw')], ufw('yes'))
  const files = (rule: string, six = '6') =>
    ['', six].flatMap((type) =>
      ['before', 'after', 'user'].flatMap((kind) =>
        [
          '*filter',
          ...(kind === 'before' ? [`:ufw${type}-before-input - [0:0]`, rule.replace('CHAIN', `ufw${type}-before-input`)] : []),
          'COMMIT',
        ].map((line, at) => `=/etc/ufw/${kind}${type}.rules:${at + 1}:${line}`),
      ),
    )
  const lying = (...given: Parameters<typeof files>) => output('privileged', ['@ufw 0', ...files(...given)].join('\n'))
  const ssh = '-A CHAIN -p tcp --dport 22 -j ACCEPT'
  expect(judged(of, ufwRules(), { ports: [8000], ufwFiles: lying(ssh) })).toMatch(/^pass /)
  const both = '-A CHAIN -p tcp -m multiport --dports 22,8000 -j ACCEPT'
  expect(judged(of, ufwRules('tcp dport 8000 drop'), { ports: [8000], ufwFiles: lying(both) })).toMatch(
    /^fail What ufw.service loads .* to port 8000/,
  )
  expect(judged(of, ufwRules('tcp dport 8000 drop'), { ports: [8000], ufwFiles: lying(ssh) })).toMatch(/^pass /)
  expect(judged(of, ufwRules(), { ufwFiles: lying('-A CHAIN -j ACCEPT') })).toMatch(
    /^fail .*what lies in \/etc\/ufw does not deny IPv4 and IPv6/,
  )
  expect(judged(of, ufwRules(), { ports: [22], ufwFiles: lying('-D CHAIN 1') })).toMatch(/^not-evaluated .*not followed/)
  const refused: SectionOutput = {
    ...output('privileged', '@ufw 126'),
    state: 'denied',
    sudoers: 'ada ALL=(root) NOPASSWD: /usr/bin/grep',
  }
  expect(judged(of, ufwRules(), { ports: [22], ufwFiles: refused })).toMatch(/^not-evaluated .*may not be read.* Add to sudoers: ada ALL/)
})
