import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, realpathSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { collectProcesses } from './collect.ts'
import { parseProcesses } from './parse.ts'

const [section] = collectProcesses()

/** The section's script on this very machine, without the probe around it. */
function run(shell: readonly string[], before = '', top = ''): string {
  if (section?.kind !== 'script') throw new Error('not a script')
  const [program = '', ...args] = shell
  return spawnSync(program, [...args, '-c', before + section.script, 'sh', ...section.parameters], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, gh_k: 'f'.repeat(32), ...(top !== '' && { gh_top: top }) },
  }).stdout
}

/** The same as root, whose sudo is a function here. */
const asRoot = `gh_sudo() { find /proc -maxdepth 2 -name exe -printf '%P/%l' -print0; }\n`

describe.runIf(process.platform === 'linux')('on this machine', () => {
  let child: ChildProcess
  /** Of a program that is looked at in the table of ps alone. */
  let other: ChildProcess

  beforeAll(async () => {
    const words = [
      '--host',
      '0.0.0.0',
      '--api-key',
      'seen-one',
      'seen-two',
      '--hf-token=seen-three',
      'two\nlines',
      '-m',
      '/m/a b.gguf',
      'x --api-key seen-seven --port 1',
      '--api-key',
      'seen-last',
      // What guides print is no secret, and the model wants to know.
      ...['--hf-token', 'EMPTY'],
      // As vLLM hands its settings to the front end in Rust (RustFrontendProcessManager).
      '--args-json',
      '{"api_key": ["seen-eight", "seen-nine"], "hf_token": "seen-ten", "port": 8000}',
      // A switch that is named like a secret has no value.
      ...['--authtoken', 'seen-eleven', '-vkey=seen-twelve', '--without-connection-token', '--port', '7'],
      // What would end a block, and a word of nothing, which is one as well.
      ...['@env 1', '>', ''],
      ...['--server.token=seen-x', "--server.secret=''", 'https://ada:seen-y@h/?token=seen-z', '-H', 'Authorization: Basic seen-w'],
      ...['-hft', 'seen-hft', '--header', 'X-Api-Key: seen-header', '-H', 'api-key: seen', 'redis://:seen/p@ss@h:1/0', 'http://h:80/a@b'],
      ...[
        '--openai',
        'sk-proj-seen567890123456',
        '--oauth=hf_seen567890123456789012345678901234',
        '--passphrase=seen-pp',
        '--gradio-auth',
        'ada:seen-auth',
      ],
      ...['--task-scheduler-of-many-words', 'x', '--bypass', 'yes', '--code-auth', 'none'],
    ]
    // Kubernetes gives a pod seven for each service.
    const many = Object.fromEntries(Array.from({ length: 700 }, (_, at) => [`A_SERVICE_${at}_PORT`, '1']))
    child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', '--', ...words], {
      argv0: '/opt/llama-server',
      stdio: 'ignore',
      env: {
        ...many,
        LLAMA_ARG_PORT: '9',
        LLAMA_API_KEY: 'seen-four',
        LOCALAI_API_KEY: 'changeme',
        HTTP_PROXY: 'http://u:seen-five@seen-six@p',
        SECRET_OTHER: 'seen-six',
      },
    })
    const listed = [
      ...['--ServerApp.token=seen-a', '--NotebookApp.password', 'seen-b', "--IdentityProvider.token=''", '--accessToken=seen-c'],
      ...['--redis-url', 'redis://:seen-d@h:6379/0', 'https://ada:seen-e@h/', 'postgresql://ada@h/db', 'ssh://git@h'],
      ...['--webhook', 'https://h/v1?model=m&api_key=seen-f&n=1', '--header', 'Authorization: Bearer seen-h'],
      ...[
        '-hft',
        'seen-i',
        '-H',
        'X-Api-Key: seen-j',
        'redis://:seen/k@h:1/0',
        'hf_seen567890123456789012345678901234',
        '--basic-auth',
        'ada:seen-l',
      ],
      ...['a bearer of news', 'x'.repeat(1000), '--api-key', 'seen-g'],
    ]
    other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', '--', ...listed], { argv0: '/opt/jupyter-lab', stdio: 'ignore' })
    await Promise.all([once(child, 'spawn'), once(other, 'spawn')])
    await sleep(50)
  })
  afterAll(() => {
    child.kill()
    other.kill()
  })

  test.each(shells)('%s tells the program that really runs, whatever it calls itself', (...shell) => {
    const processes = parseProcesses(
      run(
        shell.filter((word): word is string => typeof word === 'string'),
        asRoot,
      ),
    )
    if (!Array.isArray(processes)) throw new Error('not read')
    const found = processes.find(({ pid }) => pid === child.pid)
    expect(found).toMatchObject({ executable: realpathSync(process.execPath), cgroup: expect.stringMatching(/^\//) })
    // Not that of a container that runs here: its paths are not this machine's.
    const shellItself = processes.find(({ executable, cgroup }) => executable === realpathSync('/bin/sh') && cgroup === found?.cgroup)
    if (existsSync('/var/lib/dpkg/info')) expect(found?.package).toBe(null)
    if (existsSync('/var/lib/dpkg/info/dash.list') && shellItself) expect(shellItself.package).toBe('dash')
  })

  test.each(shells)('%s reads words, account and environment, and no secret leaves', (...shell) => {
    const stdout = run(shell.filter((word): word is string => typeof word === 'string'))
    const processes = parseProcesses(stdout)
    if (!Array.isArray(processes)) throw new Error('not read')
    const found = processes.find(({ pid }) => pid === child.pid)
    expect(found?.argv).toEqual([
      ...['/opt/llama-server', '-e', 'setTimeout(() => {}, 60000)', '--', '--host', '0.0.0.0', '--api-key', '****', '****'],
      ...[
        '--hf-token=****',
        'two\nlines',
        '-m',
        '/m/a b.gguf',
        'x --api-key **** --port 1',
        '--api-key',
        '****',
        '--hf-token',
        '<placeholder>',
      ],
      ...['--args-json', '{"api_key": "****", "hf_token": "****", "port": 8000}', '--authtoken', '****', '-vkey=****'],
      ...['--without-connection-token', '--port', '7', '@env 1', '>', ''],
      ...['--server.token=****', "--server.secret=''", 'https://:****@h/?token=****', '-H', 'Authorization: Basic ****'],
      ...['-hft', '****', '--header', 'X-Api-Key: ****', '-H', 'api-key: ****', 'redis://:****@h:1/0', 'http://h:80/a@b'],
      ...['--openai', 'sk-****', '--oauth=hf_****', '--passphrase=****', '--gradio-auth', 'ada:****'],
      ...['--task-scheduler-of-many-words', 'x', '--bypass', 'yes', '--code-auth', 'none'],
    ])
    expect(found?.environment).toEqual({
      LLAMA_ARG_PORT: '9',
      LLAMA_API_KEY: '****',
      LOCALAI_API_KEY: '<placeholder>',
      HTTP_PROXY: 'http://:****@p',
    })
    expect(found?.uid).toBe(process.geteuid?.())
    expect(stdout).not.toMatch(/seen-/)
    expect(stdout).toMatch(/^ *\d.*--without-connection-token --port 7/m)
  })

  test.each(shells)('%s says of a candidate, too, that its words were cut', async (...shell) => {
    const words = shell.filter((word): word is string => typeof word === 'string')
    const start = (argv0: string, ...more: readonly string[]) =>
      spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', '--', ...more], { argv0, stdio: 'ignore' })
    const [long, many, settings] = [
      start('/opt/llama-server', 'x'.repeat(13_000), '--port', '1'),
      start('/opt/llama-server', ...Array.from({ length: 600 }, () => '-v')),
      start('/opt/vllm-rs', 'frontend', '--args-json', `{"a": "${'y'.repeat(8000)}", "hf_token": "seen-v"}`),
    ]
    try {
      await Promise.all([long, many, settings].map((one) => once(one, 'spawn')))
      await sleep(50)
      const stdout = run(words)
      const processes = parseProcesses(stdout)
      if (!Array.isArray(processes)) throw new Error('not read')
      const found = (one: ChildProcess) => processes.find(({ pid }) => pid === one.pid)
      expect(found(long)).toMatchObject({ cut: true, argv: expect.arrayContaining(['--port', '1']) })
      expect(found(long)?.argv.at(-1)).toBe('1')
      expect(found(many)).toMatchObject({ cut: true })
      expect(found(settings)).not.toHaveProperty('cut')
      expect(found(settings)?.argv.at(-1)).toMatch(/y", "hf_token": "\*{4}"}$/)
      expect(stdout).not.toMatch(/seen-/)
    } finally {
      for (const one of [long, many, settings]) one.kill()
    }
  })

  test.each(shells)('%s shows of other programs no secret either, and says that a row is cut', (...shell) => {
    const stdout = run(shell.filter((word): word is string => typeof word === 'string'))
    const processes = parseProcesses(stdout)
    if (!Array.isArray(processes)) throw new Error('not read')
    const found = processes.find(({ pid }) => pid === other.pid)
    const words = found?.argv.slice(found.argv.indexOf('--') + 1)
    expect(words).toEqual([
      ...['--ServerApp.token=****', '--NotebookApp.password', '****', "--IdentityProvider.token=''", '--accessToken=****'],
      // Whether it is a password or a name alone.
      ...['--redis-url', 'redis://:****@h:6379/0', 'https://:****@h/', 'postgresql://****@h/db', 'ssh://****@h'],
      ...['--webhook', 'https://h/v1?model=m&api_key=****&n=1', '--header', 'Authorization:', 'Bearer', '****'],
      ...['-hft', '****', '-H', 'X-Api-Key:', '****', 'redis://:****@h:1/0', 'hf_****', '--basic-auth', 'ada:****'],
      ...['a', 'bearer', 'of', 'news', expect.stringMatching(/^x+$/)],
    ])
    expect(found).toMatchObject({ cut: true })
    expect(processes.find(({ pid }) => pid === process.pid)).not.toHaveProperty('cut')
    expect(stdout).not.toMatch(/seen-/)
  })

  test.each(shells)('%s leaves out what the probe itself runs', (...shell) => {
    const words = shell.filter((word): word is string => typeof word === 'string')
    const own = parseProcesses(run(words, asRoot, String(process.pid)))
    if (!Array.isArray(own)) throw new Error('not read')
    const pids = own.map(({ pid }) => pid)
    expect(pids).toContain(1)
    expect(pids).toContain(process.ppid)
    expect(pids).not.toContain(process.pid)
    expect(pids).not.toContain(child.pid)
  })

  test.each(shells)('%s asks an awk again that ended with a process whose files it read', (...shell) => {
    const words = shell.filter((word): word is string => typeof word === 'string')
    // As mawk does: part of the rows, and exit code 2.
    const once = `awk() {
  case "$*" in *'-v runtime='*) [ -n "$one" ] && command awk "$@" && return; printf '%s%s\\n' @ag ain ;; *'-v dpkg='*) [ -n "$two" ] && command awk "$@" && return; echo /none >&2 ;; *) command awk "$@"; return ;; esac
  return 2
}
`
    const told = (text: string) => {
      const processes = parseProcesses(text)
      return Array.isArray(processes) ? processes.map(({ pid, executable }) => [pid, executable]) : processes
    }
    const tried = run(words, `${asRoot}${once}`)
    expect(tried).not.toContain('@exe ')
    const text = run(words, `${asRoot}${once.replaceAll('[ -n "$one" ]', '[ "$try" = 3 ]').replaceAll('[ -n "$two" ]', '[ "$try" = 2 ]')}`)
    expect(text).not.toContain('@again')
    expect(told(text)).toContainEqual([child.pid, process.execPath])
    expect(told(text)).toContainEqual([process.pid, process.execPath])
  })
})
