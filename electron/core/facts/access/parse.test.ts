import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileLine } from '../privileged/read-block.ts'
import { redact } from '../secrets.ts'
import { missedKeys, parseLoginKeys } from './login-keys.ts'
import { parseAcls, parseCron, parseLastLogins, parseOpen, parsePasswords, parseWebAccounts } from './parse.ts'
import { parsePolkit } from './polkit.ts'

const rows = (text: string) => text.split('\n').map((row, index) => ({ text: row, line: index + 1 }))
const numbered = (file: string, text: string) => rows(text).map(({ text: row, line }) => ({ file, number: line, text: row, line }))

test('states of passwords', () => {
  expect(parsePasswords(rows('ada:$:\nbob:!:20789\neve:*:\nsam::\nbad\n:x:'))).toEqual([
    { account: 'ada', state: 'usable', line: 1 },
    { account: 'bob', state: 'locked', shut: true, expiresDay: 20_789, line: 2 },
    { account: 'eve', state: 'locked', line: 3 },
    { account: 'sam', state: 'none', line: 4 },
  ])
})

describe.runIf(existsSync('/usr/bin/ssh-keygen'))('keys, held against ssh-keygen', () => {
  test.each([
    ['ed25519', []],
    ['rsa', ['-b', '2048']],
    ['ecdsa', []],
  ])('%s', (type, more) => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-key-'))
    try {
      execFileSync('ssh-keygen', ['-q', '-t', type, ...more, '-N', '', '-C', 'ada@desk', '-f', join(folder, 'key')])
      const key = readFileSync(join(folder, 'key.pub'), 'utf8').trim()
      const line = `restrict,from="10.0.0.10",command="echo \\"a b\\"" ${key}`
      writeFileSync(join(folder, 'authorized_keys'), `${line}\n`)
      const [bits = '', fingerprint] = execFileSync('ssh-keygen', ['-l', '-f', join(folder, 'key.pub')], { encoding: 'utf8' }).split(' ')
      // As it is stored: masking must leave keys alone.
      expect(parseLoginKeys(rows(redact(`/home/ada/.ssh/authorized_keys:1:${line}\n/home/ada/.ssh/authorized_keys:2:# ${key}`)))).toEqual([
        {
          ...{ file: '/home/ada/.ssh/authorized_keys', line: 1, comment: 'ada@desk', fingerprint },
          type: key.split(' ')[0],
          ...(type === 'rsa' && { bits: Number(bits) }),
          options: [{ name: 'restrict' }, { name: 'from', value: '10.0.0.10' }, { name: 'command', value: 'echo "a b"' }],
        },
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** As getfacl 2.3 prints with -s -p. */
test('access control lists are cut by their mask, defaults give nothing', () => {
  const text =
    '# file: /srv/a\\040b\n# owner: root\n# group: root\nuser::rw-\nuser:ada:rwx\t\t#effective:r--\ngroup::r--\ngroup:ml\\040team:r--\nmask::r--\nother::---\ndefault:user:bob:rwx\n\n# file: /srv/c\n# owner: root\n# group: root\nuser:eve:rw-'
  expect(parseAcls(rows(text)).map(({ path, kind, name, allows }) => [path, kind, name, allows])).toEqual([
    ['/srv/a b', 'user', 'ada', 'r'],
    ['/srv/a b', 'group', '', 'r'],
    ['/srv/a b', 'group', 'ml team', 'r'],
    ['/srv/c', 'user', 'eve', 'rw'],
  ])
})

test('jobs of cron, those of the system and those of an account', () => {
  expect(
    parseCron(numbered('/etc/cron.d/x', 'MAILTO=root\n*/5 * * * * root /srv/x --y\n@daily backup /srv/z')).map(({ account, command }) => [
      account,
      command,
    ]),
  ).toEqual([
    ['root', '/srv/x --y'],
    ['backup', '/srv/z'],
  ])
  expect(parseCron(numbered('/var/spool/cron/crontabs/ada', '5 4 * * sun /home/ada/run'))).toMatchObject([
    { account: 'ada', command: '/home/ada/run' },
  ])
})

/** What at 3.2.5 of Debian 12 writes, as far as the host prints it. */
test('jobs of at name a number, and each line is a command', () => {
  const job = '/var/spool/cron/atjobs/a0000101c8b770'
  const lines = [
    { file: job, number: 2, text: '# atrun uid=1001 gid=1001', line: 7 },
    { file: job, number: 43, text: '/opt/x/run --now', line: 8 },
    { file: '/var/spool/cron/atjobs/b', number: 9, text: '/opt/nobodys', line: 9 },
  ]
  expect(parseCron(lines)).toEqual([{ file: job, account: '', uid: 1001, command: '/opt/x/run --now', line: 8 }])
})

test('names in password files', () => {
  expect(parseWebAccounts(rows('/etc/nginx/.htpasswd:1:ada:\n/etc/nginx/x:1:bob:'))).toEqual([
    { file: '/etc/nginx/.htpasswd', name: 'ada', line: 1 },
  ])
})

test('last logins', () => {
  expect(parseLastLogins(rows('Username  Port  From  Latest\nada  pts/0  10.0.0.1  Tue Nov  4 10:03:12 +0000 2026'))).toEqual([
    { account: 'ada', at: Date.UTC(2026, 10, 4, 10, 3, 12), line: 2 },
  ])
})

/** /usr/share/polkit-1/rules.d/systemd-networkd.rules and org.freedesktop.packagekit.rules of Debian 12, and pklocalauthority(8). */
test('rules of polkit', () => {
  const networkd =
    'polkit.addRule(function(action, subject) {\n    if ((action.id == "org.freedesktop.hostname1.set-hostname" ||\n         action.id == "org.freedesktop.timedate1.set-timezone") &&\n        subject.user == "systemd-network") {\n        return polkit.Result.YES;\n    }\n});'
  expect(parsePolkit(numbered('/a.rules', networkd)).rules).toMatchObject([
    {
      actions: ['org.freedesktop.hostname1.set-hostname', 'org.freedesktop.timedate1.set-timezone'],
      users: ['systemd-network'],
      understood: true,
      line: 1,
    },
  ])
  const packagekit =
    'polkit.addRule(function(action, subject) {\n if (action.id == "org.freedesktop.packagekit.upgrade-system" && subject.active == true && subject.isInGroup("sudo")) {\n return polkit.Result.YES;\n }\n});\npolkit.addAdminRule(function(action, subject) { return ["unix-group:sudo"]; });'
  expect(parsePolkit(numbered('/b.rules', packagekit))).toMatchObject({
    rules: [{ groups: ['sudo'], understood: false }],
    administrators: [{ group: 'sudo', line: 6 }],
  })
  expect(
    parsePolkit(numbered('/c.rules', 'polkit.addRule(function(action, subject) { return polkit.Result.AUTH_ADMIN; });')).rules,
  ).toEqual([])
  expect(
    parsePolkit(numbered('/d.pkla', '[Ops]\nIdentity=unix-group:ops;unix-user:ada\nAction=org.freedesktop.systemd1.*\nResultAny=yes'))
      .rules,
  ).toMatchObject([{ groups: ['ops'], users: ['ada'], actions: ['org.freedesktop.systemd1.*'], understood: true }])
})

// polkit.Result.YES is a word like any other, and functions have names (polkit(8)); identities of .pkla are patterns (pklocalauthority(8)).
test.each<[string, string, object[]]>([
  [
    'the word itself',
    'polkit.addRule(function(action, subject) { if (subject.user == "ada") { return "yes"; } });',
    [{ users: ['ada'], understood: true }],
  ],
  ['in brackets', 'polkit.addRule((a, s) => polkit.Result["YES"]);', [{ users: [], understood: false }]],
  [
    'a function that stands before it',
    'function ops(action, subject) { if (subject.user == "ada") return polkit.Result.YES; }\npolkit.addRule(ops);',
    [{ actions: [], users: [], understood: false, line: 2 }],
  ],
  ['what is said before it', '/* YES, Ada may. */\npolkit.addRule(function(action, subject) { return polkit.Result.NO; });', []],
])('a rule of polkit: %s', (_, text, expected) => expect(parsePolkit(numbered('/a.rules', text)).rules).toMatchObject(expected))

test.each<[string, object[]]>([
  ['unix-netgroup:ops', [{ users: [], groups: [], understood: false }]],
  ['unix-user:ada;unix-netgroup:ops', [{ users: [], groups: [], understood: false }]],
  ['unix-user:*', [{ users: [], groups: [], understood: true }]],
  ['default', [{ users: [], groups: [], understood: true }]],
  ['unix-user:web-?', [{ users: ['web-?'], understood: true }]],
])('Identity=%s', (identity, expected) =>
  expect(parsePolkit(numbered('/d.pkla', `[Ops]\nIdentity=${identity}\nAction=*\nResultAny=yes`)).rules).toMatchObject(expected),
)

test('accounts that administrate for polkit', () => {
  const rules = 'polkit.addAdminRule(function(action, subject) { return ["unix-group:ops", "unix-user:ada", "unix-user:0"]; });'
  expect(parsePolkit(numbered('/a.rules', rules)).administrators).toMatchObject([{ group: 'ops' }, { user: 'ada' }])
})

describe('polkit reads rules.d or .pkla, by its version', () => {
  const yes = 'polkit.addRule(function(action, subject) { if (subject.user == "ada") { return polkit.Result.YES; } });'
  const no = 'polkit.addRule(function(action, subject) { return polkit.Result.NO; });'
  const pkla = '[Ops]\nIdentity=unix-user:ada\nAction=org.freedesktop.systemd1.*\nResultAny=yes'
  const shared = (name: string, text: string) => numbered(`/usr/share/polkit-1/rules.d/${name}`, text)
  const own = (name: string, text: string) => numbered(`/etc/polkit-1/rules.d/${name}`, text)
  const authority = numbered('/etc/polkit-1/localauthority/50-local.d/ops.pkla', pkla)
  const ops = own('50-ops.rules', yes)
  const admin = 'polkit.addAdminRule(function(action, subject) { return ["unix-group:sudo"]; });'
  const compat = shared('49-polkit-pkla-compat.rules', 'polkit.spawn(["/usr/bin/pkla-check-authorization", subject.user, action.id]);')
  const read = (lines: readonly FileLine[], isOld = false) =>
    parsePolkit(lines, isOld).rules.map(({ file, understood, maybeUnread }) =>
      [file.replace(/^.*\./, ''), ...(maybeUnread ? ['maybe'] : []), ...(understood ? [] : ['more'])].join(' '),
    )

  test.each([
    ['0.106 and newer', [...ops, ...authority, ...shared('50-default.rules', admin)], false, ['rules']],
    ['the same after an upgrade', [...ops, ...authority, ...shared('50-default.rules', admin)], true, ['rules']],
    ['of RHEL, its default in /etc', [...ops, ...authority, ...own('50-default.rules', admin)], false, ['rules']],
    ['with the package that reads both', [...ops, ...authority, ...shared('50-default.rules', admin), ...compat], false, ['rules', 'pkla']],
    ['0.105', [...ops, ...authority], true, ['rules maybe', 'pkla']],
    ['nothing tells the version', [...ops, ...authority], false, ['rules', 'pkla']],
    ['the package, and a refusal that comes before it', [...own('10-no.rules', no), ...authority, ...compat], false, ['pkla more']],
    ['the package, and a refusal that comes behind it', [...own('60-no.rules', no), ...authority, ...compat], false, ['pkla']],
  ] as const)('%s', (_, lines, isOld, expected) => expect(read(lines, isOld)).toEqual(expected))
})

test('property: parsers never throw', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          '# file: /a',
          'user:a:rwx',
          'mask::r--',
          '/x/authorized_keys:1:',
          'ssh-rsa AAAA',
          '"',
          'polkit.addRule(',
          'polkit.Result.YES',
          '\n',
          ' ',
        ),
      )
      .map((all) => all.join('')),
  )
  fc.assert(
    fc.property(text, (any) => {
      const all = rows(any)
      for (const parse of [parsePasswords, parseLoginKeys, parseAcls, parseOpen, parseWebAccounts, parseLastLogins]) parse(all)
      parseCron(numbered('/etc/crontab', any))
      parsePolkit(numbered('/x.rules', any))
      parsePolkit(numbered('/x.pkla', any))
    }),
  )
})

/** What GNU find and grep of Debian 12 and busybox 1.37 print. */
test.each([
  ["/usr/bin/find: '/home/ada/.ssh': Permission denied", true],
  ['find: /home/ada: Stale file handle', true],
  ['/bin/grep: /home/ada/.ssh/authorized_keys: Input/output error', true],
  ['/bin/grep: /home/ada/.ssh/authorized_keys: binary file matches', true],
  ['Binary file /home/ada/.ssh/authorized_keys matches', true],
  [`/home/ada/.ssh/authorized_keys:1:environment="A=${'a'.repeat(4000)}`, true],
  ["/usr/bin/find: '/var/www': No such file or directory", false],
  ['sudo: unable to resolve host gpu-01: Name or service not known', false],
  ['/home/ada/.ssh/authorized_keys:1:ssh-ed25519 AAAA ada', false],
])('%.60s: keys were missed %s', (text, missed) => {
  expect(
    missedKeys([
      { text: '/home/a/.ssh/authorized_keys:1:# ssh-', line: 4 },
      { text, line: 5 },
    ])?.line,
  ).toBe(missed ? 5 : undefined)
})
