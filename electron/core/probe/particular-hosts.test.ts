import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { HostSession } from '../ports.ts'
import { folders, inputOf, type LocalHost, pathOf, probe, program, run, section, sessionOn } from './local-host.testing.ts'
import { runProbe } from './run-probe.ts'

test.each([
  ['text', 'mawk and gawk', ['id', 'awk=gawk', 'cat', 'sleep']],
  ['base64', 'busybox', ['id', 'base64', 'cat', 'awk=busybox', 'sleep']],
  ['od', 'busybox', ['id', 'od', 'cat', 'awk=busybox', 'sleep']],
])('output is framed as %s where awk is %s', async (form, _, programs) => {
  let said = ''
  const host: LocalHost = { shell: ['/usr/bin/dash'], path: pathOf(programs) }
  const session: HostSession = {
    ...sessionOn(host),
    exec: (_command, options) =>
      run(host, inputOf(options), {
        ...options,
        onStdout: (chunk) => {
          said += chunk.toString('latin1')
          return options.onStdout(chunk)
        },
      }),
  }
  await runProbe(session, [section('a', 'echo a')], { account: 'audit', signal: new AbortController().signal, timeoutMs: 15_000 })
  expect(/^[0-9a-f]{32} h (\S*)/m.exec(said)?.[1]).toBe(form)
})

/** bash maps the whole archive of locales where LANG asks for any: 220 MB where it holds those of all languages, as RHEL's does. */
test.runIf(process.getuid?.() === 0)('complaints are read by a bash that has mapped a large locale archive, too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-locales-'))
  folders.push(folder)
  const locales = join(folder, 'usr/lib/locale')
  mkdirSync(locales, { recursive: true })
  execFileSync('localedef', ['--prefix', folder, '--add-to-archive', '/usr/lib/locale/C.utf8'])
  truncateSync(join(locales, 'locale-archive'), 300 * 1024 * 1024)
  const enter = `mount --bind ${locales} /usr/lib/locale; LANG=de_DE.UTF-8; export LANG; exec bash "$@"`
  const host: LocalHost = { shell: [program(`PATH=/usr/bin; exec unshare -m sh -c '${enter}' sh "$@"`)] }
  const { outputs, failure } = await probe(host, [
    section('many', 'n=0; while [ "$n" -lt 30000 ]; do echo "complaint $n" >&2; n=$((n + 1)); done; echo done'),
  ])
  expect(failure).toBeUndefined()
  expect(outputs.get('many')).toMatchObject({ state: 'ok', exitCode: 0, stdout: 'done\n' })
  expect(outputs.get('many')?.stderr).toContain('complaint 29999\n')
})

test('no other account can learn the nonce from the list of processes', async () => {
  let script = ''
  const session: HostSession = {
    ...sessionOn({ shell: ['/usr/bin/dash'] }),
    exec: (_, options) => {
      script = inputOf(options)
      return run({ shell: ['/usr/bin/dash'] }, script, options)
    },
  }
  // The other section may begin later.
  const list = 'while list=$(/usr/bin/ps -eo args=); do case $list in *"sleep 1.5"*) echo "$list"; break ;; esac; done'
  const sections = [section('ps', list), section('sleep', '/usr/bin/sleep 1.5')]
  const { outputs } = await runProbe(session, sections, { account: 'audit', signal: new AbortController().signal, timeoutMs: 15_000 })
  const nonce = /gh_k=([0-9a-f]{32})/.exec(script)?.[1] ?? 'none'
  expect(outputs.get('ps')?.stdout).toContain('sleep 1.5')
  expect(outputs.get('ps')?.stdout).not.toContain(nonce)
})

test('what is ended is below the shell, never above it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-above-'))
  folders.push(folder)
  const file = join(folder, 'ended')
  const host: LocalHost = { shell: [program(`/usr/bin/sh -c '/usr/bin/dash; exit $?'; echo "$?" >${file}`)] }
  const { outputs, failure } = await probe(host, [section('left-behind', '(/usr/bin/sleep 62 &); echo out', { timeoutMs: 1000 })])
  expect(failure).toBeUndefined()
  expect(outputs.get('left-behind')).toMatchObject({ state: 'ok', stdout: 'out\n' })
  // 128 + SIGKILL is what it must not be; whoever asked may have gone before the shell's last words.
  expect(readFileSync(file, 'utf8')).not.toBe('137\n')
})

test('where the watchdog cannot be told anything the rest goes on', async () => {
  const host: LocalHost = { shell: ['/usr/bin/dash'] }
  const session: HostSession = {
    ...sessionOn(host),
    exec: (_, options) => run(host, inputOf(options).replace(': | gh_dog 4<>/proc/self/fd/0', '/usr/bin/sleep 20'), options),
  }
  const options = { account: 'audit', signal: new AbortController().signal, timeoutMs: 15_000 }
  const { outputs, failure } = await runProbe(session, [section('a', 'echo a')], options)
  expect(failure).toBeUndefined()
  expect(outputs.get('a')).toMatchObject({ state: 'ok', stdout: 'a\n' })
})

test('without a watchdog what hangs is given up, and the others are kept', async () => {
  const host: LocalHost = { shell: ['/usr/bin/dash'], path: pathOf(['id', 'base64', 'awk', 'tail', 'cat']) }
  const { outputs, failure } = await probe(host, [
    section('hangs', 'echo before; /usr/bin/sleep 8; echo after', { timeoutMs: 1000 }),
    section('fails', 'echo no >&2; exit 3'),
  ])
  expect(failure).toEqual({ code: 'probe.timeout', detail: 'hangs cannot be ended on the host' })
  expect(outputs.get('hangs')).toMatchObject({ state: 'timed-out', exitCode: null })
  expect(outputs.get('fails')).toMatchObject({ state: 'ok', exitCode: 3, stderr: 'no\n' })
})

test('a host without the tools to frame an answer says so', async () => {
  const path = pathOf(['id', 'cat', 'sleep', 'awk=busybox'])
  const { outputs, failure } = await probe({ shell: ['/usr/bin/dash'], path }, [section('a', 'echo a')])
  expect(failure?.code).toBe('probe.no-shell')
  expect(outputs.get('a')).toMatchObject({ state: 'not-run', exitCode: null, stdout: '' })
})

test('a login that is no shell says so, with its own words', async () => {
  const host: LocalHost = { shell: ['/usr/bin/sh', '-c', 'echo This account is currently not available.; exit 1'] }
  const { failure, outputs } = await probe(host, [section('a', 'echo a')])
  expect(failure).toEqual({ code: 'probe.no-shell', detail: '/bin/sh ended with 1 and said: This account is currently not available.' })
  expect(outputs.get('a')?.state).toBe('not-run')
})
