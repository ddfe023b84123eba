import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SectionOutput } from '../../probe/section.ts'
import type { Unlisted } from '../accounts/accounts.ts'
import { known } from '../fact.ts'
import type { FactDefinition, FactSources } from '../fact-definition.ts'
import type { FactId } from '../facts.ts'
import { redact } from '../secrets.ts'
import { MAX_FILES } from './collect.ts'
import { parseGuardedFiles, parseLoaded, parseWatches } from './parse.ts'
import { auditRulesFact, guardedFilesFact, sshdMatchesFact, sudoersFact } from './privileged.fact.ts'
import { parseMatches } from './sshd-files.ts'

const recording = readFileSync(new URL('./__fixtures__/debian12-lab-root.txt', import.meta.url), 'utf8')
let sudoDirectory: Unlisted | undefined
const read = <K extends FactId>(fact: FactDefinition<K>, stdout: string, more: Partial<SectionOutput> = {}) =>
  fact.read({
    section: () => ({ id: 'privileged', state: 'ok', stdout, command: 'sudo …', ...more }),
    fact: () => known({ accounts: [], groups: [], sudoDirectory }),
  } as unknown as FactSources)

test('a host of the lab, masked as it is stored', () => {
  const text = redact(recording)
  const sudoers = read(sudoersFact, text)
  expect(
    sudoers.known && sudoers.value.rules.filter(({ command }) => command === 'ALL').map(({ user, noPassword }) => [user, noPassword]),
  ).toEqual([
    ['root', false],
    ['%sudo', false],
    ['gatehouse-change', true],
  ])
  expect(read(sshdMatchesFact, text)).toEqual({ known: true, value: { matches: [], elsewhere: [] } })
  // auditd is not installed there.
  expect(read(auditRulesFact, text)).toMatchObject({ known: true, value: { loaded: [], enabled: false } })
  const files = read(guardedFilesFact, text)
  expect(files.known && files.value.files.find(({ path }) => path === '/etc/nginx/.htpasswd')).toMatchObject({
    mode: 0o640,
    group: 'www-data',
  })
  expect(files.known && files.value.files.find(({ path }) => path === '/etc/nginx/sites-enabled/ollama-secure')).toMatchObject({
    type: 'symlink',
    target: '../sites-available/ollama-secure',
  })
})

test('rules of a directory stand in no file', () => {
  sudoDirectory = { reason: 'rules of sss were not asked', line: 9 }
  const found = [read(sudoersFact, recording), read(sudoersFact, '@sudoers 2\n=grep: /etc/sudoers: No such file or directory\n')]
  sudoDirectory = undefined
  for (const sudoers of found) expect(sudoers.known && sudoers.value.incomplete).toBe('rules of sss were not asked')
})

// sudo.conf(5): plugins of RHEL as installed, and what makes another decide.
test.each<[string, string | undefined]>([
  ['sudoers_policy sudoers.so', undefined],
  ['sudoers_io sudoers.so # as installed', undefined],
  ['sudoers_audit /usr/libexec/sudo/sudoers.so sudoers_mode=0400 error_recovery=false', undefined],
  ['sudoers_policy /usr/lib/x86_64-linux-gnu/sudo/sudoers.so', undefined],
  [
    'sudoers_policy sudoers.so sudoers_file=/etc/sudoers.site',
    'sudoers_policy sudoers.so sudoers_file=/etc/sudoers.site, which was not followed',
  ],
  ['sudoers_policy sudoers.so sudoers_mode=0400 ldap_conf=/etc/l.conf', 'ldap_conf=/etc/l.conf, which was not followed'],
  ['sudoers_policy /opt/site/sudoers.so', '/opt/site/sudoers.so, which was not followed'],
  ['python_policy python_plugin.so ModulePath=/opt/p.py', 'python_policy python_plugin.so'],
  ['', 'could not be read'],
])('a plugin of sudo: %s', (plugin, expected) => {
  const before = recording.replace(/^/, `@sudo-plugin sudoers_policy sudoers.so\n@sudo-plugin ${plugin}\n`)
  const found = [
    read(sudoersFact, before),
    read(sudoersFact, `@sudo-plugin ${plugin}\n@sudoers 2\n=grep: /etc/sudoers: No such file or directory\n`),
  ]
  for (const sudoers of found) {
    const said = sudoers.known ? sudoers.value.incomplete : 'not known'
    if (expected === undefined) expect(said).toBeUndefined()
    else expect(said).toContain(expected)
  }
})

test.each([sudoersFact, sshdMatchesFact, guardedFilesFact, auditRulesFact] as FactDefinition<FactId>[])(
  '$id: refused, missing, cut',
  (fact) => {
    const refused = ['audit-loaded', 'audit-state', 'audit-written', 'sudoers', 'sshd-config', 'files']
      .map((name) => `@${name} 126\n`)
      .join('')
    expect(read(fact, refused, { sudoers: 'the line' })).toMatchObject({ known: false, hint: 'Add to sudoers: the line' })
    expect(read(fact, '')).toMatchObject({ known: false })
    expect(read(fact, recording, { state: 'truncated', bytes: 9 } as Partial<SectionOutput>)).toMatchObject({ known: false })
  },
)

test('tags of sudoers pass the masking, or the rule is not known: never a wrong rule', () => {
  const rules = (text: string) => read(sudoersFact, redact(`@sudoers 0\n=/etc/sudoers:1:${text}\n`))
  expect(rules('ada ALL=(ALL) NOPASSWD: ALL')).toMatchObject({ known: true, value: { rules: [{ command: 'ALL', noPassword: true }] } })
  expect(rules('ada ALL=(ALL) NOPASSWD:ALL')).toMatchObject({ known: true, value: { rules: [{ command: 'ALL', noPassword: true }] } })
  const masked = rules('ada ALL=(ALL) PASSWD: ALL')
  expect(masked.known && (masked.value.rules[0]?.command === 'ALL' || masked.value.incomplete !== undefined)).toBe(true)
})

test('a list of files that was cut is not known', () => {
  const list = (count: number) => read(guardedFilesFact, `@files 0\n${'=f/600/root/root//etc/nginx/x\n'.repeat(count)}`)
  expect(list(MAX_FILES - 1)).toMatchObject({ known: true })
  expect(list(MAX_FILES)).toMatchObject({ known: false, reason: 'Key and log folders: there are too many files' })
})

test('audit: a kernel that does not answer has no known rules', () => {
  const text =
    '@audit-loaded 255\n=Error sending rule list data request (Operation not permitted)\n@audit-state 255\n@audit-written 0\n=/etc/audit/rules.d/m.rules:1:-w /models -p wa\n'
  expect(read(auditRulesFact, text)).toMatchObject({
    known: true,
    value: { loaded: undefined, written: [{ path: '/models', permissions: 'wa' }] },
  })
})

test.each([
  ['m.rules', 1],
  ['m.rules.bak', 0],
  ['.m.rules', 0],
  ['old/m.rules', 0],
  ['m.conf', 0],
])('audit: what stands in rules.d/%s comes with the next start', (file, count) => {
  const text = `@audit-loaded 0\n=No rules\n@audit-state 0\n=enabled 1\n@audit-written 0\n=/etc/audit/rules.d/${file}:1:-w /models -p wa\n`
  const fact = read(auditRulesFact, text)
  expect(fact.known && fact.value.written).toHaveLength(count)
})

// Forms of audit.rules(7) and of what auditctl -l prints.
const CALLS_OF_WA =
  'open,bind,truncate,ftruncate,rename,mkdir,rmdir,creat,link,unlink,symlink,chmod,fchmod,chown,fchown,lchown,mknod,acct,swapon,quotactl,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,openat,mkdirat,mknodat,fchownat,unlinkat,renameat,linkat,symlinkat,fchmodat,fallocate,renameat2,openat2'
test.each<[string, object]>([
  ['-w /models -p wa -k llm', { watches: [{ path: '/models', permissions: 'wa', line: 1 }] }],
  ['-w /models/', { watches: [{ path: '/models', permissions: 'rwxa', line: 1 }] }],
  ['-a always,exit -S all -F dir=/srv/models -F perm=wa -F key=m', { watches: [{ path: '/srv/models', permissions: 'wa', line: 1 }] }],
  [
    '-a always,exit -F arch=b64 -F dir=/srv/models -F perm=wa -F auid>=1000',
    { watches: [{ path: '/srv/models', permissions: 'wa', narrowed: 'auid>=1000', line: 1 }] },
  ],
  ['-a always,exit -F arch=b64 -F dir=/m -F perm=wa -F success=1 -F key=k', { watches: [{ path: '/m', narrowed: undefined }] }],
  ['-a always,exit -F arch=b32 -F dir=/m -F perm=wa', { watches: [{ narrowed: 'arch=b32' }] }],
  // What Fedora and RHEL ship: nothing of any task is kept.
  ['-a never,task', { watches: [], hushed: [{ whole: true, line: 1 }] }],
  ['-a task,never', { hushed: [{ whole: true }] }],
  ['-a never,task -F uid=990', { hushed: [{ whole: false }] }],
  ['-a never,exit -F exe=/usr/bin/ollama', { hushed: [{ whole: false }] }],
  ['-a never,exit -S all -F auid=-1', { hushed: [{ whole: false }] }],
  ['-a never,exit -F arch=b64 -S adjtimex -F auid=unset -F uid=chrony', { hushed: [] }],
  ['-a never,user -F subj_type=crond_t', { hushed: [] }],
  ['-a always,exclude -F msgtype=CWD', { hushed: [] }],
  ['-a always,exclude -F msgtype=SYSCALL', { hushed: [{ whole: true }] }],
  ['-a never,exclude -F msgtype=PATH -F uid=0', { hushed: [{ whole: false }] }],
  ['-a always,exclude -F exe=/usr/bin/ollama', { hushed: [{ whole: false }] }],
  ['-a never,filesystem -F fstype=0x6969', { hushed: [{ whole: false }] }],
  ['-a always,exit -F arch=b64 -S unlink -F dir=/srv/models', { watches: [] }],
  ['-a never,filesystem -F fstype=0x74726163', { hushed: [] }],
  ['-a never,exit -F arch=b64 -S openat', { hushed: [{ whole: false, ordered: true }] }],
  ['-a never,exit -S all', { hushed: [{ whole: true, ordered: true }] }],
  // As auditctl of Debian 13 (4.0.2) prints `-a always,exit -F arch=b64 -F dir=/m -F perm=wa`; a list that lacks one of them sees less.
  [
    `-a always,exit -F arch=b64 -S ${CALLS_OF_WA} -F dir=/m -F perm=wa -F key=k`,
    { watches: [{ path: '/m', permissions: 'wa', narrowed: undefined }] },
  ],
  [`-a never,exit -F arch=b64 -S ${CALLS_OF_WA} -F dir=/m -F perm=wa`, { watches: [], excluded: [{ path: '/m' }] }],
  [
    `-a always,exit -F arch=b64 -S ${CALLS_OF_WA.replace(',rename,', ',')} -F dir=/m -F perm=wa`,
    { watches: [{ narrowed: expect.stringMatching(/^the call is open,bind/) }] },
  ],
  [`-a always,exit -F arch=b32 -S ${CALLS_OF_WA} -F dir=/m -F perm=wa`, { watches: [{ narrowed: 'arch=b32' }] }],
  ['-a always,exit -F arch=b64 -S openat -F dir=/m -F perm=wa', { watches: [{ path: '/m', narrowed: 'the call is openat' }] }],
  ['-a always,exit -S all -F dir=/m -F perm=wa -C uid!=euid', { watches: [{ narrowed: 'uid!=euid' }] }],
  ['-a always,io_uring -S openat -F dir=/m -F perm=wa', { watches: [] }],
  ['-a always,exit -F path=/m -F perm=wa', { watches: [{ narrowed: 'it is the folder itself that changes (-F path=)' }] }],
  ['-a never,exit -F dir=/srv/models -F uid=4', { excluded: [], hushed: [{ whole: false, path: '/srv/models', ordered: true }] }],
  ['-a never,exit -F dir=/srv/models', { watches: [], excluded: [{ path: '/srv/models', permissions: 'rwxa', line: 1 }] }],
  ['# -w /models -p wa', { watches: [] }],
  ['No rules', { watches: [], excluded: [] }],
])('audit rule %s', (text, expected) => {
  expect(parseWatches([{ text, line: 1 }])).toMatchObject(expected)
})

/** Printed by auditctl 3.0.9 of rules that it had loaded. */
test.each<[string, readonly string[], readonly string[], object]>([
  ['a rule never', ['-a never,exit -F dir=/m -F perm=wa'], ['-w /m -p wa'], { watches: [], excluded: [{ path: '/m', line: 1 }] }],
  [
    'a rule never, and the watch',
    ['-a never,exit -F dir=/m/ -F perm=w -F key=x', '-w /m -p wa'],
    ['-w /m -p w -k x', '-w /m -p wa'],
    { watches: [{ path: '/m', permissions: 'wa', line: 2 }], excluded: [{ permissions: 'w', line: 1 }] },
  ],
  [
    'the folder itself',
    ['-a always,exit -F path=/m -F perm=aw'],
    ['-w /m -p wa'],
    { watches: [{ path: '/m', narrowed: expect.any(String) }] },
  ],
  ['a watch', ['-a always,exit -F dir=/m -F perm=wa'], ['-w /m -p wa'], { watches: [{ narrowed: undefined }], excluded: [] }],
  ['another that is not loaded', ['-a never,exit -F dir=/n -F perm=wa'], ['-w /m -p wa'], { watches: [{ path: '/m' }], excluded: [] }],
])('auditctl -l prints as a watch: %s', (_, written, loaded, expected) => {
  const rows = (all: readonly string[]) => all.map((text, at) => ({ text, line: at + 1 }))
  expect(parseLoaded(rows(loaded), rows(written))).toMatchObject(expected)
})

test('Match blocks end at the next one and at the end of their file', () => {
  const row = (file: string, text: string, line: number) => ({ file, number: line, text, line })
  const main = '/etc/ssh/sshd_config'
  const drop = '/etc/ssh/sshd_config.d/50-cloud.conf'
  const { matches, elsewhere } = parseMatches([
    row(main, 'Include /etc/ssh/sshd_config.d/*.conf', 1),
    row(main, 'Include /srv/ssh/*.conf', 2),
    row(main, 'PasswordAuthentication no', 3),
    row(main, 'Match Group ops Address 10.0.0.0/8', 4),
    row(main, '  PasswordAuthentication=yes', 5),
    row(main, 'ChallengeResponseAuthentication yes', 5),
    row(main, 'Match all', 6),
    row(main, 'PermitRootLogin yes', 7),
    row(drop, 'PermitRootLogin no', 8),
    row(drop, 'match User backup', 9),
    row(drop, 'PermitRootLogin "forced-commands-only"', 10),
    row('/etc/ssh/sshd_config.d/old.bak', 'Match User x', 11),
  ])
  expect(matches.map(({ criteria, settings }) => [criteria, settings.map(({ keyword, value }) => `${keyword} ${value}`)])).toEqual([
    ['user backup', ['permitrootlogin forced-commands-only']],
    ['group ops address 10.0.0.0/8', ['passwordauthentication yes', 'kbdinteractiveauthentication yes']],
    ['all', ['permitrootlogin yes']],
  ])
  expect(elsewhere).toEqual(['/srv/ssh/*.conf'])
})

test('Match blocks stand in the order of sshd: included files by name, where the Include is; one below Match holds with it', () => {
  const row = (file: string, text: string, line: number) => ({ file, number: line, text, line })
  const main = '/etc/ssh/sshd_config'
  const order = (...texts: readonly string[]) => {
    const { matches, elsewhere } = parseMatches([
      ...texts.map((text, at) => row(main, text, at)),
      row(`${main}.d/90-late.conf`, 'Match User late', 20),
      row(`${main}.d/10-early.conf`, 'Match User early', 21),
    ])
    return [...matches.map(({ criteria }) => criteria), ...elsewhere]
  }
  expect(order('Match User first', 'Match all', 'Include sshd_config.d/*.conf', 'Match User last')).toEqual([
    'user first',
    'all',
    'user early',
    'user late',
    'user last',
  ])
  expect(order('Match User a')).toEqual(['user a'])
  expect(order('Match User a', 'Include sshd_config.d/*.conf')).toEqual(['user a', 'user a user early', 'user a user late'])
})

const sshdRow = (file: string, text: string, line = 1) => ({ file: `/etc/ssh/${file}`, number: line, text, line })

test.each([
  ['X11Forwarding yes', 'x11forwarding yes'],
  ['X11FORWARDING = "yes" # for Eve', 'x11forwarding yes'],
  ['AuthenticationMethods "publickey,password" publickey #', 'authenticationmethods publickey,password publickey'],
  ["ForceCommand echo 'a # b'", 'forcecommand echo a # b'],
  ['SkeyAuthentication yes', 'kbdinteractiveauthentication yes'],
])('setting %s', (text, expected) => {
  const { matches } = parseMatches([sshdRow('sshd_config', 'Match User ada'), sshdRow('sshd_config', text)])
  expect(matches[0]?.settings.map(({ keyword, value }) => `${keyword} ${value}`)).toEqual([expected])
})

test.each([
  ['Match = User Ada # x', 'user Ada'],
  ['match user=ada,!ben  ADDRESS "10.0.0.0/8"', 'user ada,!ben address 10.0.0.0/8'],
  ['Match Group "domain admins" Host *', 'group "domain admins" host *'],
  ['Match all', 'all'],
  ['Match invalid-user User user', 'invalid-user user user'],
])('criteria of %s', (text, expected) => {
  expect(parseMatches([sshdRow('sshd_config', text)]).matches.map(({ criteria }) => criteria)).toEqual([expected])
})

test('an Include is followed where it stands; a block goes on behind it; what was not read is named', () => {
  const main = (...texts: readonly string[]) =>
    parseMatches([
      ...texts.map((text, at) => sshdRow('sshd_config', text, at + 1)),
      sshdRow('sshd_config.d/10-a.conf', 'PermitRootLogin yes', 11),
      sshdRow('sshd_config.d/10-a.conf', 'Match Address 10.0.0.0/8', 12),
      sshdRow('sshd_config.d/10-a.conf', 'MaxAuthTries 9', 13),
      sshdRow('sshd_config.d/.hidden.conf', 'Match User hidden', 14),
    ])
  const shown = main('Match User ada', 'LogLevel INFO', 'Include sshd_config.d/*.conf', 'PasswordAuthentication yes').matches
  expect(shown.map(({ criteria, settings }) => [criteria, ...settings.map(({ line }) => line)])).toEqual([
    ['user ada', 2],
    ['user ada', 11],
    ['user ada address 10.0.0.0/8', 13],
    ['user ada', 4],
  ])
  expect(main('Port 22').matches).toEqual([])
  expect(main('Include sshd_config.d/1?-a.conf sshd_config.d/none*').matches.map(({ line }) => line)).toEqual([12])
  expect(main('Include sshd_config.d/[1]*.conf other.conf ~/x').elsewhere).toEqual(['sshd_config.d/[1]*.conf', 'other.conf', '~/x'])
  expect(main('Include sshd_config').matches).toEqual([])
})

test('files of sshd that grep could not read, and a policy of RHEL that it could', () => {
  const print = (...rows: readonly string[]) => read(sshdMatchesFact, ['@sshd-config 2', ...rows.map((row) => `=${row}`)].join('\n'))
  const include = '/etc/ssh/sshd_config:1:Include /etc/crypto-policies/back-ends/opensshserver.config'
  expect(print(include, '/etc/crypto-policies/back-ends/opensshserver.config:1:Ciphers aes256-gcm@openssh.com')).toMatchObject({
    value: { matches: [], elsewhere: [] },
  })
  expect(print(include)).toMatchObject({ value: { elsewhere: ['/etc/crypto-policies/back-ends/opensshserver.config'] } })
  expect(
    print(
      ...['/etc/ssh/sshd_config:1:Include sshd_config.d/*.conf', 'grep: /etc/ssh/sshd_config.d/a.conf: binary file matches'],
      'grep: /etc/ssh/sshd_config.d/.a.conf.swp: binary file matches',
      ...['Binary file /etc/ssh/sshd_config.d/b.conf matches', 'grep: /etc/ssh/sshd_config.d/c.conf: Permission denied'],
      '/etc/ssh/sshd_config.d/d.conf:1:Match User ada<too long>',
    ),
  ).toMatchObject({ value: { elsewhere: ['a', 'b', 'c', 'd'].map((name) => `/etc/ssh/sshd_config.d/${name}.conf`) } })
  expect(print('/etc/ssh/sshd_config:1:Port 22', 'grep: /etc/ssh/sshd_config.d: No such file or directory')).toMatchObject({
    value: { elsewhere: [] },
  })
  // SUSE keeps its own file in /usr/etc.
  expect(print('grep: /etc/ssh/sshd_config: No such file or directory', '/etc/ssh/sshd_config.d/a.conf:1:Match User ada')).toMatchObject({
    value: { matches: [{ criteria: 'user ada' }], elsewhere: ['/etc/ssh/sshd_config'] },
  })
})

test('property: parsers never throw', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 80 })), (texts) => {
      const rows = texts.map((text, index) => ({ text, line: index + 1 }))
      parseGuardedFiles(rows)
      parseWatches(rows)
      parseMatches([
        ...rows.map((row) => ({ ...row, file: '/etc/ssh/sshd_config', number: row.line })),
        ...rows.map((row) => ({ ...row, file: '/etc/ssh/sshd_config.d/a.conf', number: row.line })),
      ])
    }),
  )
})
