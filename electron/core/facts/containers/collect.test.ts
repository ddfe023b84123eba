import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { collectContainers } from './collect.ts'
import { parseContainers } from './parse.ts'

const [section] = collectContainers()

/** A stand-in for podman that may be listed through sudo only, and prints one word a line as podman does. */
const words = ['serve', '--api-key', 'sk-one', 'sk-"two', '--token', 'sk-three', '--password', '', '--host', '0.0.0.0']
const row = {
  Id: 'f'.repeat(64),
  Names: ['vllm'],
  Image: 'vllm',
  Command: words,
  State: 'running',
  Pid: 9,
  Networks: ['podman'],
  Ports: null,
}

describe.runIf(process.platform === 'linux')('on this machine', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-containers-'))
    writeFileSync(join(folder, 'list.json'), JSON.stringify([row], null, 2))
    writeFileSync(join(folder, 'podman'), '#!/bin/sh\ncase $1 in --version) echo podman version 4.3.1 ;; *) exit 125 ;; esac\n', {
      mode: 0o755,
    })
    writeFileSync(join(folder, 'docker'), '#!/bin/sh\necho podman\n', { mode: 0o755 })
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  test.each(shells)('%s: no key leaves in a list over several lines', (...shell) => {
    if (section?.kind !== 'script') throw new Error('not a script')
    const [program = '', ...args] = shell.filter((word) => word !== undefined)
    const script = `gh_sudo() { cat '${folder}/list.json'; }\n${section.script}`
    const { stdout } = spawnSync(program, [...args, '-c', script, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env.PATH}` },
    })
    expect(stdout).not.toMatch(/sk-/)
    expect(parseContainers(stdout)).toMatchObject({
      ok: true,
      containers: {
        containers: [{ command: ['serve', '--api-key', '****', '****', '--token', '****', '--password', '', '--host', '0.0.0.0'] }],
      },
    })
  })

  test.each(
    shells.flatMap((shell) =>
      [
        ['active\ninactive', 'asleep'],
        ['active\nfailed', 'asleep'],
        ['active\nactive', 'asked'],
        ['inactive\ninactive', 'asked'],
        ['active\nactivating', 'asked'],
        ['', 'asked'],
      ].map(([states, expected]) => ({ shell, states, expected })),
    ),
  )('$shell: docker.socket and docker.service are $states: docker is $expected', ({ shell, states, expected }) => {
    if (section?.kind !== 'script') throw new Error('not a script')
    const asked = join(folder, 'asked')
    const socket = mkdtempSync(join(folder, 'socket-'))
    // Every way to the daemon leaves a trace.
    writeFileSync(
      join(socket, 'docker'),
      `#!/bin/sh\ncase $1 in --version) echo Docker version 29.1.1 ;; *) echo >>'${asked}'; exit 1 ;; esac\n`,
      {
        mode: 0o755,
      },
    )
    writeFileSync(
      join(socket, 'systemctl'),
      `#!/bin/sh\nprintf '${(states ?? '').replace('\n', '\\n')}${states === '' ? '' : '\\n'}'\nexit 3\n`,
      { mode: 0o755 },
    )
    const [program = '', ...args] = shell.filter((word) => word !== undefined)
    const script = `gh_sudo() { echo >>'${asked}'; return 126; }\n${section.script}`
    const { stdout } = spawnSync(program, [...args, '-c', script, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env: { PATH: `${socket}:/usr/bin:/bin` },
    })
    const traces = existsSync(asked)
    rmSync(asked, { force: true })
    expect([traces, /^@docker asleep$/m.test(stdout), /^@end$/m.test(stdout)]).toEqual([expected === 'asked', expected === 'asleep', true])
  })

  // As Docker 20.10.24 printed them: the command in quotes of its own.
  test.each(shells)('%s: a key at the end of a command is masked, and its row can be read', (...shell) => {
    if (section?.kind !== 'script') throw new Error('not a script')
    const commands = [
      ['"/usr/local/bin/vllm serve Qwen/Qwen3-0.6B --port 8101 --api-key sk-one"', 'serve Qwen/Qwen3-0.6B --port 8101 --api-key ****'],
      ['"sh -c \'OPENAI_API_KEY=\\"sk-two\\" vllm serve\'"', "OPENAI_API_KEY=**** vllm serve'"],
      ['"vllm serve --api-key=\\"sk-three\\""', 'vllm serve --api-key=****'],
      [
        `"llama-server -hft sk-a --gradio-auth ada:sk-b --header 'X-Api-Key: sk-c' redis://:sk-/d@h -v /run/token:/k:ro"`,
        `llama-server -hft **** --gradio-auth ada:**** --header 'X-Api-Key: ****' redis://:****@h -v /run/token:/k:ro`,
      ],
      ['"sh -c VLLM_API_KEY=sk-four"', 'sh -c VLLM_API_KEY=****'],
      ['"oauth2-proxy --cookie-secret=sk-five --client-secret sk-six --pass-access-token"', '--client-secret **** --pass-access-token'],
      [
        `"jupyter lab --ServerApp.token=sk-seven --accessToken sk-eight --NotebookApp.token='' --at redis://:sk-nine@h/0 https://h/?api_key=sk-ten&n=1 https://h/?n=1\\u0026token=sk-eleven"`,
        "lab --ServerApp.token=**** --accessToken **** --NotebookApp.token='' --at redis://:****@h/0 https://h/?api_key=****&n=1 https://h/?n=1\\u0026token=****",
      ],
    ] as const
    const rows = commands.map(([Command], at) =>
      JSON.stringify({ ID: `${at}`.repeat(64), Names: 'vllm', Image: 'vllm', Command, Ports: '', State: 'running', Networks: 'bridge' }),
    )
    const docker = mkdtempSync(join(folder, 'docker-'))
    writeFileSync(join(docker, 'rows.json'), rows.join('\n'))
    writeFileSync(join(docker, 'docker'), '#!/bin/sh\ncase $1 in --version) echo Docker version 29 ;; *) exit 1 ;; esac\n', { mode: 0o755 })
    const [program = '', ...args] = shell.filter((word) => word !== undefined)
    const script = `gh_sudo() { [ "$1" = 1 ] && cat '${docker}/rows.json'; }\n${section.script}`
    const { stdout } = spawnSync(program, [...args, '-c', script, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env: { PATH: `${docker}:/usr/bin:/bin` },
    })
    expect(stdout).not.toMatch(/sk-/)
    const found = parseContainers(stdout.replace(/^@podman denied\n/m, ''))
    expect(found).toMatchObject({ ok: true })
    const read = found.ok ? found.containers.containers.map(({ command }) => command.join(' ')) : []
    expect(read).toEqual(commands.map(([, text]) => expect.stringContaining(text)))
  })

  test.each(shells)('%s: of the environment of a container only what is read leaves the host, the rest as names', (...shell) => {
    if (section?.kind !== 'script') throw new Error('not a script')
    const environment = [
      'OLLAMA_HOST=0.0.0.0:11434',
      'VLLM_API_KEY=sk-one',
      'HTTPS_PROXY=http://me:sk-two@sk-twelve@proxy:3128',
      'WEBUI_AUTH=false',
      'DATABASE_URL=postgres://app:sk-three@db/app',
      'OLLAMA_ORIGINS=http://chat.lan',
      'OLLAMA_KEEP_ALIVE=5m',
      'OLLAMA_MODELS=me@lan',
      'PGPASS=sk-four',
      'REDIS_URL=redis://:sk-"ten@cache',
      'MAIL=a "quoted" sk-five \\\\ backslash',
      'lower.case-name=sk-six',
      'EMPTY=',
      // As a variable of Compose that is not set leaves it: no key at all.
      'LITELLM_MASTER_KEY=',
    ]
    const inspected = {
      ...{ Id: 'e'.repeat(64), Name: '/vllm', Image: 'vllm/vllm-openai:v0.27.0', Running: true, Pid: 9, User: '' },
      ...{
        Env: environment,
        Path: 'env',
        Args: [
          ...['A=sk-seven', 'vllm', 'serve', '--port=8000', '--token', '', '--api-key', '', 'sk-"eight', '', 'sk-nine'],
          // What guides print is no secret, but for what stands beside it.
          ...[
            '--api-key',
            'EMPTY',
            '--api-key',
            'EMPTY',
            'sk-thirteen',
            '--api-key=changeme',
            '--hf-token=sk-fourteen',
            '--password',
            'none',
            '--master-key',
            'sk-fifteen',
          ],
        ],
        Mounts: [],
        NetworkMode: 'bridge',
      },
      ...{ Privileged: false, Ports: {}, Bindings: {}, RestartPolicy: 'no' },
    }
    const docker = mkdtempSync(join(folder, 'docker-'))
    writeFileSync(join(docker, 'inspect.json'), JSON.stringify(inspected))
    const cases = `--version) echo Docker version 29 ;; container) echo ${inspected.Id} ;; inspect) cat '${docker}/inspect.json' ;;`
    writeFileSync(join(docker, 'docker'), `#!/bin/sh\ncase $1 in ${cases} esac\n`, { mode: 0o755 })
    const [program = '', ...args] = shell.filter((word) => word !== undefined)
    const { stdout } = spawnSync(program, [...args, '-c', `gh_sudo() { return 126; }\n${section.script}`, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env: { PATH: `${docker}:/usr/bin:/bin` },
    })
    expect(stdout).not.toMatch(/sk-/)
    expect(parseContainers(stdout.replace(/^@podman denied\n/m, ''))).toMatchObject({
      ok: true,
      containers: {
        containers: [
          {
            command: [
              ...['env', 'A=****', 'vllm', 'serve', '--port=8000', '--token', '', '--api-key', '', '****'],
              ...[
                '--api-key',
                '<placeholder>',
                '--api-key',
                '****',
                '--api-key=<placeholder>',
                '--hf-token=****',
                '--password',
                '<placeholder>',
                '--master-key',
                '****',
              ],
            ],
            environment: {
              ...{ OLLAMA_HOST: '0.0.0.0:11434', VLLM_API_KEY: '****', HTTPS_PROXY: 'http://:****@proxy:3128', WEBUI_AUTH: 'false' },
              ...{ OLLAMA_ORIGINS: 'http://chat.lan', OLLAMA_KEEP_ALIVE: '5m', OLLAMA_MODELS: 'me@lan' },
              ...{ DATABASE_URL: '****', PGPASS: '****', MAIL: '****', 'lower.case-name': '****', EMPTY: '', LITELLM_MASTER_KEY: '' },
            },
          },
        ],
      },
    })
  })

  test.each(shells)('%s: of a file of Compose that every account may read the names of secrets, and no value', (...shell) => {
    if (section?.kind !== 'script') throw new Error('not a script')
    // Outside of what tmpdir() may close to others.
    const made = mkdtempSync('/tmp/gatehouse-compose-')
    chmodSync(made, 0o755)
    const open = join(made, 'open files')
    const closed = join(made, 'closed')
    const unread = join(made, 'unread')
    for (const folder of [open, closed, unread]) mkdirSync(folder, { mode: 0o755 })
    const compose = `services:
  vllm:
    image: vllm/vllm-openai
    command: --model m --api-key sk-one --max-model-len 4096
    env_file: ./engine.env
    environment:
      - HF_TOKEN=sk-two
      - VLLM_API_KEY=\${VLLM_API_KEY}
      - "LITELLM_MASTER_KEY=sk-three"
      # - COMMENTED_TOKEN=sk-four
      - OTHER_API_KEY=changeme
      - WANDB_API_KEY=\${WANDB_API_KEY:-sk-eleven}
      - A_API_KEY=\${A_API_KEY:-changeme}
      - DATABASE_URL=postgresql://llm:sk-thirteen@db:5432/litellm
      - BROKER_URL=amqp://llm:\${PASSWORD}@mq
      - OTHER_URL=http://vllm:8000/v1
      - B_API_KEY=\${B_API_KEY:-}
      - C_API_KEY=\${C_API_KEY:?missing}
      - D_API_KEY=\${D_API_KEY-\${B_API_KEY}}
  ui:
    command: ["serve", "--token", "sk-five", "--api-key", "$KEY"]
    environment:
      WEBUI_SECRET_KEY: 'sk-six'
      EMPTY_KEY: ""
      TOKENIZERS_PARALLELISM: "false"
      API_KEY_FILE: /run/secrets/key
      TLS_KEY: /etc/ssl/key.pem
      ENABLE_API_KEY: "True"
      LANGFUSE_PUBLIC_KEY: pk-lf-1
  list:
    env_file:
      - path: ../elsewhere/keys
        required: false
      - '../elsewhere/more.env'
      - /none/such.env
    ports:
      - ../elsewhere/other
    command:
      - --admin-api-key
      - sk-seven
  flow:
    env_file: [ 'flow-a.env', "sub/flow-b", ../elsewhere/flow.env ] # other.env
    extends: { file: common.yml, service: base }
  more:
    env_file:
      - format: raw
        path: long.env
      - \${KEYS:-chosen.env}
      - --password
      - \${PASSWORD}
      - --vnc-password
      - \${VNC:-sk-twelve}
`
    writeFileSync(join(open, 'compose.yml'), compose, { mode: 0o644 })
    mkdirSync(join(open, 'sub'), { mode: 0o755 })
    for (const name of ['flow-a.env', 'sub/flow-b', 'long.env', 'chosen.env', 'other.env', 'beside.yml', 'false'])
      writeFileSync(join(open, name), 'HF_TOKEN=sk-d\n', { mode: 0o644 })
    writeFileSync(join(open, 'common.yml'), "x: &e { A: b, HF_TOKEN: sk-e }\nenvironment: [ 'B_TOKEN=sk-g', C=d ]\n", { mode: 0o644 })
    writeFileSync(join(open, '.env'), 'POSTGRES_PASSWORD=sk-eight\nPORT=1\nA_TOKEN=\n', { mode: 0o644 })
    writeFileSync(join(open, 'engine.env'), 'export WANDB_API_KEY=sk-nine\n', { mode: 0o644 })
    writeFileSync(join(open, 'unnamed.env'), 'WANDB_API_KEY=sk-ten\n', { mode: 0o644 })
    const elsewhere = join(made, 'elsewhere')
    mkdirSync(elsewhere, { mode: 0o755 })
    writeFileSync(join(elsewhere, 'keys'), 'HF_TOKEN=sk-a\n', { mode: 0o644 })
    writeFileSync(join(elsewhere, 'flow.env'), 'HF_TOKEN=sk-f\n', { mode: 0o644 })
    writeFileSync(join(elsewhere, 'more.env'), 'WANDB_API_KEY=sk-b\n', { mode: 0o640 })
    writeFileSync(join(elsewhere, 'other'), 'HF_TOKEN=sk-c\n', { mode: 0o644 })
    writeFileSync(join(closed, 'docker-compose.yaml'), compose, { mode: 0o640 })
    writeFileSync(join(unread, 'compose.yaml'), compose, { mode: 0o644 })
    chmodSync(unread, 0o750)
    const files = [join(open, 'compose.yml'), join(closed, 'docker-compose.yaml'), join(unread, 'compose.yaml')]
    const labels = `a=b,com.docker.compose.project.config_files=${files.join(',')},com.docker.compose.version=2`
    const rows = [labels, labels].map((Labels, at) =>
      JSON.stringify({
        ID: `${at}`.repeat(64),
        Names: 'vllm',
        Image: 'vllm',
        Command: 'x',
        Ports: '',
        State: 'running',
        Networks: 'bridge',
        Labels,
      }),
    )
    writeFileSync(join(made, 'rows.json'), rows.join('\n'))
    writeFileSync(join(made, 'docker'), '#!/bin/sh\ncase $1 in --version) echo Docker version 29 ;; *) exit 1 ;; esac\n', { mode: 0o755 })
    const [program = '', ...args] = shell.filter((word) => word !== undefined)
    const script = `gh_sudo() { [ "$1" = 1 ] && cat '${made}/rows.json'; }\n${section.script}`
    const { stdout } = spawnSync(program, [...args, '-c', script, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env: { PATH: `${made}:/usr/bin:/bin` },
    })
    rmSync(made, { recursive: true })
    expect(stdout).not.toMatch(/sk-/)
    const found = parseContainers(stdout.replace(/^@podman denied\n/m, ''))
    expect(found).toMatchObject({
      ok: true,
      containers: {
        containers: [{ madeFrom: files }, { madeFrom: files }],
        openComposeFiles: [
          {
            path: files[0],
            secrets: [
              '--api-key',
              'HF_TOKEN',
              'LITELLM_MASTER_KEY',
              'WANDB_API_KEY',
              'DATABASE_URL',
              '--token',
              'WEBUI_SECRET_KEY',
              '--admin-api-key',
              '--vnc-password',
            ],
          },
          { path: join(open, '.env'), of: files[0], secrets: ['POSTGRES_PASSWORD'] },
          { path: join(open, 'engine.env'), of: files[0], secrets: ['WANDB_API_KEY'] },
          { path: `${open}/../elsewhere/keys`, of: files[0], secrets: ['HF_TOKEN'] },
          { path: join(open, 'flow-a.env'), of: files[0], secrets: ['HF_TOKEN'] },
          { path: join(open, 'sub/flow-b'), of: files[0], secrets: ['HF_TOKEN'] },
          { path: `${open}/../elsewhere/flow.env`, of: files[0], secrets: ['HF_TOKEN'] },
          { path: join(open, 'common.yml'), of: files[0], secrets: ['HF_TOKEN', 'B_TOKEN'] },
          { path: join(open, 'long.env'), of: files[0], secrets: ['HF_TOKEN'] },
          { path: join(open, 'chosen.env'), of: files[0], secrets: ['HF_TOKEN'] },
          { path: `${closed}/../elsewhere/keys`, of: files[1], secrets: ['HF_TOKEN'] },
          { path: `${closed}/../elsewhere/flow.env`, of: files[1], secrets: ['HF_TOKEN'] },
        ],
      },
    })
  })

  test.each(
    shells.flatMap((shell) =>
      (
        [
          ['Docker version 20.10.24+dfsg1, build 297e128', true],
          ['Docker version 18.09.1, build 4c52b90', false],
        ] as const
      ).map(([version, asked]) => ({ shell, version, asked })),
    ),
  )('$shell: of $version GPUs and rules for devices are asked: $asked', ({ shell, version, asked }) => {
    if (section?.kind !== 'script') throw new Error('not a script')
    const docker = mkdtempSync(join(folder, 'requests-'))
    writeFileSync(
      join(docker, 'docker'),
      `#!/bin/sh\ncase $1 in --version) echo '${version}' ;; container) echo ${'e'.repeat(64)} ;; inspect) printf '%s\\n' "$5" >'${docker}/template' ;; esac\n`,
      { mode: 0o755 },
    )
    const [program = '', ...args] = shell.filter((word) => word !== undefined)
    spawnSync(program, [...args, '-c', `gh_sudo() { return 126; }\n${section.script}`, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env: { PATH: `${docker}:/usr/bin:/bin` },
    })
    const template = readFileSync(join(docker, 'template'), 'utf8')
    expect([template.includes('DeviceRequests'), template.startsWith(asked ? '{"DeviceRequests":' : '{"Id":')]).toEqual([asked, true])
    expect(() => JSON.parse(template.replace(/\{\{[^}]*\}\}/g, '0'))).not.toThrow()
  })
})
