import { describe, expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { program } from '../programs/program-facts.testing.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import { askUnit, entry, unit } from '../units/unit-facts.testing.ts'
import notInUnits from './inference-secrets-not-in-units.control.ts'
import notOnCommandLine from './inference-secrets-not-on-command-line.control.ts'

const process = (argv: readonly string[], pid = 100) => ({ pid, ppid: 1, user: 'ai', uid: 990, name: 'vllm', argv, line: pid })

test.each<[string, readonly string[], string]>([
  ['a masked key', ['vllm', 'serve', 'm', '--api-key', '****'], 'fail: A key stands on the command line'],
  ['with an equals sign', ['vllm', 'serve', 'm', '--api_key=‹redacted›'], 'fail: A key stands on the command line'],
  ['a token of Hugging Face', ['llama-server', '--hf-token', '****'], 'fail: A key stands on the command line'],
  ['a file is no key', ['llama-server', '--api-key-file', '/etc/llama/keys'], 'pass: No secret on its command line'],
  ['tokens that are counted', ['vllm', 'serve', 'm', '--max-num-batched-tokens=8192'], 'pass: No secret on its command line'],
  ['a word of the model', ['vllm', 'serve', 'm', '--eos-token', '</s>'], 'pass: No secret on its command line'],
  ['a flag without a value', ['vllm', 'serve', 'm', '--api-key', '--port', '8000'], 'pass: No secret on its command line'],
])('inference-secrets-not-on-command-line: %s', (_, argv, expected) => {
  const one = service('vllm', { argv })
  expect(outcomes(ask(notOnCommandLine, facts('', [one], { processes: [process(argv)] })))).toEqual([expected])
})

test('inference-secrets-not-on-command-line: what stands behind the end of a row was not seen', () => {
  const argv = ['vllm', 'serve', 'm']
  const judged = (words: readonly string[]) =>
    outcomes(ask(notOnCommandLine, facts('', [service('vllm', { argv: words })], { processes: [{ ...process(words), cut: true }] })))
  expect(judged(argv)).toEqual(["not-evaluated: The server's command line could not be read"])
  expect(judged([...argv, '--api-key', '****'])).toEqual(['fail: A key stands on the command line'])
})

const docker = (...words: readonly string[]) => ({ ...process(['/usr/bin/docker', 'run', '--rm', ...words], 90), ppid: 1 })
test.each<[string, readonly string[], 'systemd' | 'container', ReturnType<typeof docker>, string]>([
  [
    'a shell that stays',
    ['vllm', 'serve', 'm'],
    'systemd',
    process(['bash', '-c', '. v/bin/activate; VLLM_API_KEY=**** vllm serve m'], 90),
    'fail: A key stands on the command line',
  ],
  [
    'a shell that takes it from elsewhere',
    ['vllm', 'serve', 'm'],
    'systemd',
    process(['sh', '-c', 'VLLM_API_KEY="$(cat /k)" vllm serve m; true'], 90),
    'pass: No secret on its command line',
  ],
  [
    'the tmux that it was started in, whose words stay those of its first window',
    ['vllm', 'serve', 'm'],
    'systemd',
    process(['tmux', 'new', '-d', '-s', 'v', 'VLLM_API_KEY=****'], 90),
    'fail: A key stands on the command line',
  ],
  [
    'the client of its container',
    ['vllm', 'serve', 'm'],
    'container',
    docker('-e', 'HF_TOKEN=****', 'vllm/vllm-openai:v0.9.0'),
    'fail: A key stands on the command line',
  ],
  [
    'the client, in one word',
    ['vllm', 'serve', 'm'],
    'container',
    docker('--env=HF_TOKEN=‹redacted›', 'vllm/vllm-openai'),
    'fail: A key stands on the command line',
  ],
  [
    'a variable that the client passes on',
    ['vllm', 'serve', 'm'],
    'container',
    docker('-e', 'HF_TOKEN', '-e', 'HF_HOME=/m', '-e', 'VLLM_API_KEY=', 'vllm/vllm-openai'),
    'pass: No secret on its command line',
  ],
  [
    'a container of another program',
    ['vllm', 'serve', 'm'],
    'container',
    docker('-e', 'DB_PASSWORD=****', 'postgres:17'),
    'pass: No secret on its command line',
  ],
])('a key on the command line of what started it: %s', (_, argv, how, starter, expected) => {
  const main = { ...process(argv), ppid: how === 'container' ? 1 : 90 }
  expect(outcomes(ask(notOnCommandLine, facts('', [service('vllm', { argv, how })], { processes: [starter, main] })))).toEqual([expected])
})

test('a worker that carries the key fails its server', () => {
  const one = service('vllm', { argv: ['vllm', 'serve'], pids: [100, 101] })
  const verdicts = ask(
    notOnCommandLine,
    facts('', [one], { processes: [process(['vllm', 'serve']), process(['w', '--token', '****'], 101)] }),
  )
  expect(outcomes(verdicts)).toEqual(['fail: A key stands on the command line'])
  expect(verdicts[0]?.cite).toMatchObject([{ section: 'processes', line: 101, token: '--token' }])
})

const sglang = program('inference', { id: 'sglang', name: 'SGLang', pids: [100, 101], telling: [] })
const started = 'fail: A key stands on the command line'
test.each<[string, readonly (readonly string[])[], string]>([
  ['SGLang', [['python3', '-m', 'sglang.launch_server', '--api-key', '****']], started],
  ['its key for admins', [['python3', '-m', 'sglang.launch_server', '--admin-api-key=‹redacted›']], started],
  [
    'a process of it',
    [
      ['sglang', 'serve'],
      ['sglang', 'serve', '--api-key', '****'],
    ],
    started,
  ],
  ['a shell of it', [['sh', '-c', 'HF_TOKEN=**** sglang serve --model-path m']], started],
  ['what guides print', [['sglang', 'serve', '--api-key', '<placeholder>']], 'not-applicable: No inference server on this host'],
  [
    'what somebody runs below it',
    [
      ['sglang', 'serve'],
      ['mysql', '--password=****'],
    ],
    'not-applicable: No inference server on this host',
  ],
])('inference-secrets-not-on-command-line: other programs, %s', (_, [main = [], ...below], expected) => {
  const processes = [process(main), ...below.map((argv) => ({ ...process(argv, 101), ppid: 100 }))]
  const verdicts = ask(notOnCommandLine, facts('', [], { processes, programs: known([sglang]) }))
  expect(outcomes(verdicts)).toEqual([expected])
  if (expected === started) expect(verdicts[0]).toMatchObject({ subject: 'sglang', template: null })
})

test.each([
  ['tmux', ['tmux', 'new', '-d', '-s', 'x', 'HF_TOKEN=****', 'sglang', 'serve'], started],
  ['screen', ['SCREEN', '-dmS', 'x', 'sglang', 'serve', '--api-key', '****'], started],
  ['a manager of another', ['python3', 'manage.py', '--password=****'], 'not-applicable: No inference server on this host'],
])('inference-secrets-not-on-command-line: what another program was started in, %s', (_, words, expected) => {
  const processes = [
    { ...process(words, 90), ppid: 1 },
    { ...process(['sglang', 'serve']), ppid: 90 },
  ]
  expect(outcomes(ask(notOnCommandLine, facts('', [], { processes, programs: known([sglang]) })))).toEqual([expected])
})

test('inference-secrets-not-on-command-line: the client of the container of another program, beside a server of its own', () => {
  const client = docker('-e', 'LITELLM_MASTER_KEY=‹redacted›', 'ghcr.io/berriai/litellm:main-stable')
  const litellm = program('interface', { id: 'litellm', name: 'LiteLLM proxy', pids: [50], container: 'proxy' })
  const processes = [process(['vllm', 'serve']), process(['litellm', '--config', 'c'], 50), client]
  const verdicts = ask(
    notOnCommandLine,
    facts('', [service('vllm', { argv: ['vllm', 'serve'] })], { processes, programs: known([litellm]) }),
  )
  expect(verdicts.map(({ subject, status }) => [subject, status])).toEqual([
    ['vllm.service', 'pass'],
    ['litellm', 'fail'],
  ])
})

test.each<[string, readonly ReturnType<typeof service>[], string]>([
  ['no server', [], 'not-applicable: No inference server on this host'],
  ['stopped', [service('vllm', { running: false, pids: [] })], 'not-applicable: No inference server runs'],
  ['not seen', [service('vllm', { pids: [7], argv: [] })], "not-evaluated: The server's command line could not be read"],
])('inference-secrets-not-on-command-line: %s', (_, services, expected) => {
  expect(outcomes(ask(notOnCommandLine, facts('', services, { processes: [] })))).toEqual([expected])
})

describe('inference-secrets-not-in-units', () => {
  const file = '/etc/ai/key.env'
  const fromFile = (mode: number, directoryMode = 0o755): Partial<Unit> => ({
    environment: { VLLM_API_KEY: '****' },
    environmentSources: { VLLM_API_KEY: file },
    environmentFiles: [file],
    lines: { 'Environment:VLLM_API_KEY': 30 },
    paths: [entry('/etc', 0o755), entry('/etc/ai', directoryMode), entry(file, mode)],
  })
  test.each<[string, Partial<Unit>, string]>([
    [
      'no secret',
      { environment: { HF_HUB_OFFLINE: '1' }, environmentSources: { HF_HUB_OFFLINE: '' } },
      'pass: No secret stands in the unit',
    ],
    [
      'Environment=',
      { environment: { HF_TOKEN: '****' }, environmentSources: { HF_TOKEN: '' } },
      'fail: Every account can read a key of the server',
    ],
    [
      'the login of a proxy',
      { environment: { HTTPS_PROXY: 'http://****@proxy:3128' }, environmentSources: { HTTPS_PROXY: '' } },
      'fail: Every account can read a key of the server',
    ],
    [
      'a proxy without one',
      { environment: { HTTPS_PROXY: 'http://proxy:3128' }, environmentSources: { HTTPS_PROXY: '' } },
      'pass: No secret stands in the unit',
    ],
    [
      'the password of a database',
      { environment: { LMCACHE_REMOTE_URL: 'redis://:****@cache:6379' }, environmentSources: { LMCACHE_REMOTE_URL: '' } },
      'fail: Every account can read a key of the server',
    ],
    [
      'one of several keys, by another name',
      { environment: { OPENAI_API_KEY_2: '****' }, environmentSources: { OPENAI_API_KEY_2: '' } },
      'fail: Every account can read a key of the server',
    ],
    [
      'an account of a database alone',
      { environment: { DATABASE_URL: 'postgresql://****@db/llm' }, environmentSources: { DATABASE_URL: '' } },
      'pass: No secret stands in the unit',
    ],
    [
      'a switch that is called by what it says of a token',
      { environment: { HF_HUB_DISABLE_IMPLICIT_TOKEN: '****' }, environmentSources: { HF_HUB_DISABLE_IMPLICIT_TOKEN: '' } },
      'pass: No secret stands in the unit',
    ],
    [
      'a login before it starts',
      {
        properties: {
          ExecStartPreEx:
            '{ path=/bin/true ; argv[]=/bin/true ; flags= ; }\n{ path=/opt/hf ; argv[]=/opt/hf auth login --token **** ; flags= ; }',
        },
      },
      'fail: Every account can read a key of the server',
    ],
    [
      'a call of its own once it runs',
      { properties: { ExecStartPostEx: '{ path=/usr/bin/curl ; argv[]=/usr/bin/curl -H Authorization: Bearer **** h ; flags= ; }' } },
      'fail: Every account can read a key of the server',
    ],
    [
      'a key out of a file before it starts',
      { properties: { ExecStartPreEx: '{ path=/opt/hf ; argv[]=/opt/hf auth login --token $HF_TOKEN ; flags= ; }' } },
      'pass: No secret stands in the unit',
    ],
    ['an empty value', { environment: { HF_TOKEN: '' }, environmentSources: { HF_TOKEN: '' } }, 'pass: No secret stands in the unit'],
    ['a closed file', fromFile(0o600), 'pass: Keys of the server stand in closed files'],
    ['a file for all', fromFile(0o644), 'fail: Every account can read a key of the server'],
    ['a file for all in a closed directory', fromFile(0o644, 0o750), 'pass: Keys of the server stand in closed files'],
    ['a file whose mode was not seen', { ...fromFile(0o600), paths: [] }, 'not-evaluated: The mode of a key file could not be read'],
    [
      'written out in ExecStart=',
      { execStart: ['vllm', 'serve', '--api-key', '****'] },
      'fail: Every account can read a key of the server',
    ],
    [
      'set by a shell in ExecStart=',
      { execStart: ['/bin/sh', '-c', 'VLLM_API_KEY=****', 'exec', 'vllm', 'serve', 'm'] },
      'fail: Every account can read a key of the server',
    ],
    [
      'a shell that takes it from a file',
      { execStart: ['/bin/sh', '-c', 'VLLM_API_KEY=$(cat', '/k)', 'exec', 'vllm', 'serve', 'm'] },
      'not-evaluated: Keys may stand in files that were not read',
    ],
    ['a script', { execStart: ['/usr/local/bin/start.sh'] }, 'not-evaluated: Keys may stand in files that were not read'],
    ['supervisord', { execStart: ['/usr/bin/supervisord', '-n'] }, 'not-evaluated: Keys may stand in files that were not read'],
    [
      'supervisord with a key in its unit',
      { ...fromFile(0o644), execStart: ['/usr/bin/supervisord'] },
      'fail: Every account can read a key of the server',
    ],
    ['a variable in ExecStart=', { execStart: ['vllm', 'serve', '--api-key', '$VLLM_API_KEY'] }, 'pass: No secret stands in the unit'],
  ])('%s', (_, more, expected) => {
    expect(outcomes(askUnit(notInUnits, unit({}, more)))).toEqual([expected])
  })
  test('no unit', () => {
    expect(outcomes(askUnit(notInUnits, undefined, { how: 'container', unit: undefined }))).toEqual([
      'not-applicable: No unit runs this server',
    ])
  })
})

const opened = 'fail: Every account can read a key of the server'
const keys = '/etc/llama/keys.txt'
const closed = 'pass: Keys of the server stand in closed files'
test.each<[string, Partial<Unit>, string]>([
  ['for all', { paths: [entry('/etc/llama', 0o755), entry(keys, 0o644)] }, opened],
  ['for all in a closed folder', { paths: [entry('/etc/llama', 0o750), entry(keys, 0o644)] }, closed],
  ['closed', { paths: [entry('/etc/llama', 0o755), entry(keys, 0o640)] }, closed],
  ['not seen', { paths: [entry('/etc/llama', 0o755)] }, 'not-evaluated: The mode of a key file could not be read'],
  [
    'named by a variable',
    { execStart: ['llama-server'], environment: { LLAMA_ARG_API_KEY_FILE: keys }, paths: [entry('/etc/llama', 0o755), entry(keys, 0o644)] },
    opened,
  ],
  // systemd keeps it from others.
  [
    'a credential',
    { execStart: ['llama-server', '--api-key-file=/run/credentials/llama.service/key'] },
    'pass: No secret stands in the unit',
  ],
  [
    'a credential by its variable',
    { execStart: ['llama-server', '--api-key-file', '$CREDENTIALS_DIRECTORY/key'] },
    'pass: No secret stands in the unit',
  ],
  [
    'inside of a container',
    { execStart: ['/usr/bin/podman', 'run', '--rm', 'ghcr.io/ggml-org/llama.cpp:server', '--api-key-file', '/keys'] },
    'pass: No secret stands in the unit',
  ],
])('inference-secrets-not-in-units: a file of keys that llama-server is given, %s', (_, more, expected) => {
  const given = { execStart: ['/usr/bin/llama-server', '-m', 'm', '--api-key-file', keys], ...more }
  expect(outcomes(askUnit(notInUnits, unit({}, given)))).toEqual([expected])
})

test.each<[string, Readonly<Record<string, string>>, readonly ReturnType<typeof entry>[], string]>([
  ['one in the unit', { SetCredential: 'key:****' }, [], opened],
  [
    'a stand-in in the unit for one in a file',
    { SetCredential: 'key:****', CredentialFile: 'key:/etc/vllm/key.txt' },
    [entry('/etc/vllm/key.txt', 0o600)],
    'pass: Keys of the server stand in closed files',
  ],
  ['a file for all', { CredentialFile: 'key:/etc/vllm/key.txt' }, [entry('/etc/vllm', 0o755), entry('/etc/vllm/key.txt', 0o644)], opened],
  [
    'a file for all in a closed folder',
    { CredentialFile: 'key:/etc/vllm/key.txt' },
    [entry('/etc/vllm', 0o750), entry('/etc/vllm/key.txt', 0o644)],
    'pass: Keys of the server stand in closed files',
  ],
  [
    'a folder that could not be entered',
    { CredentialFile: 'key:/etc/vllm/key.txt' },
    [entry('/etc/vllm', 0o700)],
    'pass: Keys of the server stand in closed files',
  ],
  [
    'a file that could not be seen',
    { CredentialFile: 'key:/etc/vllm/key.txt' },
    [entry('/etc/vllm', 0o755)],
    'not-evaluated: The mode of a key file could not be read',
  ],
])('inference-secrets-not-in-units: credentials, %s', (_, properties, paths, expected) => {
  expect(outcomes(askUnit(notInUnits, unit(properties, { paths })))).toEqual([expected])
})

test.each([
  ['.bak', 0o644, 'warning: A copy of a key file lies open'],
  ['~', 0o604, 'warning: A copy of a key file lies open'],
  ['.bak', 0o640, 'pass: Keys of the server stand in closed files'],
  ['.example', 0o644, 'pass: Keys of the server stand in closed files'],
  ['2', 0o644, 'pass: Keys of the server stand in closed files'],
])('inference-secrets-not-in-units: a file beside that of the key, %s with mode %o', (end, mode, expected) => {
  const path = '/etc/vllm/vllm.env'
  const one = unit({}, { environment: { VLLM_API_KEY: '****' }, environmentSources: { VLLM_API_KEY: path }, paths: [entry(path, 0o600)] })
  const files = [path, path + end].map((name, at) => ({ ...entry(name, at === 0 ? 0o600 : mode), type: 'file' as const }))
  const judged = (folders: readonly ReturnType<typeof entry>[]) =>
    outcomes(
      askUnit(notInUnits, { ...one, paths: [...folders, ...one.paths] }, {}, { 'guarded-files': known({ files, folders: ['/etc/vllm'] }) }),
    )
  expect(judged([entry('/etc/vllm', 0o755)])).toEqual([expected])
  expect(judged([entry('/etc/vllm', 0o750)])).toEqual(['pass: Keys of the server stand in closed files'])
})

const composeFile = { path: '/srv/ai/compose.yml', secrets: ['VLLM_API_KEY', '--token'], line: 30 }
test.each([
  ['of the server', composeFile, 'vllm', ['fail: Every account can read a key of the server', 'not-applicable: No unit runs this server']],
  [
    'variables beside it',
    { ...composeFile, path: '/srv/ai/.env' },
    'vllm',
    ['fail: Every account can read a key of the server', 'not-applicable: No unit runs this server'],
  ],
  [
    'a file of variables that it names',
    { ...composeFile, path: '/srv/ai/engine.env' },
    'vllm',
    ['fail: Every account can read a key of the server', 'not-applicable: No unit runs this server'],
  ],
  [
    'a file of variables elsewhere that it names',
    { ...composeFile, path: '/etc/ai/keys', of: '/srv/ai/compose.yml' },
    'vllm',
    ['fail: Every account can read a key of the server', 'not-applicable: No unit runs this server'],
  ],
  ['of another folder', { ...composeFile, path: '/srv/shop/.env' }, 'vllm', ['not-applicable: No unit runs this server']],
  ['without a secret', { ...composeFile, secrets: [] }, 'vllm', ['not-applicable: No unit runs this server']],
  ['of another container', composeFile, 'shop', ['not-applicable: No unit runs this server']],
])('inference-secrets-not-in-units: a file of Compose that is open, %s', (_, file, name, expected) => {
  const containers = known({ runtimes: ['docker'], containers: [{ name, madeFrom: ['/srv/ai/compose.yml'] }], openComposeFiles: [file] })
  const verdicts = ask(notInUnits, facts('', [service('vllm', { how: 'container', container: 'vllm' })], { containers }))
  expect(outcomes(verdicts)).toEqual(expected)
  if (expected.length > 1)
    expect(verdicts[0]).toMatchObject({ subject: file.path, cite: [{ section: 'containers', line: 30, token: file.path }] })
})

test('inference-secrets-not-in-units: a file of Compose that is open, of another program alone', () => {
  const litellm = program('interface', { id: 'litellm', name: 'LiteLLM proxy', container: 'proxy' })
  const containers = known({
    runtimes: ['docker'],
    containers: [{ name: 'proxy', madeFrom: ['/srv/ai/compose.yml'] }],
    openComposeFiles: [composeFile],
  })
  expect(outcomes(ask(notInUnits, facts('', [], { containers, programs: known([litellm]) })))).toEqual([opened])
})

test.each<[string, readonly string[] | undefined, readonly string[]]>([
  ['none', undefined, ['pass: No secret stands in the unit']],
  ['of the hub', ['HF_TOKEN'], ['fail: A key is set for every login', 'pass: No secret stands in the unit']],
  ['of an engine', ['AWS_SECRET_ACCESS_KEY', 'VLLM_API_KEY'], ['fail: A key is set for every login', 'pass: No secret stands in the unit']],
  ['of something else', ['OPENAI_API_KEY'], ['warning: A key is set for every login', 'pass: No secret stands in the unit']],
])('inference-secrets-not-in-units: keys in a file of all logins, %s', (_, names, expected) => {
  const loginKeys = names?.map((name, at) => ({ name, file: '/etc/environment', line: at + 1 }))
  const one = service('vllm', { unit: 'vllm.service' })
  const given = facts('', [one], { units: known([{ ...unit({}), id: 'vllm.service' }]), sources: known({ loginKeys }) })
  expect(outcomes(ask(notInUnits, given))).toEqual(expected)
})
