import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HostSession } from '../ports.ts'
import { runProbe } from './run-probe.ts'
import { command, type PrivilegedCommand, type SectionSpec, script } from './section.ts'
import { sudoersFor } from './sudoers.ts'

/**
 * The real sudo, with an account that exists only here: in a mount namespace of its own, passwd, shadow and sudoers.d are other files.
 * Nothing of the machine is changed.
 */
const possible =
  process.getuid?.() === 0 &&
  existsSync('/usr/bin/sudo') &&
  spawnSync('unshare', ['-m', 'true']).status === 0 &&
  existsSync('/usr/bin/setpriv')

const ACCOUNT = 'gh-audit'
const UID = '64123'
let root = ''

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'gatehouse-sudo-'))
  mkdirSync(join(root, 'sudoers.d'))
  writeFileSync(join(root, 'passwd'), `${readFileSync('/etc/passwd', 'utf8')}${ACCOUNT}:x:${UID}:${UID}::/:/bin/sh\n`)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Words of a command that runs as the audit account under these sudoers. */
function asAccount(sudoers: string, words: readonly string[]): string[] {
  writeFileSync(join(root, 'shadow'), `${readFileSync('/etc/shadow', 'utf8')}${ACCOUNT}:*:19000:0:99999:7:::\n`, { mode: 0o640 })
  writeFileSync(join(root, 'sudoers.d', 'gatehouse'), sudoers, { mode: 0o440 })
  const enter = `mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/shadow" /etc/shadow && mount --bind "$0/sudoers.d" /etc/sudoers.d && exec setpriv --reuid ${UID} --regid ${UID} --clear-groups "$@"`
  return ['unshare', '-m', 'sh', '-c', enter, root, ...words]
}

const sessionUnder = (sudoers: string, shell: readonly string[]): HostSession => ({
  exec: (_, options) =>
    new Promise((resolve, reject) => {
      const [program = '', ...args] = asAccount(sudoers, shell)
      const child = spawn(program, args, { detached: true, cwd: '/', env: { PATH: process.env.PATH } })
      child.stdout.on('data', (chunk: Buffer) => options.onStdout(chunk))
      child.on('error', reject)
      child.on('close', (exitCode) => resolve({ exitCode }))
      options.signal.addEventListener('abort', () => reject(new Error('closed')), { once: true })
      child.stdin.end(`${options.ahead ?? ''}${options.stdin ?? ''}`)
    }),
  openTcp: () => Promise.reject(new Error('not here')),
  openFiles: () => Promise.reject(new Error('not here')),
  close: () => undefined,
})

const ask = (sudoers: string, sections: readonly SectionSpec[], shell: readonly string[] = ['/usr/bin/dash']) =>
  runProbe(sessionUnder(sudoers, shell), sections, { account: ACCOUNT, signal: new AbortController().signal, timeoutMs: 20_000 })

const root0 = command({ id: 'id', argv: ['/usr/bin/id', '-u'], alternatives: ['/bin/id'], privilege: 'sudo' })
const one = command({ id: 'one', argv: ['/usr/bin/grep', 'root', '/dev/null'], privilege: 'sudo' })
const complaint = command({ id: 'complaint', argv: ['/usr/bin/cat', '/nonexistent/gatehouse'], privilege: 'sudo' })
const preferred = command({ id: 'preferred', argv: ['/usr/bin/id', '-un'], privilege: 'prefer-sudo' })
const mixed = script({
  id: 'mixed',
  script: 'gh_sudo 1; a=$?; gh_sudo 2; echo "$a $?"; [ "$a" = 0 ]',
  privileged: [{ argv: ['/usr/bin/id', '-u'] }, { argv: ['/usr/bin/id', '-g'] }],
  display: 'id',
})

describe.runIf(possible)('real sudo', () => {
  test.each([[['/usr/bin/dash']], [['/usr/bin/bash']], [['/usr/bin/busybox', 'sh']]])('everything is allowed: %j', async (shell) => {
    const sections = [root0, one, complaint, preferred, mixed]
    const { outputs, failure } = await ask(sudoersFor(ACCOUNT, sections), sections, shell)
    expect(failure).toBeUndefined()
    expect(outputs.get('id')).toMatchObject({ state: 'ok', stdout: '0\n', privileged: true, command: 'sudo id -u', sudoers: undefined })
    expect(outputs.get('one')).toMatchObject({ state: 'ok', exitCode: 1, privileged: true })
    expect(outputs.get('complaint')).toMatchObject({ state: 'ok', exitCode: 1, privileged: true })
    expect(outputs.get('complaint')?.stderr).toContain('No such file')
    expect(outputs.get('preferred')).toMatchObject({ state: 'ok', stdout: 'root\n', privileged: true })
    expect(outputs.get('mixed')).toMatchObject({ state: 'ok', stdout: '0\n0\n0 0\n', privileged: true, sudoers: undefined })
  })

  test.each([
    ['nobody is allowed anything', ''],
    ['a password would be asked', `${ACCOUNT} ALL=(root) ALL\n`],
    ['a password would be asked for these only', `${ACCOUNT} ALL=(root) ALL\n${ACCOUNT} ALL=(root) NOPASSWD: /usr/bin/true ""\n`],
    ['other commands are allowed', `${ACCOUNT} ALL=(root) NOPASSWD: /usr/bin/id -G\n`],
    ['a terminal is required', `Defaults requiretty\n${ACCOUNT} ALL=(root) NOPASSWD: ALL\n`],
  ])('%s: denied, with the line that would allow it', async (_, sudoers) => {
    const { outputs, failure } = await ask(sudoers, [root0, one, preferred, mixed])
    expect(failure).toBeUndefined()
    expect(outputs.get('id')).toMatchObject({ state: 'denied', stdout: '', privileged: false, exitCode: null, command: 'sudo id -u' })
    expect(outputs.get('id')?.sudoers).toBe(`${ACCOUNT} ALL=(root) NOPASSWD: /usr/bin/id -u, /bin/id -u`)
    expect(outputs.get('one')?.state).toBe('denied')
    expect(outputs.get('preferred')).toMatchObject({ state: 'ok', stdout: `${ACCOUNT}\n`, privileged: false, command: 'id -un' })
    expect(outputs.get('preferred')?.sudoers).toBe(`${ACCOUNT} ALL=(root) NOPASSWD: /usr/bin/id -un`)
    expect(outputs.get('mixed')).toMatchObject({ state: 'denied', stdout: '126 126\n', privileged: false })
    expect(outputs.get('mixed')?.sudoers?.split('\n')).toHaveLength(2)
  })

  test('one of two is allowed', async () => {
    const { outputs } = await ask(`${ACCOUNT} ALL=(root) NOPASSWD: /usr/bin/id -u\n`, [mixed, root0])
    expect(outputs.get('mixed')).toMatchObject({ state: 'ok', stdout: '0\n0 126\n', privileged: false })
    expect(outputs.get('mixed')?.sudoers).toBe(`${ACCOUNT} ALL=(root) NOPASSWD: /usr/bin/id -g`)
    expect(outputs.get('id')).toMatchObject({ state: 'ok', privileged: true })
  })

  test('a pty for every command (the default from 1.9.14, and what CIS asks for) changes nothing', async () => {
    const sections = [root0, one, complaint, mixed]
    const { outputs, failure } = await ask(`Defaults use_pty\n${sudoersFor(ACCOUNT, sections)}`, sections)
    expect(failure).toBeUndefined()
    expect(outputs.get('id')).toMatchObject({ state: 'ok', stdout: '0\n', privileged: true })
    expect(outputs.get('one')).toMatchObject({ state: 'ok', exitCode: 1, privileged: true })
    expect(outputs.get('complaint')?.stderr).toContain('No such file')
    expect(outputs.get('mixed')).toMatchObject({ state: 'ok', stdout: '0\n0\n0 0\n', privileged: true })
  })

  test('a root command that hangs does not hold the others up', async () => {
    const hangs = command({ id: 'hangs', argv: ['/usr/bin/sleep', '9'], privilege: 'sudo', timeoutMs: 1000 })
    const { outputs } = await ask(sudoersFor(ACCOUNT, [hangs, root0]), [hangs, root0])
    expect(outputs.get('hangs')).toMatchObject({ state: 'timed-out', exitCode: null })
    expect(outputs.get('id')).toMatchObject({ state: 'ok', stdout: '0\n' })
  })

  test('a root command that cannot be ended is given up, and the others are kept', async () => {
    const deaf = join(root, 'deaf')
    writeFileSync(deaf, "#!/bin/sh\ntrap '' TERM\nsleep 10\n", { mode: 0o755 })
    chmodSync(root, 0o755)
    const hangs = command({ id: 'hangs', argv: [deaf], privilege: 'sudo', timeoutMs: 1000 })
    const { outputs, failure } = await ask(sudoersFor(ACCOUNT, [hangs, root0]), [hangs, root0])
    expect(failure).toEqual({ code: 'probe.timeout', detail: 'hangs cannot be ended on the host' })
    expect(outputs.get('hangs')).toMatchObject({ state: 'timed-out', exitCode: null })
    expect(outputs.get('id')).toMatchObject({ state: 'ok', stdout: '0\n' })
  })

  const odd: readonly PrivilegedCommand[] = [
    {
      argv: [
        '/usr/bin/printf',
        '%s|',
        'a*b',
        'c?d',
        '[e]',
        '!f',
        'g,h:i=j\\k',
        '#l',
        'm"n\'o',
        '-printf',
        '%y/%m',
        '~',
        '$HOME',
        '(p)',
        '&',
        'ü',
      ],
    },
    { argv: ['/usr/bin/true'] },
    { argv: ['/usr/bin/printf', '/srv/my models/x'] },
  ]
  const text = (commands: readonly PrivilegedCommand[]) =>
    sudoersFor(ACCOUNT, [script({ id: 'odd', script: ':', privileged: commands, display: 'odd' })])
  const attempt = (argv: readonly string[]) => {
    const [program = '', ...args] = asAccount(text(odd), ['sudo', '-n', '--', ...argv])
    return spawnSync(program, args, { encoding: 'utf8', cwd: '/' })
  }

  test('the drop-in passes visudo and allows exactly its commands', () => {
    const file = join(root, 'drop-in')
    writeFileSync(file, text(odd), { mode: 0o440 })
    expect(execFileSync('visudo', ['-c', '-f', file], { encoding: 'utf8' })).toContain('parsed OK')
    for (const { argv } of odd) expect(attempt(argv), argv.join(' ')).toMatchObject({ status: 0, stderr: '' })
    expect(attempt(odd[0]?.argv ?? []).stdout).toBe(`${odd[0]?.argv.slice(2).join('|')}|`)
    const others = [
      ['/usr/bin/true', 'x'],
      ['/usr/bin/false'],
      ['/usr/bin/printf'],
      ['/usr/bin/printf', '/srv/my models/y'],
      ['/usr/bin/printf', '/srv/my models/x', 'more'],
      ['/usr/bin/printf', '%s|', 'aXb', ...(odd[0]?.argv.slice(3) ?? [])],
      ['/usr/bin/printf', '%s|', 'a*b', 'cXd', ...(odd[0]?.argv.slice(4) ?? [])],
      ['/usr/bin/printf', '%s|', 'a*b', 'c?d', 'e', ...(odd[0]?.argv.slice(5) ?? [])],
      (odd[0]?.argv ?? []).map((word) => word.replaceAll('\\', '')),
    ]
    for (const argv of others) expect(attempt(argv), argv.join(' ')).toMatchObject({ status: 1, stdout: '' })
  })
})
