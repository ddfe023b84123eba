import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { sudoDecision } from '../../access/sudo-decision.ts'
import { collectAccess } from './collect.ts'
import { parseRaised, parseSpecial, parseTrust, trustScript, withoutNosuid } from './trust.ts'

const rows = (...texts: readonly string[]) => texts.map((text, index) => ({ text, line: index + 1 }))
const account = (name: string, uid: number, ...groups: readonly string[]) => ({
  name,
  uid,
  groups: groups.map((group) => ({ name: group, gid: 7 })),
})
const [ada, root] = [account('ada', 1001, 'wheel'), account('root', 0)]

/** What doas(1) answers: `yes`, `password`, or `no`. */
function doas(rules: readonly string[], command: string, runAs = root) {
  const { doas: read } = parseTrust(rows(...rules.map((rule, at) => `/etc/doas.conf:${at + 1}:${rule}`)))
  if (read?.incomplete !== undefined) return 'unread'
  const [path = '', ...args] = command.split(' ')
  const says = sudoDecision({ grants: read?.grants ?? [], defaults: [] }, ada, ['h'], runAs, { path, args })
  return says?.allowed ? (says.noPassword ? 'yes' : 'password') : 'no'
}

// doas.conf(5): the last rule that fits decides; without cmd any command, without args any arguments, without as any account.
test.each<[readonly string[], string, string]>([
  [['permit ada'], '/bin/sh', 'password'],
  [['permit nopass :wheel'], '/bin/sh', 'yes'],
  [['permit nopass :staff'], '/bin/sh', 'no'],
  [['permit nopass 1001 as root cmd /bin/id'], '/bin/id -u', 'yes'],
  [['permit nopass ada cmd /bin/id args'], '/bin/id -u', 'no'],
  [['permit nopass ada cmd /bin/id args'], '/bin/id', 'yes'],
  [['permit nopass ada cmd /bin/id args -u ada'], '/bin/id -u ada', 'yes'],
  [['permit nopass ada cmd /bin/ls args *'], '/bin/ls x', 'no'],
  [['permit nopass keepenv setenv { A=b -C PS1="x y" } ada as root'], '/bin/sh', 'yes'],
  [['permit nopass ada', 'deny ada cmd /bin/sh'], '/bin/sh', 'no'],
  [['deny ada', 'permit persist ada'], '/bin/sh', 'password'],
  [['permit nopass ada as www'], '/bin/sh', 'no'],
  [['permit nopass ada as 0 # comment'], '/bin/sh', 'yes'],
  // A hash mark ends a word, wherever it stands; what is quoted is no keyword and no comment.
  [['permit nopass ada#comment'], '/bin/sh', 'yes'],
  [['\t"permit" nopass ada'], '/bin/sh', 'unread'],
  [['\tpermit nopass ada'], '/bin/sh', 'yes'],
  [['permit nopass "ada" cmd "/bin/a b#c"'], '/bin/sh', 'no'],
  [['permit nopass "nopass"', 'permit ada'], '/bin/sh', 'password'],
  [['permit nopass :7'], '/bin/sh', 'yes'],
  [['permit nopass ada cmd id'], '/bin/id', 'no'],
  [['permit nopass ada cmd id'], 'id', 'yes'],
])('%j: %s → %s', (rules, command, expected) => expect(doas(rules, command)).toBe(expected))

test.each([
  ['/etc/doas.conf:3:permit nopass \\', '/etc/doas.conf line 3 could not be read'],
  ['/etc/doas.conf:4:permit nopass ada on tuesdays', '/etc/doas.conf line 4 could not be read'],
  ['/etc/doas.conf:4:permit nopass "ada', '/etc/doas.conf line 4 could not be read'],
  ['grep: /etc/doas.conf: Permission denied', '/etc/doas.conf may not be read'],
  ['grep: /etc/doas.d: Permission denied', '/etc/doas.d may not be read'],
])('%s is said', (row, reason) => expect(parseTrust(rows(row)).doas?.incomplete).toBe(reason))

test('which variables of the caller reach what doas starts', () => {
  const of = (options: string) => {
    const [grant] = parseTrust(rows(`/etc/doas.d/a.conf:1:permit nopass ${options} ada cmd /bin/id`)).doas?.grants ?? []
    return [grant?.setEnv === true, grant?.callersVariables === true]
  }
  // The loader of doas itself drops its own variables from those of the caller (ld.so(8)), but not from one of another name.
  expect(of('setenv { LD_PRELOAD=$X }')).toEqual([true, true])
  expect(of('setenv { LD_PRELOAD }')).toEqual([false, true])
  expect(of('setenv { A=b -PATH }')).toEqual([false, false])
  expect(of('keepenv')).toEqual([false, true])
  expect(of('')).toEqual([false, false])
})

test('without the file there are no rules', () =>
  expect(parseTrust(rows('grep: /etc/doas.conf: No such file or directory')).doas).toBeUndefined())

test.each([
  ['auth sufficient pam_wheel.so trust use_uid', ['wheel', 'root']],
  ['auth  sufficient  pam_wheel.so trust group=ops', ['ops']],
  ['# auth sufficient pam_wheel.so trust', []],
  ['auth required pam_wheel.so deny group=x trust', []],
])('su: %s', (text, groups) => expect(parseTrust(rows(`/etc/pam.d/su:15:${text}`)).trusted.map(({ group }) => group)).toEqual(groups))

test('folders of libraries', () =>
  expect(parseTrust(rows('/etc/ld.so.conf.d/cuda.conf:1:/opt/cuda/lib64', '/etc/ld.so.preload:1:/opt/x.so /opt/y.so')).libraries).toEqual([
    { file: '/etc/ld.so.conf.d/cuda.conf', path: '/opt/cuda/lib64', line: 1 },
    { file: '/etc/ld.so.preload', path: '/opt/x.so', line: 2 },
    { file: '/etc/ld.so.preload', path: '/opt/y.so', line: 2 },
  ]))

test.each([
  ['/usr/bin/find', '/usr/bin/find', 'setuid root'],
  ['/usr/bin/python3.11 cap_setuid=ep', '/usr/bin/python3.11', 'cap_setuid=ep'],
  ['/usr/bin/python3.9 = cap_setuid+ep', '/usr/bin/python3.9', 'cap_setuid+ep'],
  ['/usr/bin/perl cap_net_raw,cap_setuid=eip', '/usr/bin/perl', 'cap_net_raw,cap_setuid=eip'],
  ['/usr/local/bin/tool =ep', '/usr/local/bin/tool', '=ep'],
  ['/usr/bin/perl cap_setuid=i', undefined, undefined],
  ['', undefined, undefined],
])('%j', (row, path, by) => expect(parseRaised(rows(row))[0]).toEqual(path && { path, by, line: 1 }))

test.each([
  ['4755/root/root//opt/agent', ['setuid root']],
  ['6755/svc/docker//srv/my tools/agent', ['setuid svc', 'setgid docker']],
  ['2750/root/docker//usr/local/bin/agent', ['setgid docker']],
  // Nobody starts it; the bit of a group that may not start it asks for locks.
  ['4644/root/root//opt/agent', []],
  ['2745/root/docker//opt/agent', []],
  ['755/root/root//opt/agent', []],
  ['/home/ada/.ssh', []],
])('bits of %j', (row, by) => expect(parseSpecial(row, 1).map((one) => one.by)).toEqual(by))

test.each([
  ['no file system is', [], true],
  ['its own is', ['+/', '-/home'], false],
  ['that above is', ['-/', '+/home'], true],
  ['one beside it is', ['+/', '-/home/adam'], true],
  ['one within is', ['-/home', '+/home/ada'], true],
  ['the lower of two at one place is', ['-/home', '+/home'], true],
  ['all of it is', ['-/'], false],
])('mounted nosuid: %s', (_, mounts, counts) =>
  expect(withoutNosuid([{ path: '/home/ada/agent', by: 'setuid root', line: 1 }], rows(...mounts)).length > 0).toBe(counts),
)

test.runIf(spawnSync('busybox', ['true']).status === 0)('the find of busybox knows every word that it is asked', () => {
  const [access] = collectAccess({ modelPaths: [] } as unknown as Parameters<typeof collectAccess>[0]).filter(({ id }) => id === 'access')
  if (access?.kind !== 'script') throw new Error('no script')
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-find-'))
  try {
    const find = `find() { printf '%s\\n' called >>"${folder}/calls"; busybox find "$@" 2>&1 >/dev/null | grep unrecognized >>"${folder}/said"; }\n`
    spawnSync('sh', ['-c', `gh_sudo() { return 126; }\n${find}${access.script}`, 'sh', ...access.parameters], { stdio: 'ignore' })
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toMatch(/^(called\n){2,}$/)
    expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('capabilities are looked for below /opt as well, as deep as setuid programs', () => {
  const top = mkdtempSync(join(tmpdir(), 'gatehouse-caps-'))
  const program = join(top, 'opt/conda/bin/python3.11')
  mkdirSync(dirname(program), { recursive: true })
  writeFileSync(program, '', { mode: 0o755 })
  writeFileSync(join(top, 'opt/conda/bin/data'), '', { mode: 0o644 })
  const script = `set -f\nIFS='\n'\npam=\ngetcap() { for file do [ "$file" = -r ] || [ -d "$file" ] || printf '%s cap_setuid=ep\\n' "$file"; done; }\n${trustScript.replaceAll(' /opt', ` ${top}/opt`)}printf '%s' "$raised"`
  const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' })
  rmSync(top, { recursive: true })
  expect(stdout.split('\n').filter((row) => row.startsWith(top))).toEqual([`${program} cap_setuid=ep`])
})
