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
const loginKeys = (...options: readonly string[]) =>
  parseLoginKeys(
    options.map((option, at) => ({ text: `/home/u${at}/.ssh/authorized_keys:1:${option}ssh-ed25519 ${blob} u${at}`, line: at + 3 })),
  )
const keys = (...options: readonly string[]) => ({ known: true, value: { keys: known(loginKeys(...options)) } })
const rules = (rule: string) => ({
  tables: parseNft(`table inet f {\n\tchain i {\n\t\ttype filter hook input priority filter; policy drop;\n\t\t${rule}\n\t}\n}\n`, 'nft'),
  section: 'nft',
  line: 1,
})
const bound = 'from="10.0.0.10" '
const keysOnly = 'port 22\npasswordauthentication no\nkbdinteractiveauthentication no'
const account = (home: string, shell = '/bin/sh') =>
  known({ accounts: [{ name: 'u', uid: 1000, gid: 1000, home, shell, line: 1 }], groups: [] })

const own = known({ keys: [{ file: '/home/u0/.ssh/authorized_keys', from: ['10.0.0.10'], line: 1 }] })
const block = (criteria: string, keyword: string, value: string) =>
  known({ matches: [{ criteria, settings: [{ keyword, value, line: 2 }], file: '/etc/ssh/sshd_config', line: 1 }], elsewhere: [] })
const unlisted = known({ accounts: [], groups: [], unlisted: { reason: 'nsswitch.conf asks sss as well', line: 1 } })
const missed = known({ ...keys(bound, bound).value, keysMissed: { reason: 'refused', line: 9 } })
const binLink = known({ ...keys(bound, bound).value, keyLinks: [{ path: '/bin', line: 9 }] })

function judge(given: object, sshd = keysOnly) {
  const { evaluate } = control as unknown as Control
  const facts = {
    ...{
      firewall: rules('tcp dport 22 accept'),
      listeners: [],
      network: unknown('no', []),
      os: unknown('no', []),
      sshd: known(parseSshd(sshd)),
    },
    ...{ 'sshd-matches': known({ matches: [], elsewhere: [] }), accounts: account('/home/u'), access: keys(bound, bound) },
    ...{ 'audit-keys': own, processes: known([]), ...given },
  }
  return evaluate(facts as never, { fleet, host: fleet.hosts[0], now: 0 } as never)
}

test.each<[string, 'warning' | 'fail' | 'pass', object, string?]>([
  ['every key has from=', 'warning', {}],
  ['a password beside a key', 'warning', {}, 'port 22\npasswordauthentication yes\nauthenticationmethods publickey,password'],
  ['one key without', 'fail', { access: keys(bound, '') }],
  ['a wider network', 'fail', { access: keys(bound, 'from="10.0.0.0/24" ') }],
  ['a name', 'fail', { access: keys('from="bastion.example" ') }],
  ['two from=, one of them wide', 'fail', { access: keys('from="10.0.0.10",from="*" ') }],
  ['from= inside of a command', 'fail', { access: keys(bound, 'command="x \\",from=\\"10.0.0.10\\"" ') }],
  ['no keys', 'fail', { access: keys() }],
  ['keys unread', 'fail', { access: known({ keys: unknown('refused', []) }) }],
  ['keys that were missed', 'fail', { access: missed }],
  ['nothing of access read', 'fail', { access: unknown('refused', []) }],
  [
    'the key that was used is not among them',
    'fail',
    { 'audit-keys': known({ keys: [{ file: '/srv/a/.ssh/authorized_keys', line: 1 }] }) },
  ],
  ['the key that was used is not known', 'fail', { 'audit-keys': unknown('no', []) }],
  ['passwords', 'fail', {}, 'port 22\npasswordauthentication yes\nkbdinteractiveauthentication no'],
  ['a password or a key', 'fail', {}, 'port 22\npasswordauthentication yes\nauthenticationmethods publickey password'],
  ['PAM asks', 'fail', {}, 'port 22\npasswordauthentication no\nkbdinteractiveauthentication yes'],
  ['PAM asks, by its old name', 'fail', {}, `${keysOnly}\nchallengeresponseauthentication yes`],
  ['not said', 'fail', {}, 'port 22'],
  ['half said', 'fail', {}, 'port 22\npasswordauthentication no'],
  ['hosts are trusted', 'fail', {}, `${keysOnly}\nhostbasedauthentication yes`],
  ['tickets', 'fail', {}, `${keysOnly}\ngssapiauthentication yes`],
  ['keys of a command', 'fail', {}, `${keysOnly}\nauthorizedkeyscommand /usr/bin/x`],
  ['certificates', 'fail', {}, `${keysOnly}\ntrustedusercakeys /etc/ssh/ca.pub`],
  ['keys of another file', 'fail', {}, `${keysOnly}\nauthorizedkeysfile /etc/ssh/keys/%u`],
  ['Match lets passwords in', 'fail', { 'sshd-matches': block('group ops', 'passwordauthentication', 'yes') }],
  [
    'Match lets them in from the jump host',
    'warning',
    { 'sshd-matches': block('user ada address 10.0.0.10', 'passwordauthentication', 'yes') },
  ],
  ['Match closes them', 'warning', { 'sshd-matches': block('group ops', 'passwordauthentication', 'no') }],
  ['Match takes no keys', 'warning', { 'sshd-matches': block('user x', 'authorizedkeysfile', 'none') }],
  ['Match asks for nothing', 'fail', { 'sshd-matches': block('user x', 'authenticationmethods', 'none') }],
  ['Match of something else', 'warning', { 'sshd-matches': block('group ops', 'x11forwarding', 'yes') }],
  ['Match unread', 'fail', { 'sshd-matches': unknown('refused', []) }],
  ['an include elsewhere', 'fail', { 'sshd-matches': known({ matches: [], elsewhere: ['/srv/*'] }) }],
  ['Match denies all others', 'pass', { 'sshd-matches': block('address *,!10.0.0.10', 'denyusers', '*') }],
  ['Match denies some others', 'fail', { access: keys(''), 'sshd-matches': block('address *,!10.0.0.0/8', 'denyusers', '*') }],
  ['Match denies one', 'fail', { access: keys(''), 'sshd-matches': block('address *,!10.0.0.10', 'denyusers', 'root') }],
  [
    'Match of one denies all others',
    'fail',
    { access: keys(''), 'sshd-matches': block('user ada address *,!10.0.0.10', 'denyusers', '*') },
  ],
  ['Match refuses all others', 'pass', { access: keys(''), 'sshd-matches': block('address *,!10.0.0.10', 'refuseconnection', 'yes') }],
  ['Match refuses some others', 'fail', { access: keys(''), 'sshd-matches': block('address *,!10.0.0.0/8', 'refuseconnection', 'yes') }],
  ['Match does not refuse', 'fail', { access: keys(''), 'sshd-matches': block('address *,!10.0.0.10', 'refuseconnection', 'no') }],
  ['AllowUsers', 'pass', { access: keys('') }, 'port 22\nallowusers *@10.0.0.10'],
  [
    'AllowUsers, and Match allows more',
    'fail',
    { access: keys(''), 'sshd-matches': block('group x', 'allowusers', 'ada') },
    'allowusers *@10.0.0.10',
  ],
  ['AllowUsers, and Match unread', 'fail', { access: keys(''), 'sshd-matches': unknown('no', []) }, 'allowusers *@10.0.0.10'],
  ['a home elsewhere', 'fail', { accounts: account('/data/u') }],
  ['accounts of a directory', 'fail', { accounts: unlisted }],
  ['a link on the way', 'fail', { access: known({ ...keys(bound, bound).value, keyLinks: [{ path: '/home/u/.ssh', line: 9 }] }) }],
  ['/bin is a link, and nobody who lives there logs in', 'warning', { access: binLink, accounts: account('/bin', '/usr/sbin/nologin') }],
  ['a home too deep', 'fail', { accounts: account('/home/lab/u') }],
  ['a home elsewhere that nobody logs in to', 'warning', { accounts: account('/data/u', '/usr/sbin/nologin') }],
])('%s: %s', (_, expected, given, sshd) => {
  expect(judge(given, sshd)[0]?.status).toBe(expected)
})

/** cloud-init leaves such a key with root, who is told to come as another. */
test.each([
  ['no', 'warning'],
  ['without-password', 'fail'],
])('root has a key without from=, PermitRootLogin %s: %s', (permitted, expected) => {
  const root = parseLoginKeys([
    { text: `/root/.ssh/authorized_keys:1:no-pty,command="echo 'Please login as \\"debian\\"'" ssh-ed25519 ${blob} c`, line: 9 },
  ])
  const access = known({ keys: known([...loginKeys(bound), ...root]) })
  expect(judge({ access }, `${keysOnly}\npermitrootlogin ${permitted}`)[0]?.status).toBe(expected)
})

test('why bound keys do not hold everybody is said', () => {
  expect(judge({ accounts: account('/data/u') })[0]?.reason).toContain('may not hold everybody: Keys of u in /data/u were not looked for.')
})

test('bound keys are cited behind the rule that lets all in', () => {
  const [verdict] = judge({})
  expect(verdict?.reason).toContain('all 2 have from= inside 10.0.0.10')
  expect(verdict?.cite.filter(({ section }) => section === 'access')).toEqual([3, 4].map((line) => ({ section: 'access', line })))
})

test('the key that is left is named and cited', () => {
  const [verdict] = judge({ access: keys(bound, '') })
  expect(verdict?.reason).toContain('Keys without from= for it: /home/u1/.ssh/authorized_keys (u1).')
  expect(verdict?.cite).toContainEqual({ section: 'access', line: 4, note: 'Expected from="10.0.0.10".' })
  // Where nobody uses from=, it is not the way that this host goes.
  expect(judge({ access: keys('', '') })[0]?.reason).not.toContain('from=')
})
