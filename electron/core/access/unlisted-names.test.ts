import { describe, expect, test } from 'vitest'
import { accessSchema } from '#shared/model/fleet.ts'
import { parseDoas } from '../facts/access/doas.ts'
import { parseGroup, parsePasswd } from '../facts/accounts/parse.ts'
import { parseJoined } from '../facts/accounts/parse-joined.ts'
import { known } from '../facts/fact.ts'
import { factsOf, fleet, type Host, passwd } from './host-access.testing.ts'
import { hostAccess } from './host-access.ts'
import { compareTiers } from './tiers.ts'

/** A host that asks a directory which lists nobody: `getent passwd` has the accounts of the host’s own file alone. */
const unlisted = { reason: 'nsswitch.conf asks sss as well, which does not list everybody it knows', line: 9 }
const accessOf = (host: Host, settings: Readonly<Record<string, string>> = {}, joined?: true) => {
  const facts = factsOf(host)
  const sshd = known({ settings: Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, [{ value, line: 3 }]])) })
  return hostAccess({ ...facts, sshd, accounts: { ...facts.accounts, unlisted, joined } }, 0)
}
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x'

test.each<[string, Host, Readonly<Record<string, string>>, string]>([
  ['a rule of sudo', { sudoers: 'User_Alias OPS = zoe, !mia\nOPS ALL=(ALL) NOPASSWD: ALL' }, {}, 'privileged'],
  ['AllowUsers', {}, { allowusers: 'zoe@10.0.0.1 s*' }, 'sshd'],
  ['keys in a home', { keys: `/home/zoe/.ssh/authorized_keys:1:${key}` }, {}, 'access'],
  ['keys below /etc/ssh', { keys: `/etc/ssh/authorized_keys.d/zoe:1:${key}` }, {}, 'access'],
  ['a file that it owns', { open: 'f/644/zoe/root//etc/cron.d/x' }, {}, 'access'],
  ['an ACL', { acls: '# file: /etc/cron.d/x\nuser:zoe:rw-\ngroup::r--\nmask::rw-' }, {}, 'access'],
  [
    'a rule of polkit',
    { polkit: 'polkit.addRule(function(action, subject) { if (subject.user == "zoe") { return polkit.Result.YES; } });' },
    {},
    'access',
  ],
  ['a group', { groups: { docker: 'zoe' } }, {}, 'groups'],
])('an account that no list shows is known by %s', (_, host, settings, section) => {
  const zoe = accessOf(host, settings).accounts.find(({ name }) => name === 'zoe')
  expect(zoe).toMatchObject({ login: 'unknown', logins: [], proof: { section } })
  expect(zoe?.uid).toBeUndefined()
  expect(zoe?.loginNotes).toContain('no list of accounts has it')
  // Where every account is listed, who is not among them is not there.
  const facts = factsOf(host)
  expect(hostAccess(facts, 0).accounts.some(({ name }) => name === 'zoe')).toBe(false)
})

test('what is known of it is said, and that it can do no more is not', () => {
  const policy = accessSchema.parse({ tiers: { users: { accounts: ['zoe', 'mia'] } } })
  const access = accessOf({ sudoers: 'zoe ALL=(ALL) NOPASSWD: ALL\nmia ALL=(nobody) /usr/bin/id' })
  const rows = compareTiers(access, policy, fleet, fleet.hosts[0] as never)
  expect(['zoe', 'mia'].map((name) => rows.find(({ account }) => account === name)?.state)).toEqual(['above', 'unknown'])
  expect(access.accounts.find(({ name }) => name === 'zoe')?.holdings[0]?.path).toContain('sudo ALL')
})

test('in which groups of it the accounts of this host are was asked, or nobody is said to be unable', () => {
  const gap = (joined?: true) => accessOf({}, {}, joined).gaps.find(({ reason }) => reason.startsWith('Accounts: '))
  expect([gap(true)?.leavesOpen, gap()?.leavesOpen.includes('become-root')]).toEqual([[], true])
})

test('groups that are not known refuse nobody, names do', () => {
  const of = (settings: Readonly<Record<string, string>>) =>
    accessOf({ sudoers: 'zoe ALL=ALL' }, settings).accounts.find(({ name }) => name === 'zoe')?.login
  expect([of({ allowgroups: 'ops' }), of({ denygroups: 'ops' }), of({ allowusers: 'ada' }), of({ denyusers: 'zoe' })]).toEqual([
    'unknown',
    'unknown',
    'no',
    'no',
  ])
})

test.each([
  ['a group', '%staff ALL=(ALL) ALL', 'group staff'],
  ['a group by its number', '%#7000 ALL=(ALL) ALL', 'group 7000'],
  ['a number', '#7000 ALL=(ALL) ALL', 'uid 7000'],
  ['in an alias', 'User_Alias A = B : B = ada, %staff\nA ALL=(ALL) ALL', 'group staff'],
])('a rule for nobody who is listed: %s', (_, sudoers, whom) => {
  const gap = (joined?: true) => accessOf({ sudoers }, {}, joined).gaps.find(({ reason }) => reason.startsWith('/etc/sudoers speaks'))
  expect(gap()).toMatchObject({
    reason: `/etc/sudoers speaks of ${whom}, which no list shows`,
    leavesOpen: expect.arrayContaining(['become-root']),
  })
  // Of the accounts that are listed the directory said in which groups they are; newgrp makes members of more, and of who has a number none.
  expect(gap(true)?.leavesOpen.includes('become-root')).toBe(whom.startsWith('group'))
})

test('a group that is listed, and one of the plugin, are none of these', () => {
  const { gaps } = accessOf({ sudoers: '%ada ALL=ALL\n%#1001 ALL=ALL\n#1001 ALL=ALL\n%:far ALL=ALL' })
  expect(gaps.filter(({ reason }) => reason.includes('which no list shows'))).toEqual([])
})

test('rules of doas as well', () => {
  const facts = factsOf({})
  const doas = parseDoas([{ file: '/etc/doas.conf', number: 1, text: 'permit nopass :far', line: 4 }])
  const access = facts.access.known ? known({ ...facts.access.value, trust: { doas, trusted: [], libraries: [] } as never }) : facts.access
  const { gaps } = hostAccess({ ...facts, access, accounts: { ...facts.accounts, unlisted } }, 0)
  expect(gaps.map(({ reason }) => reason)).toContain('/etc/doas.conf speaks of group far, which no list shows')
})

describe('groups of a directory that accounts of the host are in', () => {
  const accounts = parsePasswd(passwd.join('\n'))
  const text = (rows: readonly string[]) => ['ada:x:1001:', 'ops:x:2000:bob', '@sources', '=accounts: files ldap', ...rows].join('\n')
  const of = (rows: readonly string[]) => parseJoined(parseGroup(text(rows)), text(rows), accounts)

  test('getent was asked', () => {
    const { groups, joined } = of([
      '@in ada                   1001 7000 7001',
      '@in bob   2000',
      'ada:x:1001:',
      'ops:x:2000:bob',
      'far:*:7000:zoe',
    ])
    expect(joined).toBe(true)
    expect(groups.map(({ name, members }) => [name, members.join()])).toEqual([
      ['ada', ''],
      ['ops', 'bob'],
      ['far', 'zoe,ada'],
      ['7001', 'ada'],
    ])
  })

  test('it was not', () => expect(of([])).toEqual({ groups: parseGroup(text([])) }))
})

test('what is left out is counted, and is never what matters most', { timeout: 20_000 }, () => {
  const many = Array.from({ length: 12_500 }, (_, at) => `u${at}:x:${10_000 + at}:100::/home/u${at}:/bin/bash`)
  const facts = factsOf({ sudoers: 'u12499 ALL=(ALL) NOPASSWD: ALL' })
  const accounts = { accounts: parsePasswd([...passwd, ...many].join('\n')), groups: parseGroup('users:x:100:') }
  const { accounts: shown, cut, others } = hostAccess({ ...facts, accounts }, 0)
  expect([shown.length, cut, others]).toEqual([12_000, 12_500 + passwd.length + 1 - 12_000, 0])
  expect(shown.some(({ name }) => name === 'u12499')).toBe(true)
})
