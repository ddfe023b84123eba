import { expect, test } from 'vitest'
import { accessFactIds } from '../../../access/access-facts.ts'
import type { PasswordState } from '../../../facts/access/access.ts'
import { parseDoas } from '../../../facts/access/doas.ts'
import type { Accounts } from '../../../facts/accounts/accounts.ts'
import { type FactResult, known, unknown } from '../../../facts/fact.ts'
import { ask, facts, outcomes, policyContext, service } from '../proxy/proxy-facts.ts'
import { accounts, sudoers } from './account-facts.testing.ts'
import auditAccountReadOnly from './audit-account-read-only.control.ts'
import gpuDevices from './gpu-devices-restricted.control.ts'
import notPrivileged from './inference-account-not-privileged.control.ts'
import noEmptyPasswords from './no-empty-passwords.control.ts'
import rootGroupsEmpty from './root-groups-empty.control.ts'
import sudoAsks from './sudo-asks-for-password.control.ts'
import uidZero from './uid-zero-only-root.control.ts'

/** For controls that take the server as it is: what nobody asked is not known. */
const lone = (more: Readonly<Record<string, unknown>>) =>
  facts('', [], { ...Object.fromEntries(accessFactIds.map((id) => [id, unknown(`${id}: it was not asked`, [])])), ...more })

test('uid-zero-only-root', () => {
  const judge = (given: Accounts) => outcomes(ask(uidZero, facts('', [], { accounts: given })))
  expect(judge(accounts())).toEqual(['pass: Only root has uid 0'])
  expect(judge(accounts({}, [{ name: 'toor', uid: 0, gid: 0, home: '/', shell: '/bin/sh', line: 9 }]))).toEqual([
    'fail: A second account is root',
  ])
  // SSSD and winbind never have an account with uid 0.
  const asks = (service: string) => judge({ ...accounts(), unlisted: { reason: 'x', service, line: 9 } })
  expect([asks('ldap'), asks('sss')]).toEqual([['not-evaluated: Whether only root has uid 0 is not known'], ['pass: Only root has uid 0']])
})

test('root-groups-empty', () => {
  const judge = (given: Accounts) => outcomes(ask(rootGroupsEmpty, facts('', [], { accounts: given })))
  expect(judge(accounts({ docker: [], render: ['ai'] }))).toEqual(['pass: No group makes anyone root'])
  expect(judge(accounts({ docker: ['ada'], lxd: ['ada', 'ai'] }))).toEqual([
    'warning: ai is root through a group',
    'warning: ada is root through a group',
  ])
  // A group can also be the primary one, where nobody looks.
  expect(judge(accounts({ docker: [] }, [{ name: 'bob', uid: 1001, gid: 2000, home: '/', shell: '/bin/sh', line: 9 }]))).toEqual([
    'warning: bob is root through a group',
  ])
})

test('a group that /etc/gshadow alone opens: in root-groups-empty, for the account of a server and for that of the audit', () => {
  const shadow = (name: string, administrators: readonly string[], members: readonly string[]) =>
    known({ shadowGroups: known([{ name, administrators, members, line: 7 }]) })
  const judge = (access: unknown) =>
    outcomes(ask(rootGroupsEmpty, facts('', [], { accounts: accounts({ docker: [], render: [] }), access })))
  expect(judge(shadow('docker', [], ['ada']))).toEqual(['warning: ada is root through a group'])
  expect(judge(shadow('docker', ['ada'], []))).toEqual(['warning: ada is root through a group'])
  expect(judge(shadow('render', [], ['ada']))).toEqual(['pass: No group makes anyone root'])
  // Of a group that there is not.
  expect(judge(shadow('lxd', [], ['ada']))).toEqual(['pass: No group makes anyone root'])
  const unread = ['not-evaluated: Who may enter docker and its like is not known']
  expect(judge(known({ shadowGroups: unknown('State of passwords: sudo refused', ['access']) }))).toEqual(unread)
  expect(judge(unknown('Access: timed out', ['access']))).toEqual(unread)
  const ours = service('ollama', { unit: 'ollama.service', uid: 990, user: 'ai' })
  const given = { sudoers: known(sudoers('root ALL=ALL')), accounts: accounts({ docker: [] }), access: shadow('docker', [], ['ai']) }
  expect(outcomes(ask(notPrivileged, facts('', [ours], given)))).toEqual(['fail: The service account can become root'])
  const looks = { ...given, access: shadow('docker', ['audit'], []), system: { account: 'audit', uid: 991 } }
  expect(outcomes(ask(auditAccountReadOnly, lone(looks)))).toEqual(['fail: The audit account can become root'])
})

test.each<[string, string, string]>([
  ['a password is asked for', '%sudo ALL=ALL', 'pass: sudo asks for a password'],
  ['everything without', 'ada ALL=(ALL) NOPASSWD: ALL', 'fail: sudo gives root without a password'],
  ['an editor without', 'ada ALL=NOPASSWD: /usr/bin/vim', 'fail: sudo gives root without a password'],
  ['exact commands without', 'audit ALL=NOPASSWD: /usr/bin/ss -Htulnp', 'pass: sudo asks for a password'],
  ['as another account than root', 'ada ALL=(www-data) NOPASSWD: ALL', 'pass: sudo asks for a password'],
  ['the change account of the fleet file', 'change ALL=NOPASSWD: ALL', 'pass: sudo asks for a password'],
  ['a group without members', '%nobody-here ALL=NOPASSWD: ALL', 'pass: sudo asks for a password'],
  ['a group with members', '%ops ALL=NOPASSWD: ALL', 'fail: sudo gives root without a password'],
  // Of two rules the last one counts, and stands for both.
  [
    'a group with a password, and a member of it without',
    '%ops ALL=(ALL) ALL\nada ALL=(ALL) NOPASSWD: ALL',
    'fail: sudo gives root without a password',
  ],
  ['a netgroup, whoever is in it', '+admins ALL=NOPASSWD: ALL', 'fail: sudo gives root without a password'],
  ['not all read', 'root ALL=ALL\n@include /x', 'not-evaluated: Not all rules of sudo could be read'],
])('sudo-asks-for-password: %s', (_, text, expected) => {
  const base = policyContext()
  const context = {
    ...base,
    fleet: { ...base.fleet, identities: { ...base.fleet.identities, change: { user: 'change', identityFiles: [], agent: true } } },
  }
  const given = lone({ sudoers: sudoers(text), accounts: known(accounts({ ops: ['ada'] })) })
  expect(outcomes(ask(sudoAsks, given, context))).toEqual([expected])
})

/** Nobody said NOPASSWD: settings, files and doas ask for none all the same. */
test.each<[string, string, string]>([
  ['of a group', 'Defaults:%ops !authenticate\nada ALL=(ALL) ALL', 'fail: sudo gives root without a password'],
  ['of a target', 'Defaults>root !authenticate\nada ALL=(ALL) ALL', 'fail: sudo gives root without a password'],
  ['of a host', 'Defaults@ALL !authenticate\nada ALL=(ALL) ALL', 'fail: sudo gives root without a password'],
  ['of a command', 'Defaults!/bin/bash !authenticate\nada ALL=(ALL) ALL', 'fail: sudo gives root without a password'],
  ['of another command', 'Defaults!/usr/bin/id !authenticate\nada ALL=(ALL) ALL', 'pass: sudo asks for a password'],
  ['of an exempt group', 'Defaults exempt_group=ops\nada ALL=(ALL) ALL', 'fail: sudo gives root without a password'],
  ['taken back', 'Defaults !authenticate\nDefaults authenticate\nada ALL=(ALL) ALL', 'pass: sudo asks for a password'],
  ['of a group that nobody lists', 'Defaults:%ops !authenticate\n%ops ALL=(ALL) ALL', 'fail: sudo gives root without a password'],
  ['remembered for good', 'Defaults timestamp_timeout=-1\nada ALL=(ALL) ALL', 'warning: sudo remembers a password for too long'],
  ['remembered for a day', 'Defaults:%ops use_pty, timestamp_timeout=1440\nada ALL=ALL', 'warning: sudo remembers a password for too long'],
  ['in all sessions', 'Defaults timestamp_type=global\nada ALL=(ALL) ALL', 'warning: sudo remembers a password for too long'],
  ['in all sessions, as of old', 'Defaults !tty_tickets\nada ALL=(ALL) ALL', 'warning: sudo remembers a password for too long'],
  ['not remembered', 'Defaults timestamp_timeout=0, timestamp_type=global\nada ALL=(ALL) ALL', 'pass: sudo asks for a password'],
  ['not remembered at all', 'Defaults !timestamp_timeout\nada ALL=(ALL) ALL', 'pass: sudo asks for a password'],
  ['for 15 minutes', 'Defaults timestamp_timeout=15, timestamp_type=ppid\nada ALL=(ALL) ALL', 'pass: sudo asks for a password'],
  ['for long, put right', 'Defaults timestamp_timeout=-1\nDefaults timestamp_timeout=5\nada ALL=ALL', 'pass: sudo asks for a password'],
  ['for long, of nobody who is asked', 'Defaults timestamp_timeout=-1\nroot ALL=(ALL) ALL', 'pass: sudo asks for a password'],
  ['any variable', 'Defaults setenv\nada ALL=NOPASSWD: /opt/run', 'fail: sudo gives root without a password'],
  ['the loader', 'Defaults env_keep += "LD_PRELOAD"\nada ALL=NOPASSWD: /opt/run', 'fail: sudo gives root without a password'],
  ['any root', 'Defaults runchroot=*\nada ALL=NOPASSWD: /opt/run', 'fail: sudo gives root without a password'],
  ['a script of its own', 'ada ALL=NOPASSWD: /home/ada/deploy.sh', 'fail: sudo gives root without a password'],
  ['a script of root', 'ada ALL=NOPASSWD: /opt/deploy.sh', 'pass: sudo asks for a password'],
  [
    'a script that may do as a variable says',
    'Defaults env_keep += "PYTHONPATH"\nada ALL=NOPASSWD: /opt/deploy.sh',
    'not-evaluated: sudo may give root without a password',
  ],
  ['the same with one', 'Defaults env_keep += "PYTHONPATH"\nada ALL=/opt/deploy.sh', 'pass: sudo asks for a password'],
])('sudo-asks-for-password, without a word of it: %s', (_, text, expected) => {
  const entry = (path: string, owner: string) => ({ path, type: 'file' as const, mode: 0o755, owner, group: owner, line: 9 })
  const paths = [entry('/home/ada/deploy.sh', 'ada'), entry('/opt/deploy.sh', 'root')]
  const given = lone({ sudoers: { ...sudoers(text), paths }, accounts: known(accounts({ ops: ['ada'] })) })
  expect(outcomes(ask(sudoAsks, given))).toEqual([expected])
})

test.each<[string, string]>([
  ['permit nopass ada', 'fail: doas gives root without a password'],
  ['permit nopass ada cmd /usr/bin/id', 'pass: sudo asks for a password'],
  ['permit persist ada', 'pass: sudo asks for a password'],
])('sudo-asks-for-password: %s', (text, expected) => {
  const doas = parseDoas([{ file: '/etc/doas.conf', number: 1, text, line: 5 }])
  const parts = ['passwords', 'shadowGroups', 'keys', 'webAccounts', 'open', 'acls', 'polkit', 'cron', 'timed', 'scripts', 'lastLogins']
  const unasked = Object.fromEntries(parts.map((part) => [part, unknown('it was not asked', [])]))
  const access = known({ ...unasked, paths: [], lingering: [], trust: { doas, trusted: [], libraries: [] } })
  const given = lone({ sudoers: sudoers('root ALL=ALL'), accounts: known(accounts()), access })
  expect(outcomes(ask(sudoAsks, given))).toEqual([expected])
})

const directory = { reason: 'nsswitch.conf asks sss as well, which does not list everybody it knows', line: 40 }

/** Who a directory does not list may be in any group; a group with members is none the safer (sssd.conf(5), `enumerate`). */
test.each<[string, string, object, string]>([
  [
    'no member is listed',
    '%nobody-here ALL=NOPASSWD: ALL',
    { unlisted: directory },
    'not-evaluated: Who is in a group of sudo is not known',
  ],
  ['a member is listed', '%ops ALL=NOPASSWD: ALL', { unlisted: directory }, 'fail: sudo gives root without a password'],
  ['a password is asked for', '%nobody-here ALL=ALL', { unlisted: directory }, 'pass: sudo asks for a password'],
  ['by its gid', '%#2000 ALL=NOPASSWD: ALL', {}, 'fail: sudo gives root without a password'],
  ['by a gid without members', '%#4711 ALL=NOPASSWD: ALL', {}, 'pass: sudo asks for a password'],
  ['by a gid that is a primary one', '%#990 ALL=NOPASSWD: ALL', {}, 'fail: sudo gives root without a password'],
  ['root alone is in it', '%wheel ALL=NOPASSWD: ALL', {}, 'pass: sudo asks for a password'],
  ['a group of no plugin', '%:admins ALL=NOPASSWD: ALL', {}, 'pass: sudo asks for a password'],
  [
    'a group of the plugin',
    'Defaults group_plugin="system_group.so"\n%:admins ALL=NOPASSWD: ALL',
    {},
    'not-evaluated: Who is in a group of sudo is not known',
  ],
  [
    'every group is asked of the plugin',
    'Defaults group_plugin="group_file.so /etc/g", always_query_group_plugin\n%nobody-here ALL=NOPASSWD: ALL',
    {},
    'not-evaluated: Who is in a group of sudo is not known',
  ],
])('sudo-asks-for-password, a group: %s', (_, text, more, expected) => {
  const given = lone({ sudoers: sudoers(text), accounts: known({ ...accounts({ ops: ['ada'], wheel: ['root'] }), ...more }) })
  expect(outcomes(ask(sudoAsks, given, policyContext()))).toEqual([expected])
})

test('members of a directory: in root-groups-empty and in what sudo grants the service', () => {
  const judge = (given: Accounts) => outcomes(ask(rootGroupsEmpty, facts('', [], { accounts: { ...given, unlisted: directory } })))
  expect(judge(accounts({ docker: [] }))).toEqual(['not-evaluated: Who is in docker and its like is not known'])
  expect(judge(accounts({ docker: ['jane@corp'] }))).toEqual(['warning: jane@corp is root through a group'])
})

test('no-empty-passwords', () => {
  const judge = (passwords: FactResult<readonly PasswordState[]>) =>
    outcomes(ask(noEmptyPasswords, facts('', [], { access: { passwords }, accounts: known(accounts()) })))
  const of = (...names: string[]) => known(names.map((account) => ({ account, state: 'none', line: 2 }) as const))
  expect(judge(known([{ account: 'ada', state: 'locked', line: 2 }]))).toEqual(['pass: Every account has a password or is locked'])
  expect(judge(unknown('refused', ['access']))).toEqual(['not-evaluated: States of passwords were not read'])
  expect(judge(of('ada', 'ai'))).toEqual(['fail: An account has an empty password', 'warning: An account has an empty password'])
  const openStacks = [
    { file: '/etc/pam.d/common-auth', onlyIf: [], line: 3 },
    { file: '/etc/pam.d/password-auth', onlyIf: ['pam_succeed_if user ingroup x'], line: 4 },
    // It includes the one before.
    { file: '/etc/pam.d/sshd', onlyIf: ['pam_succeed_if user ingroup x'], line: 4 },
    { file: '/etc/pam.d/sshd', onlyIf: [], line: 5 },
  ]
  const given = { access: { passwords: known([]), trust: { openStacks } }, accounts: known(accounts()) }
  expect(outcomes(ask(noEmptyPasswords, facts('', [], given)))).toEqual([
    'fail: PAM lets anybody in without a password',
    'warning: PAM asks some for no password',
    'fail: PAM lets anybody in without a password',
  ])
})

test.each<[string, object, string | undefined, Readonly<Record<string, readonly string[]>>, string]>([
  [
    'exact commands',
    { account: 'audit', uid: 991 },
    'audit ALL=NOPASSWD: /usr/bin/ss -Htulnp',
    {},
    'pass: The audit account can only look',
  ],
  ['root', { account: 'root', uid: 0 }, '', {}, 'fail: Gatehouse looks as root'],
  ['group docker', { account: 'audit', uid: 991 }, '', { docker: ['audit'] }, 'fail: The audit account can become root'],
  ['everything', { account: 'audit', uid: 991 }, 'audit ALL=NOPASSWD: ALL', {}, 'fail: The audit account can become root'],
  ['sudo unread', { account: 'audit', uid: 991 }, undefined, {}, 'not-evaluated: What sudo grants the audit account is unread'],
  ['a netgroup', { account: 'audit', uid: 991 }, '+admins ALL=(ALL) ALL', {}, 'not-evaluated: Whom a rule of sudo names is not known'],
  ['a netgroup that is not root', { account: 'audit', uid: 991 }, '+ops ALL=/usr/bin/uptime', {}, 'pass: The audit account can only look'],
  ['unknown account', { account: 'ldap-user', uid: 7 }, '', {}, 'not-evaluated: The audit account could not be looked up'],
  [
    'variables of its own',
    { account: 'audit', uid: 991 },
    'Defaults !env_reset\naudit ALL=NOPASSWD: /usr/bin/ss -Htulnp',
    {},
    'not-evaluated: Whether it can become root is not known',
  ],
  [
    'libraries of its own',
    { account: 'audit', uid: 991 },
    'Defaults env_keep += LD_PRELOAD\naudit ALL=NOPASSWD: /usr/bin/ss -Htulnp',
    {},
    'fail: The audit account can become root',
  ],
  [
    'an account that is root',
    { account: 'audit', uid: 991 },
    'audit ALL=(ada) NOPASSWD: ALL\nada ALL=NOPASSWD: ALL',
    {},
    'fail: The audit account can become root',
  ],
])('audit-account-read-only: %s', (_, system, rules, groups, expected) => {
  const given = lone({
    system,
    accounts: accounts(groups),
    sudoers: rules === undefined ? unknown('refused', []) : known(sudoers(rules)),
  })
  expect(outcomes(ask(auditAccountReadOnly, given))).toEqual([expected])
})

test.each<[string, readonly number[], string]>([
  ['driver default', [0o666, 0o666], 'warning: Every account may use the GPUs'],
  ['closed', [0o660, 0o660], 'pass: GPU devices are closed to others'],
  ['one open', [0o660, 0o666], 'warning: Every account may use the GPUs'],
  ['none', [], 'not-applicable: No GPU device was seen'],
])('gpu-devices-restricted: %s', (_, modes, expected) => {
  const devices = modes.map((mode, index) => ({
    path: `/dev/nvidia${index}`,
    type: 'device',
    mode,
    owner: 'root',
    group: 'video',
    line: index,
  }))
  expect(outcomes(ask(gpuDevices, facts('', [], { os: { devices } })))).toEqual([expected])
})
