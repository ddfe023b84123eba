import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { AuditKeys } from '../../../facts/audit-keys/audit-keys.ts'
import { parseAuthorizedKeys } from '../../../facts/audit-keys/parse.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { parseNft } from '../../../facts/firewall/nft/parse.ts'
import { parseSshd } from '../../../facts/sshd/parse.ts'
import type { Control } from '../../control.ts'
import control from './audit-key-bound-to-jump.control.ts'

const fleetOf = (jump: readonly string[]) =>
  fleetSchema.parse({
    version: 1,
    name: 't',
    identities: { audit: { user: 'a' } },
    hosts: [{ name: 'gpu-01', address: '10.0.3.7' }],
    networks: { jump },
  })
const keys = (...options: readonly string[]): AuditKeys => ({
  keys: parseAuthorizedKeys(
    options.map((option, index) => ({ text: `/home/a/.ssh/authorized_keys:${index + 1}:${option}ssh-ed25519 AAAA… a`, line: index + 3 })),
  ),
})
const rules = (rule: string) =>
  known({
    tables: parseNft(`table inet f {\n\tchain i {\n\t\ttype filter hook input priority filter; policy drop;\n\t\t${rule}\n\t}\n}\n`, 'nft'),
    section: 'nft',
    line: 1,
  })
const matches = known({ matches: [], elsewhere: [] })
const open = rules('tcp dport 22 accept')
const closed = rules('ip saddr 10.0.0.10 tcp dport 22 accept')

function judge(given: AuditKeys, firewall: unknown = open, sshd = 'port 22', jump: readonly string[] = ['10.0.0.10']) {
  const { evaluate } = control as unknown as Control<'sshd', 'firewall'>
  const facts = {
    sshd: parseSshd(sshd),
    'audit-keys': given,
    firewall,
    listeners: unknown('no', []),
    network: unknown('no', []),
    os: unknown('no', []),
    'sshd-matches': matches,
  }
  const fleet = fleetOf(jump)
  return evaluate(facts as never, { fleet, host: fleet.hosts[0], now: 0 } as never).map(({ status, title }) => `${status}: ${title}`)
}

test.each<[string, () => string[], string]>([
  [
    'from= of every key',
    () => judge(keys('from="10.0.0.10" ', 'restrict,from="10.0.0.10/32,!10.0.0.11" ')),
    'pass: The key is bound to the jump host',
  ],
  ['one key without', () => judge(keys('from="10.0.0.10" ', '')), 'warning: The key of Gatehouse works from elsewhere'],
  ['a wider network', () => judge(keys('from="10.0.0.0/24" ')), 'warning: The key of Gatehouse works from elsewhere'],
  [
    'a name, which is what a resolver says',
    () => judge(keys('from="bastion.example" ')),
    'warning: The key of Gatehouse works from elsewhere',
  ],
  ['a pattern that only takes away', () => judge(keys('from="!10.9.9.9" ')), 'warning: The key of Gatehouse works from elsewhere'],
  ['the rules', () => judge(keys(''), closed), 'pass: The rules let nobody else use the key'],
  ['AllowUsers', () => judge(keys(''), open, 'port 22\nallowusers a@10.0.0.10'), 'pass: sshd binds accounts to the jump host'],
  ['rules unread', () => judge(keys(''), unknown('sudo refused', [])), 'not-evaluated: Where the key is accepted from is not known'],
  ['bound, rules unread', () => judge(keys('from="10.0.0.10" '), unknown('sudo refused', [])), 'pass: The key is bound to the jump host'],
  [
    'a rule that is not understood',
    () => judge(keys(''), rules('meta mark 0x7 accept')),
    'not-evaluated: Where the key is accepted from is not known',
  ],
  [
    'keys of another file',
    () => judge(keys('from="10.0.0.10" '), open, 'port 22\nauthorizedkeysfile /etc/ssh/keys/%u'),
    'not-evaluated: Where the key is accepted from is not known',
  ],
  [
    'keys of a command',
    () => judge(keys('from="10.0.0.10" '), open, 'port 22\nauthorizedkeyscommand /usr/bin/sss_ssh_authorizedkeys'),
    'not-evaluated: Where the key is accepted from is not known',
  ],
  ['no key seen', () => judge(keys()), 'not-evaluated: Where the key is accepted from is not known'],
  [
    'jump networks unnamed',
    () => judge(keys('from="10.0.0.10" '), open, 'port 22', []),
    'not-evaluated: The network of the jump host is not named',
  ],
])('%s', (_, ask, expected) => {
  expect(ask()).toEqual([expected])
})
