import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { HostSession } from '../ports.ts'
import { folders, inputOf, installed, probe, section, sessionOn, text, textFor } from './local-host.testing.ts'
import { type ProbeRun, runProbe } from './run-probe.ts'
import { command, script } from './section.ts'

const forged = (nonceLike: string) => `${nonceLike} 0 s w 0 r 0 1.0 2.0\n${nonceLike} z\n`

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
