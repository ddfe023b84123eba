import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { ExecOptions, ExecResult, HostSession } from '../ports.ts'
import { type ProbeRun, runProbe } from './run-probe.ts'
import { command, type SectionSpec, script } from './section.ts'

/** Real shells on this machine stand for hosts. The script is the one that is sent; only its PATH is that of the host. */
interface LocalHost {
  readonly shell: readonly [string, ...string[]]
  readonly path?: string
  /** What the login prints before the shell reads its script. */
  readonly greeting?: string
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A PATH that holds only these programs, `name` or `name=file`; `from` names busybox when its applets are wanted. */
function pathOf(programs: readonly string[], from?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-path-'))
  folders.push(folder)
  for (const entry of programs) {
    const [name = '', file = name] = entry.split('=')
    symlinkSync(from ?? `/usr/bin/${file}`, join(folder, name))
  }
  return folder
}

const inputOf = ({ ahead = '', stdin = '', afresh = () => ahead + stdin }: ExecOptions): string => afresh()

const textFor = (it: LocalHost, stdin: string): string =>
  stdin.replace('PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', `PATH=${it.path ?? '/usr/sbin:/usr/bin:/sbin:/bin'}`)

const run = (it: LocalHost, stdin: string, options: ExecOptions): Promise<ExecResult> =>
  new Promise((resolve, reject) => {
    // Its own process group, so that nothing here can be hit when a probe ends its children.
    const child = spawn(it.shell[0], it.shell.slice(1), { detached: true, env: {}, stdio: 'pipe' })
    if (it.greeting !== undefined) options.onStdout(Buffer.from(it.greeting))
    child.stdout.on('data', (chunk: Buffer) => {
      if (options.onStdout(chunk) === false) child.stdout.destroy()
    })
    child.stderr.on('data', (chunk: Buffer) => options.onStderr?.(chunk))
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal: signal ?? undefined }))
    options.signal.addEventListener('abort', () => reject(new Error('closed')), { once: true })
    child.stdin.end(textFor(it, stdin))
  })

const sessionOn = (it: LocalHost): HostSession => ({
  exec: (_, options) => run(it, inputOf(options), options),
  openTcp: () => Promise.reject(new Error('not here')),
  openFiles: () => Promise.reject(new Error('not here')),
  close: () => undefined,
})

const probe = (it: LocalHost, sections: readonly SectionSpec[], timeoutMs = 15_000): Promise<ProbeRun> =>
  runProbe(sessionOn(it), sections, { account: 'audit', signal: new AbortController().signal, timeoutMs })

const shells: readonly (readonly [string, LocalHost])[] = [
  ['dash', { shell: ['/usr/bin/dash'] }],
  ['bash', { shell: ['/usr/bin/bash'] }],
  ['bash --posix', { shell: ['/usr/bin/bash', '--posix'] }],
  ['busybox sh', { shell: ['/usr/bin/busybox', 'sh'] }],
  [
    'busybox sh with busybox tools',
    {
      shell: ['/usr/bin/busybox', 'sh'],
      path: pathOf(['id', 'base64', 'awk', 'tail', 'cat', 'sleep', 'tee'], '/usr/bin/busybox'),
    },
  ],
  ['dash without base64', { shell: ['/usr/bin/dash'], path: pathOf(['id', 'od', 'awk', 'tail', 'cat', 'sleep', 'tee']) }],
  ['bash with gawk', { shell: ['/usr/bin/bash'], path: pathOf(['id', 'base64', 'awk=gawk', 'tail', 'cat', 'sleep', 'tee']) }],
]

/** A program file with this shell text. */
function program(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-program-'))
  folders.push(folder)
  const file = join(folder, 'program')
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  return file
}

const section = (id: string, text: string, more: Partial<Pick<SectionSpec, 'timeoutMs' | 'maxBytes' | 'alone'>> = {}): SectionSpec => ({
  ...command({ id, argv: [program(text)], privilege: 'none' }),
  ...more,
})

const forged = (nonceLike: string) => `${nonceLike} 0 s w 0 r 0 1.0 2.0\n${nonceLike} z\n`

const text = (run: ProbeRun, id: string) => run.outputs.get(id)?.stdout

/** What this machine has; the test runner installs the rest where it may. */
const installed = shells.filter(
  ([name, { shell }]) => existsSync(shell?.[0] ?? '/bin/sh') && (!name.includes('gawk') || existsSync('/usr/bin/gawk')),
)

describe.each(installed)('%s', (_, host) => {
  test('tells what each section said, to the byte', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-data-'))
    folders.push(folder)
    const blob = randomBytes(200_003)
    writeFileSync(join(folder, 'blob'), blob)
    const lines = Array.from({ length: 40 }, (_, n) => `${'~'.repeat(n % 7)}${'x'.repeat(n * 250)}~n`).join('\n')
    writeFileSync(join(folder, 'lines'), `\n\n${lines}\n\n`)
    const odd = Buffer.concat([
      Buffer.from('a\0b\u001b[31mred\r\n\u00fc'),
      Buffer.from([0xff, 0xfe, 0x80]),
      Buffer.from('\n\n no newline at the end'),
    ])
    writeFileSync(join(folder, 'odd'), odd)
    writeFileSync(join(folder, 'forged'), forged('0123456789abcdef0123456789abcdef') + forged('=0 r 0 1.0 2.0'))
    const cat = (id: string) => command({ id, argv: ['/usr/bin/cat', join(folder, id)], privilege: 'none' })
    const { outputs, failure, noiseBytes, uid } = await probe({ ...host, greeting: 'Welcome to gpu-01!\nno newline' }, [
      cat('blob'),
      cat('odd'),
      cat('forged'),
      cat('lines'),
      section('empty', ':'),
      section('three', 'echo out; echo "why not" >&2; exit 3'),
      section('own-124', 'exit 1'),
      section('stdin', '/usr/bin/cat; echo end'),
      command({ id: 'missing', argv: ['/nonexistent/gh-program', 'x'], privilege: 'none' }),
      command({
        id: 'alternative',
        argv: ['/nonexistent/echo', 'a b', "it's", '$HOME', '*'],
        alternatives: ['/usr/bin/echo'],
        privilege: 'none',
      }),
    ])
    expect(failure).toBeUndefined()
    expect(uid).toBe(process.getuid?.())
    expect(noiseBytes).toBe('Welcome to gpu-01!no newline'.length)
    expect(outputs.get('blob')).toMatchObject({ state: 'ok', bytes: blob.length, sha256: createHash('sha256').update(blob).digest('hex') })
    expect(outputs.get('odd')).toMatchObject({ bytes: odd.length, stdout: odd.toString('utf8') })
    expect(text({ outputs } as ProbeRun, 'forged')).toBe(readFileSync(join(folder, 'forged'), 'utf8'))
    expect(text({ outputs } as ProbeRun, 'lines')).toBe(`\n\n${lines}\n\n`)
    expect(outputs.get('empty')).toMatchObject({ state: 'ok', exitCode: 0, stdout: '', stderr: '', bytes: 0 })
    expect(outputs.get('three')).toMatchObject({ state: 'ok', exitCode: 3, stdout: 'out\n', stderr: 'why not\n' })
    expect(outputs.get('own-124')).toMatchObject({ state: 'ok', exitCode: 1 })
    expect(outputs.get('stdin')).toMatchObject({ stdout: 'end\n' })
    expect(outputs.get('missing')).toMatchObject({ state: 'missing', exitCode: null })
    expect(outputs.get('alternative')).toMatchObject({ stdout: "a b it's $HOME *\n", command: `echo 'a b' 'it'\\''s' '$HOME' '*'` })
  })

  test('bounds what floods and what hangs, and the others finish', async () => {
    const { outputs, failure } = await probe(host, [
      section('flood', 'while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done', {
        maxBytes: 100_000,
        alone: true,
      }),
      section('exact', '/usr/bin/head -c 100000 /dev/zero', { maxBytes: 100_000 }),
      section('one-more', '/usr/bin/head -c 100001 /dev/zero', { maxBytes: 100_000 }),
      section('one-line', "/usr/bin/head -c 400000000 /dev/zero | /usr/bin/tr '\\0' x", { maxBytes: 100_000, alone: true }),
      section('complains', '/usr/bin/head -c 1000000 /dev/zero >&2; echo done'),
      section('hangs', 'echo before; while :; do /usr/bin/sleep 61; done', { timeoutMs: 1000 }),
      section('deaf', "trap '' TERM; echo before; while :; do /usr/bin/sleep 61; done", { timeoutMs: 1000 }),
      section('after', 'echo fine'),
    ])
    expect(failure).toBeUndefined()
    expect(outputs.get('flood')).toMatchObject({ state: 'truncated', bytes: 100_000 })
    expect(outputs.get('exact')).toMatchObject({ state: 'ok', bytes: 100_000 })
    expect(outputs.get('one-more')).toMatchObject({ state: 'truncated', bytes: 100_000 })
    expect(outputs.get('one-line')).toMatchObject({ state: 'truncated' })
    expect(outputs.get('one-line')?.bytes).toBeLessThanOrEqual(100_000)
    expect(outputs.get('complains')).toMatchObject({ state: 'ok', exitCode: 0, stdout: 'done\n' })
    expect(outputs.get('complains')?.stderr.length).toBeLessThan(9000)
    expect(outputs.get('hangs')).toMatchObject({ state: 'timed-out', stdout: 'before\n', exitCode: null })
    expect(outputs.get('deaf')).toMatchObject({ state: 'timed-out', stdout: 'before\n' })
    expect(outputs.get('after')).toMatchObject({ state: 'ok', stdout: 'fine\n' })
  })

  test('between the shell and what it asks stands no program', async () => {
    const { outputs, failure } = await probe(host, [section('parent', 'read -r name <"/proc/$PPID/comm"; echo "$name"; exit 3')])
    expect(failure).toBeUndefined()
    expect(outputs.get('parent')).toMatchObject({ state: 'ok', exitCode: 3, stdout: `${basename(host.shell[0])}\n` })
  })

  test('what hangs is ended with all that came from it, and no more than that', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-hangs-'))
    folders.push(folder)
    execFileSync('mkfifo', [join(folder, 'fifo')])
    const orphan = '(/usr/bin/sleep 62 &)'
    const asked = [
      section('in-a-child', `${orphan}; /usr/bin/sleep 61 | /usr/bin/cat`, { timeoutMs: 1000 }),
      section('left-behind', `${orphan}; echo out; exit 3`, { timeoutMs: 1000 }),
      script({
        id: 'in-the-shell',
        script: 'echo before; read -r line <"$1"; echo after',
        parameters: [join(folder, 'fifo')],
        display: '',
        timeoutMs: 1000,
      }),
      section('longer', '/usr/bin/sleep 4; echo "slept $PPID"'),
    ]
    const { outputs, failure } = await probe(host, asked)
    expect(failure).toBeUndefined()
    expect(outputs.get('in-a-child')).toMatchObject({ state: 'timed-out', exitCode: null })
    // Nothing more came from it; that somebody held its stderr open is not its failure.
    expect(outputs.get('left-behind')).toMatchObject({ state: 'ok', exitCode: 3, stdout: 'out\n' })
    expect(outputs.get('in-the-shell')).toMatchObject({ state: 'timed-out', stdout: 'before\n' })
    expect(outputs.get('longer')).toMatchObject({ state: 'ok', stdout: expect.stringMatching(/^slept \d+\n$/) })
    expect(execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' })).not.toMatch(/^\S*sleep 6[12]$/m)
  })

  test('complaints without end are bounded, and their command ends as it would', async () => {
    const { outputs, failure } = await probe(host, [
      section('babbles', 'echo before; exec /usr/bin/yes a complaint >&2', { timeoutMs: 1000 }),
      section('many', 'n=0; while [ "$n" -lt 3000 ]; do echo "~complaint $n" >&2; n=$((n + 1)); done; echo done; exit 3'),
      section('tildes', '/usr/bin/printf "~~\\n\\n~n\\303\\274 end" >&2'),
      section('after', 'echo fine'),
    ])
    expect(failure).toBeUndefined()
    expect(outputs.get('babbles')?.stdout.trim()).toBe('before')
    expect(['timed-out', 'truncated']).toContain(outputs.get('babbles')?.state)
    expect(outputs.get('babbles')?.stderr.length).toBeLessThanOrEqual(4001)
    expect(outputs.get('many')).toMatchObject({ state: 'ok', exitCode: 3, stdout: 'done\n' })
    expect(outputs.get('many')?.stderr).toMatch(/^[^\n]*\n(~complaint 2\d\d\d\n)+$/)
    expect(outputs.get('many')?.stderr).toContain('~complaint 2999\n')
    expect(outputs.get('tildes')?.stderr).toBe('~~\n\n~n\u00fc end\n')
    expect(outputs.get('after')).toMatchObject({ state: 'ok', stdout: 'fine\n' })
  })

  test('of those that have one reader, what floods is cut, and those behind it are told', async () => {
    const floods = (id: string) =>
      section(id, 'echo why >&2; while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done', {
        maxBytes: 1000,
        timeoutMs: 1000,
      })
    const more = (id: string) => section(id, 'echo why >&2; /usr/bin/head -c 1001 /dev/zero; exit 3', { maxBytes: 1000 })
    const fine = (id: string) => section(id, '/usr/bin/printf "~\\n\\nno end"; echo "of $0" >&2')
    const names = Array.from({ length: 5 }, (_, at) => String(at))
    // Five lanes: what follows another stands five places behind it.
    const { outputs, failure } = await probe(host, [
      ...names.map((at) => fine(`first-${at}`)),
      ...names.map((at) => (at === '0' ? floods('flood') : more(`more-${at}`))),
      ...names.map((at) => fine(`last-${at}`)),
    ])
    expect(failure).toBeUndefined()
    for (const at of names)
      for (const id of [`first-${at}`, `last-${at}`])
        expect(outputs.get(id)).toMatchObject({
          state: 'ok',
          exitCode: 0,
          stdout: '~\n\nno end',
          stderr: expect.stringMatching(/^of .*\n$/),
        })
    expect(outputs.get('flood')).toMatchObject({ state: 'truncated', bytes: 1000 })
    expect(outputs.get('more-1')).toMatchObject({ state: 'truncated', bytes: 1000 })
  })

  test('a reader that breaks takes its sections with it, and no other', async () => {
    const { outputs, failure } = await probe(host, [
      ...Array.from({ length: 5 }, (_, at) =>
        section(`line-${at}`, "/usr/bin/head -c 400000000 /dev/zero | /usr/bin/tr '\\0' x", { maxBytes: 1000 }),
      ),
      ...Array.from({ length: 5 }, (_, at) => section(`same-${at}`, 'echo fine')),
      ...Array.from({ length: 5 }, (_, at) => section(`other-${at}`, 'echo fine', { alone: true })),
    ])
    expect(failure).toBeUndefined()
    for (let at = 0; at < 5; at++) {
      // An awk that cuts a long line by itself goes on.
      const { state, bytes = 0 } = outputs.get(`line-${at}`) ?? {}
      expect([state, bytes <= 1000]).toEqual(['truncated', true])
      expect([
        ['not-run', ''],
        ['ok', 'fine\n'],
      ]).toContainEqual([outputs.get(`same-${at}`)?.state, outputs.get(`same-${at}`)?.stdout])
      expect(outputs.get(`other-${at}`)).toMatchObject({ state: 'ok', stdout: 'fine\n' })
    }
  })

  test('what a section that is alone leaves behind speaks in no other', async () => {
    const left = "(trap '' HUP TERM; /usr/bin/sleep 0.3; echo late) 2>/dev/null & echo out"
    const { outputs, failure } = await probe(host, [
      ...Array.from({ length: 5 }, (_, at) => section(`leaves-${at}`, left, { alone: true })),
      ...Array.from({ length: 5 }, (_, at) => section(`next-${at}`, '/usr/bin/sleep 0.6; echo next')),
    ])
    expect(failure).toBeUndefined()
    for (let at = 0; at < 5; at++) {
      // Where output is encoded on the way, that waits for the last who writes.
      expect(outputs.get(`leaves-${at}`)?.stdout).toMatch(/^out\n(late\n)?$/)
      expect(outputs.get(`leaves-${at}`)?.state).toBe('ok')
      expect(outputs.get(`next-${at}`)).toMatchObject({ state: 'ok', stdout: 'next\n' })
    }
  })

  test('what hangs on another section is asked only where that failed', async () => {
    const second = (id: string) => script({ id: `${id}-2`, unless: id, script: 'echo instead', display: id })
    const leaders = [
      section('fine', 'echo out'),
      section('fails', 'echo out; exit 3'),
      section('complains', 'echo why >&2'),
      section('floods', '/usr/bin/head -c 5000 /dev/zero', { maxBytes: 1000 }),
      section('hangs', '/usr/bin/sleep 61', { timeoutMs: 1000 }),
      command({ id: 'missing', argv: ['/nonexistent/gh-program'], privilege: 'none' }),
    ]
    const { outputs, failure } = await probe(host, [...leaders, ...leaders.map(({ id }) => second(id)), section('after', 'echo after')])
    expect(failure).toBeUndefined()
    const said = leaders.map(({ id }) => [id, text({ outputs } as ProbeRun, `${id}-2`)])
    expect(said).toEqual([
      ['fine', ''],
      ['fails', 'instead\n'],
      ['complains', ''],
      ['floods', ''],
      ['hangs', 'instead\n'],
      ['missing', 'instead\n'],
    ])
    expect(outputs.get('fine-2')).toMatchObject({ state: 'ok', exitCode: 0, privileged: false, bytes: 0 })
    expect(outputs.get('complains')).toMatchObject({ stderr: 'why\n', exitCode: 0 })
    expect(outputs.get('after')).toMatchObject({ state: 'ok', stdout: 'after\n' })
  })

  test('what is asked by a path is asked only where all of them are there', async () => {
    const by = (id: string, ...where: string[]) =>
      script({ id, script: 'echo asked', display: id, privileged: [{ argv: ['/bin/true'] }], where })
    const sections = [
      by('there', '/bin/sh', '/'),
      by('half', '/bin/sh', "/no such 'thing"),
      by('not', '/nowhere'),
      section('after', 'echo after'),
    ]
    const { outputs, failure } = await probe(host, sections)
    expect(failure).toBeUndefined()
    expect(sections.map(({ id }) => text({ outputs } as ProbeRun, id))).toEqual(['asked\n', '', '', 'after\n'])
    // Nobody refused it.
    expect(outputs.get('half')).toMatchObject({ state: 'ok', exitCode: 0, privileged: false, bytes: 0, sudoers: undefined })
  })

  test('a section that reads another sees what that prints, to its end', async () => {
    const long = Array.from({ length: 3000 }, (_, n) => `line ${n} ~n`).join('\n')
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-read-'))
    folders.push(folder)
    writeFileSync(join(folder, 'long'), long)
    const reader = (id: string, timeoutMs = 10_000) =>
      script({ id: `${id}-2`, reads: id, script: 'set -f; all=$(/usr/bin/cat); printf "<%s>" "$all"', display: id, timeoutMs })
    const leaders = [
      command({ id: 'long', argv: ['/usr/bin/cat', join(folder, 'long')], privilege: 'none' }),
      section('fails', 'echo out; echo why >&2; exit 3'),
      section('hangs', 'echo before; /usr/bin/sleep 61', { timeoutMs: 1000 }),
      command({ id: 'missing', argv: ['/nonexistent/gh-program'], privilege: 'none' }),
    ]
    const { outputs, failure } = await probe(host, [...leaders, ...leaders.map(({ id }) => reader(id)), section('after', 'echo after')])
    expect(failure).toBeUndefined()
    expect(text({ outputs } as ProbeRun, 'long')).toBe(long)
    expect(text({ outputs } as ProbeRun, 'long-2')).toBe(`<${long}>`)
    expect(outputs.get('fails')).toMatchObject({ state: 'ok', exitCode: 3, stdout: 'out\n', stderr: 'why\n' })
    expect(text({ outputs } as ProbeRun, 'fails-2')).toBe('<out>')
    expect(outputs.get('hangs')).toMatchObject({ state: 'timed-out', stdout: 'before\n' })
    expect(text({ outputs } as ProbeRun, 'hangs-2')).toBe('<before>')
    expect(outputs.get('missing')).toMatchObject({ state: 'missing' })
    expect(outputs.get('missing-2')).toMatchObject({ state: 'ok', stdout: '<>' })
    expect(outputs.get('after')).toMatchObject({ state: 'ok', stdout: 'after\n' })
  })

  test.runIf(process.getuid?.() === 0)('scripts get their data as parameters, and root only through gh_sudo', async () => {
    const { outputs } = await probe(host, [
      script({
        id: 'words',
        script: 'for word do printf "%s|" "$word"; done; gh_sudo 1; gh_sudo 2; echo "$?"; gh_sudo 9; exit 5',
        parameters: ["it's", '$(reboot)', '', 'a\nb', '*'],
        privileged: [
          { argv: ['/nonexistent/echo', 'one;', '$x'], alternatives: ['/usr/bin/echo'] },
          { argv: ['/usr/bin/sh', '-c', 'exit 7'] },
        ],
        display: 'words',
      }),
      script({
        id: 'amid',
        script: 'printf "half a line"; gh_sudo 1 >/dev/null; echo ", the other half"; gh_sudo 2; gh_sudo 1; exit 0',
        privileged: [{ argv: ['/usr/bin/true'] }, { argv: ['/usr/bin/sh', '-c', 'echo "why~" >&2; exit 3'] }],
        display: 'amid',
      }),
    ])
    expect(outputs.get('amid')).toMatchObject({ exitCode: 0, privileged: true, stdout: 'half a line, the other half\n', stderr: 'why~\n' })
    expect(outputs.get('words')).toMatchObject({
      state: 'ok',
      exitCode: 5,
      privileged: true,
      stdout: "it's|$(reboot)||a\nb|*|one; $x\n7\n",
      sudoers: undefined,
    })
  })
})

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

/** One shell that is asked more than once: what it is sent at first, then calls alone, each when the one before is over. */
test.each(installed)('%s is called again, and nothing is left of the call before', async (_, host) => {
  const child = spawn(host.shell[0], host.shell.slice(1), { detached: true, env: {}, stdio: 'pipe' })
  const sent: string[] = []
  const session: HostSession = {
    ...sessionOn(host),
    exec: (_, options) =>
      new Promise((resolve) => {
        const { stdin = '', rests = 'none', onStdout } = options
        let said = ''
        child.stdout.on('data', function hear(chunk: Buffer) {
          said += chunk.toString('latin1')
          onStdout(chunk)
          if (!said.endsWith(rests)) return
          child.stdout.off('data', hear)
          resolve({ exitCode: null })
        })
        sent.push(sent.length === 0 ? inputOf(options) : stdin)
        child.stdin.write(textFor(host, sent.at(-1) ?? ''))
      }),
  }
  const sections = [
    section('says', 'echo $PPID; echo no >&2; exit 3'),
    section('reads', '/usr/bin/cat; echo end'),
    script({ id: 'leaves', script: 'echo "[$left]"; left=behind; cd /; ulimit -c 0; exec 1>&-', display: 'leaves' }),
  ]
  const options = { account: 'audit', signal: new AbortController().signal, timeoutMs: 15_000 }
  for (let call = 0; call < 3; call++) {
    const probed = await runProbe(session, sections, options)
    const { outputs, failure } = probed
    expect(failure).toBeUndefined()
    expect(outputs.get('says')).toMatchObject({ state: 'ok', exitCode: 3, stderr: 'no\n' })
    expect(execFileSync('ps', ['-o', 'pid=', '-s', String(child.pid)], { encoding: 'utf8' }).trim()).toBe(String(child.pid))
    expect([text(probed, 'reads'), text(probed, 'leaves')]).toEqual(['end\n', '[]\n'])
  }
  expect(sent[2]?.length).toBeLessThan(200)
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.stdin.end()
  expect(await closed).toBe(0)
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
