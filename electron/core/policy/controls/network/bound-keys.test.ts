import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { parseLoginKeys } from '../../../facts/access/login-keys.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { parseNft } from '../../../facts/firewall/nft/parse.ts'
import { parseSshd } from '../../../facts/sshd/parse.ts'
import type { Control } from '../../control.ts'
import control from './ssh-only-from-jump.control.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 't',
  identities: { audit: { user: 'a' } },
  hosts: [{ name: 'gpu-01', address: '10.0.3.7' }],
  networks: { jump: ['10.0.0.10'] },
})
const blob = 'AAAAC3NzaC1lZDI1NTE5AAAAIGx7cmVjb3JkZWQgbm93aGVyZQ'
const keys = (...options: readonly string[]) => ({
  known: true,
  value: {
    keys: known(
      parseLoginKeys(
        options.map((option, at) => ({ text: `/home/u${at}/.ssh/authorized_keys:1:${option}ssh-ed25519 ${blob} u${at}`, line: at + 3 })),
      ),
    ),
  },
})
const rules = (rule: string) => ({
  tables: parseNft(`table inet f {\n\tchain i {\n\t\ttype filter hook input priority filter; policy drop;\n\t\t${rule}\n\t}\n}\n`, 'nft'),
  section: 'nft',
  line: 1,
})
const bound = 'from="10.0.0.10" '
const keysOnly = 'port 22\npasswordauthentication no\nkbdinteractiveauthentication no'
const match = (keyword: string) =>
  known({
    matches: [{ criteria: 'group ops', settings: [{ keyword, value: 'x', line: 2 }], file: '/etc/ssh/sshd_config', line: 1 }],
    elsewhere: [],
  })
const account = (home: string, shell = '/bin/sh') =>
  known({ accounts: [{ name: 'u', uid: 1000, gid: 1000, home, shell, line: 1 }], groups: [] })

function judge(given: object, sshd = keysOnly) {
  const { evaluate } = control as unknown as Control
  const facts = {
    ...{ firewall: rules('tcp dport 22 accept'), listeners: [], network: unknown('no', []), sshd: known(parseSshd(sshd)) },
    ...{ 'sshd-matches': known({ matches: [], elsewhere: [] }), accounts: account('/home/u'), access: keys(bound, bound), ...given },
  }
  return evaluate(facts as never, { fleet, host: fleet.hosts[0], now: 0 } as never)
}
/** What the verdict says of keys; the firewall alone decides its status. */
const everyKey = 'all'
const notEvery = 'not all'

test.each<[string, string, object, string?]>([
  ['every key has from=', everyKey, {}],
  ['a password beside a key', everyKey, {}, 'port 22\npasswordauthentication yes\nauthenticationmethods publickey,password'],
  ['one key without', notEvery, { access: keys(bound, '') }],
  ['a wider network', notEvery, { access: keys(bound, 'from="10.0.0.0/24" ') }],
  ['a name', notEvery, { access: keys('from="bastion.example" ') }],
  ['two from=, one of them wide', notEvery, { access: keys('from="10.0.0.10",from="*" ') }],
  ['no keys', notEvery, { access: keys() }],
  ['keys unread', notEvery, { access: known({ keys: unknown('refused', []) }) }],
  ['nothing of access read', notEvery, { access: unknown('refused', []) }],
  ['passwords', notEvery, {}, 'port 22\npasswordauthentication yes'],
  ['a password or a key', notEvery, {}, 'port 22\npasswordauthentication yes\nauthenticationmethods publickey password'],
  ['PAM asks', notEvery, {}, 'port 22\npasswordauthentication no\nkbdinteractiveauthentication yes'],
  ['not said', notEvery, {}, 'port 22'],
  ['keys of a command', notEvery, {}, `${keysOnly}\nauthorizedkeyscommand /usr/bin/x`],
  ['certificates', notEvery, {}, `${keysOnly}\ntrustedusercakeys /etc/ssh/ca.pub`],
  ['keys of another file', notEvery, {}, `${keysOnly}\nauthorizedkeysfile /etc/ssh/keys/%u`],
  ['Match lets passwords in', notEvery, { 'sshd-matches': match('PasswordAuthentication') }],
  ['Match of something else', everyKey, { 'sshd-matches': match('X11Forwarding') }],
  ['Match unread', notEvery, { 'sshd-matches': unknown('refused', []) }],
  ['an include elsewhere', notEvery, { 'sshd-matches': known({ matches: [], elsewhere: ['/srv/*'] }) }],
  ['a home elsewhere', notEvery, { accounts: account('/data/u') }],
  ['a link on the way', notEvery, { access: known({ ...keys(bound, bound).value, keyLinks: [{ path: '/home/u/.ssh', line: 9 }] }) }],
  ['a home too deep', notEvery, { accounts: account('/home/lab/u') }],
  ['a home elsewhere that nobody logs in to', everyKey, { accounts: account('/data/u', '/usr/sbin/nologin') }],
])('%s: %s', (_, expected, given, sshd) => {
  const [verdict] = judge(given, sshd)
  expect(verdict?.status).toBe('fail')
  expect(verdict?.reason.includes('sshd turns others away after that: all 2 keys') ? everyKey : notEvery).toBe(expected)
})

test('the key that is left is named and cited', () => {
  const [verdict] = judge({ access: keys(bound, '') })
  expect(verdict?.reason).toContain('Keys without from= for it: /home/u1/.ssh/authorized_keys (u1).')
  expect(verdict?.cite).toContainEqual({ section: 'access', line: 4, note: 'Expected from="10.0.0.10".' })
  // Where nobody uses from=, it is not the way that this host goes.
  expect(judge({ access: keys('', '') })[0]?.reason).not.toContain('from=')
})
