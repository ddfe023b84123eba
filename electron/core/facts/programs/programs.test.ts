import { describe, expect, test } from 'vitest'
import { collectContainers } from '../containers/collect.ts'
import { unitVariablePattern } from '../processes/candidates.ts'
import type { Process } from '../processes/processes.ts'
import { find, listener, process } from './find-programs.testing.ts'
import { knownPrograms } from './known-programs.ts'

test('records have ids of their own, a danger in one or two sentences and a source', () => {
  expect(new Set(knownPrograms.map(({ id }) => id)).size).toBe(knownPrograms.length)
  for (const { id, danger, source } of knownPrograms) {
    expect(danger, id).toMatch(/\.$/)
    expect(source.length, id).toBeGreaterThan(5)
  }
})

test('variables whose values decide are read, of containers and of units', () => {
  const [section] = collectContainers()
  const read = section?.kind === 'script' ? (section.parameters[1] ?? '') : ''
  const decisive = knownPrograms.flatMap(({ authentication: { on, off, never, perhaps } }) =>
    [on, off, never, perhaps].flatMap((pattern) =>
      [...(pattern?.source ?? '').matchAll(/(?<![-.])\b(?:\[EK\])?([A-Z][A-Z_]+)\)?=/g)].map(([, name = '']) =>
        name.replace(/^G_AUTH/, 'KG_AUTH'),
      ),
    ),
  )
  expect(decisive).toEqual(
    expect.arrayContaining(['WEBUI_AUTH', 'API_KEY', 'LITELLM_MASTER_KEY', 'TABBY_NETWORK_DISABLE_AUTH', 'KG_AUTH_TOKEN']),
  )
  expect(decisive.filter((name) => !new RegExp(unitVariablePattern).test(`${name}=`))).toEqual([])
  // Of a container all names are told, and whether something stands there.
  const valued = decisive.filter((name) => !/_(?:KEY|TOKEN|PASSWORD)$/.test(name))
  const basic = new RegExp(`^(?:${read.replace(/\\([()|?{}])/g, '$1')})$`)
  expect(valued.filter((name) => !basic.test(name))).toEqual([])
})

test.each([
  ['vllm-router --worker-urls http://w:8000 --api-key k', 'unknown'],
  ['vllm-router --worker-urls http://w:8000 --api-key-validation-urls https://sso.example/validate', 'on'],
  ['vllm-router --port 8001 --routing-logic session', 'unknown'],
])('the key of a router is for its workers, not for clients: %s', (argv, expected) => {
  expect(find([process(5, 1, argv)], [listener(30_000, 5)])).toMatchObject([{ authentication: expected, binds: [{ port: 30_000 }] }])
})

test.each([
  ['sglang serve m --api-key k', 'on'],
  ['sglang serve m --api-key=', 'none'],
  ['sglang serve m --api-key --port 80', 'none'],
  // The key of the admin leaves prompts to everybody.
  ['sglang serve m --admin-api-key k', 'unknown'],
  ['tritonserver --http-restricted-api=model-repository:k=v', 'unknown'],
  ['python3 /srv/text-generation-webui/server.py --listen --api --gradio-auth u:p', 'unknown'],
  // The file may bring TLS alone.
  ['node_exporter --web.config.file=/etc/web.yml', 'unknown'],
  ['node_exporter --web.config.file /etc/web.yml', 'unknown'],
  ['node_exporter', 'none'],
  ['mlflow server --app-name basic-auth', 'on'],
  ['code-server --auth none', 'none'],
  ['/usr/lib/rstudio-server/bin/rserver --server-daemonize 0', 'default'],
  ['/usr/lib/rstudio-server/bin/rserver --auth-none=1', 'none'],
  ['env DISABLE_AUTH=true rserver', 'none'],
  ['letta server --host 0.0.0.0', 'unknown'],
  ['letta server --secure', 'on'],
  ['node /opt/SillyTavern/server.js --listen', 'unknown'],
  ['node /opt/SillyTavern/server.js --listen --basicAuthMode true', 'on'],
  ['node /opt/SillyTavern/server.js --listen --basicAuthMode=false', 'unknown'],
  ['code-server --auth password', 'on'],
  ['redis-server *:6379 --protected-mode no', 'none'],
  ['redis-server *:6379 --protected-mode no --requirepass ****', 'on'],
  // Without a token the password asks, where one is set; without a password the token is made up (jupyter_server/auth/identity.py).
  ['jupyter-lab --ip=0.0.0.0 --ServerApp.token= --ServerApp.password=‹redacted›', 'on'],
  ['jupyter-lab --IdentityProvider.token= --PasswordIdentityProvider.hashed_password=argon2:x', 'on'],
  ['jupyter-lab --NotebookApp.token= --NotebookApp.password=', 'none'],
  ['jupyter-lab --IdentityProvider.token=', 'none'],
  ['jupyter-lab --ServerApp.password=', 'default'],
  // A file that is named may take the token away, as the guides do (c.ServerApp.token = ''), and a class may ask nobody.
  ['jupyter lab --config=/etc/jupyter/lab.py', 'unknown'],
  ['jupyter lab --config /etc/jupyter/lab.py', 'unknown'],
  ['jupyterhub -f /etc/jupyterhub/jupyterhub_config.py', 'unknown'],
  ['jupyter lab --ServerApp.identity_provider_class=lab.Everybody', 'unknown'],
  ['jupyter lab --config=/etc/jupyter/lab.py --ServerApp.token=', 'none'],
  // What speaks gRPC asks nobody, beside HTTP or instead of it (sglang/launch_server.py, rust/sglang-grpc).
  ['sglang serve --model-path m --api-key ****', 'on'],
  ['sglang serve --model-path m --api-key **** --grpc-port 40000', 'none'],
  ['python3 -m sglang.launch_server --model-path m --api-key=**** --smg-grpc-mode', 'none'],
  // /invocations runs prompts past its key (router/src/server.rs).
  ['text-generation-launcher --model-id m --api-key ****', 'unknown'],
  ['text-generation-router --port 80', 'none'],
  ['lmdeploy serve api_server m --api-keys ****', 'unknown'],
  ['lmdeploy serve api_server m', 'none'],
  ['koboldcpp --config /srv/k.kcpps', 'unknown'],
  ['/opt/stable-diffusion-webui/venv/bin/python launch.py --listen --api --gradio-auth u:p', 'unknown'],
  ['/opt/stable-diffusion-webui/venv/bin/python launch.py --listen --api', 'none'],
  ['ttyd -c u:p bash', 'on'],
  ['/usr/bin/tini -- ttyd -W -p 7681 -c u:p bash', 'on'],
  // Words of the program that it shows, or that it starts.
  ['ttyd -W -p 7681 bash -c htop', 'none'],
  ['ttyd -W -t fontSize=20 bash -c htop', 'none'],
  ['gotty -w -t bash -c htop', 'none'],
  ['gotty -w -p 8080 -c u:p bash', 'on'],
  ['mcpo --port 8000 -- npx server --api-key k', 'none'],
  ['mcpo --port 8000 --api-key k -- npx server', 'on'],
  ['mcp-proxy --port 8096 uvx mcp-server-fetch', 'none'],
  ['mcp-proxy --port 8096 --apiKey k node server.js', 'on'],
  ['openclaw gateway --bind lan', 'default'],
  ['openclaw gateway --auth none', 'none'],
  ['jupyter kernelgateway --KernelGatewayApp.ip=0.0.0.0', 'none'],
  ['jupyter-kernelgateway --KernelGatewayApp.auth_token=****', 'on'],
  ['marimo edit --host 0.0.0.0', 'default'],
  ['marimo edit --host 0.0.0.0 --no-token', 'none'],
  ['opencode serve --hostname 0.0.0.0', 'none'],
  ['dask scheduler --tls-ca-file ca.pem --tls-cert c.pem', 'on'],
  ['dask scheduler', 'none'],
  ['mlflow gateway start --config-path c.yaml', 'none'],
])('does it ask: %s', (argv, expected) => {
  expect(find([process(5, 1, argv)], [listener(30_000, 5)])).toMatchObject([{ authentication: expected }])
})

// What decides may stand behind the end of the row.
test.each([
  ['sglang serve m', 'unknown'],
  ['sglang serve m --api-key k', 'on'],
  ['code-server --port 8080', 'unknown'],
  ['jupyter-lab --IdentityProvider.token=', 'unknown'],
  ['sglang serve m --api-key k --grpc-port 40000', 'none'],
])('does it ask, of a command line that was cut: %s', (argv, expected) => {
  expect(find([process(5, 1, argv, { cut: true })], [listener(30_000, 5)])).toMatchObject([{ authentication: expected }])
})

test('does it ask: one whose shell stays, in one word', () => {
  const text = 'cd /srv && HF_HOME=/m python3 -m sglang.launch_server --model-path meta-llama/x --api-key ****'
  const shell = { ...process(5, 1, 'sh'), argv: ['sh', '-c', text] }
  expect(find([shell, process(6, 5, 'python3 -m sglang.launch_server')], [listener(30_000, 6)])).toMatchObject([{ authentication: 'on' }])
  const keyed = { ...shell, argv: ['sh', '-c', 'LITELLM_MASTER_KEY=**** litellm --config c; true'] }
  expect(find([keyed], [listener(30_000, 5)])).toMatchObject([{ authentication: 'on' }])
})

test.each<[string, string | undefined]>([
  ['jupyter-lab --ip=0.0.0.0', 'its configuration file may switch that off'],
  ['jupyter lab --config=/l.py', '--config=/l.py may switch that off'],
  ['code-server --bind-addr 127.0.0.1:8080', 'its configuration file may switch that off'],
  // A word of its own stands before its file.
  ['code-server --auth password', undefined],
  ['jupyter-lab --ServerApp.token=', undefined],
  ['jupyter-lab --IdentityProvider.token=‹redacted›', undefined],
])('what may switch it off: %s', (argv, expected) => {
  expect(find([process(5, 1, argv)], [listener(30_000, 5)])[0]?.authenticationUnknown).toBe(expected)
})

test.each<[string, string, readonly string[]]>([
  ['[kworker/u9:0] -c /tmp/x.toml', '/tmp/.x/frpc', ['frp']],
  ['backup -N -R 8000:localhost:8000 gw', '/usr/bin/ssh', ['ssh-remote-forward']],
  // One program under many names, as k3s runs containerd and kubectl.
  ['containerd -c /var/lib/rancher/k3s/agent/etc/containerd/config.toml', '/var/lib/rancher/k3s/data/00/bin/k3s', []],
  ['web', '/usr/bin/python3.12', []],
])('%s runs %s', (line, executable, ids) => {
  expect(find([process(5, 1, line, { executable })], [listener(30_000, 5)]).map(({ id }) => id)).toEqual(ids)
})

test.each([
  ['open-webui serve', { WEBUI_AUTH: 'False' }, 'none'],
  ['open-webui serve', {}, 'default'],
  // Nothing but `true` counts (open_webui/env.py).
  ['open-webui serve', { WEBUI_AUTH: 'off' }, 'none'],
  ['open-webui serve', { WEBUI_AUTH: '' }, 'none'],
  ['open-webui serve', { WEBUI_AUTH: 'TRUE' }, 'default'],
  // Whoever comes past the proxy sends the header himself.
  ['open-webui serve', { WEBUI_AUTH: 'True', WEBUI_AUTH_TRUSTED_EMAIL_HEADER: 'X-Forwarded-Email' }, 'none'],
  ['/opt/tabbyAPI/venv/bin/python start.py', { TABBY_NETWORK_DISABLE_AUTH: 'true' }, 'none'],
  ['opencode serve', { OPENCODE_SERVER_PASSWORD: '****' }, 'on'],
  ['uvicorn speaches.main:create_app --factory', { API_KEY: '****' }, 'unknown'],
  ['litellm --config /etc/litellm.yaml', { LITELLM_MASTER_KEY: '****' }, 'on'],
  // As its guides have it, and as hosts send those.
  ['litellm --config /etc/litellm.yaml', { LITELLM_MASTER_KEY: 'sk-1234' }, 'none'],
  ['litellm --config /etc/litellm.yaml', { LITELLM_MASTER_KEY: '<placeholder>' }, 'none'],
  ['text-embeddings-router --model-id m', { API_KEY: '****' }, 'on'],
  ['ray start --head --block', { RAY_AUTH_MODE: 'token' }, 'on'],
])('%s with %j in its unit', (line, environment, expected) => {
  const unit = { id: 'ai.service', mainPid: 5, environment }
  const inside = process(5, 1, line, { cgroup: '/system.slice/ai.service' })
  expect(find([inside], [listener(30_000, 5)], [], [unit])).toMatchObject([{ authentication: expected }])
  // What the process itself was given counts before what its unit says now.
  expect(find([{ ...inside, environment: {} }], [listener(30_000, 5)], [], [unit])[0]?.authentication).not.toBe(
    /default|unknown/.test(expected) ? '' : expected,
  )
})

test.each([
  ['python -m sglang.launch_server --api-key ‹placeholder-3f9a2c1d›', { authentication: 'none', otherDoor: true }],
  ['python -m sglang.launch_server --api-key ****', { authentication: 'on' }],
  // A kind of login, and no key.
  ['code-server --auth password', { authentication: 'on' }],
])('a key that everybody knows asks nobody: %s', (line, expected) => {
  expect(find([process(5, 1, line)], [listener(30_000, 5)])).toMatchObject([expected])
})

test('one program with its children and their sockets; what a flag says about authentication', () => {
  const found = find(
    [
      process(10, 1, "jupyter-lab --ip=0.0.0.0 --ServerApp.token=''", { cgroup: '/system.slice/jupyter.service' }),
      process(11, 10, 'python -m ipykernel_launcher'),
      process(20, 1, 'tritonserver --model-repository=/m'),
      process(30, 1, '/usr/bin/dockerd -H tcp://127.0.0.1:2375 --tlsverify'),
      process(31, 30, 'docker-proxy -host-port 8080'),
    ],
    [listener(8888, 10), listener(40_001, 11, '127.0.0.1'), listener(8000, 20), listener(2375, 30, '127.0.0.1'), listener(8080, 31)],
  )
  expect(found.map(({ id, unit, binds, authentication }) => [id, unit, binds.map(({ port }) => port), authentication])).toEqual([
    ['jupyter', 'jupyter.service', [8888, 40_001], 'none'],
    ['triton', undefined, [8000], 'none'],
    ['docker-tcp', undefined, [2375], 'on'],
  ])
})

test('ComfyUI in its own folder is found with its socket', () => {
  const found = find([process(40, 1, 'python3 main.py --listen 0.0.0.0 --preview-method auto')], [listener(8188, 40)])
  expect(found).toMatchObject([{ id: 'comfyui', authentication: 'none', binds: [{ port: 8188 }] }])
})

test('the Docker API by its socket, where daemon.json opens it; ports of Swarm and of containers are not it', () => {
  const daemon = process(30, 1, '/usr/bin/dockerd -H fd://', { name: 'dockerd' })
  expect(find([daemon], [listener(2375, 30)])).toMatchObject([{ id: 'docker-tcp', authentication: 'none', binds: [{ port: 2375 }] }])
  expect(find([daemon, process(31, 30, 'docker-proxy -host-port 80')], [listener(2377, 30), listener(80, 31)])).toEqual([])
})

describe('a daemon that holds the ports of its containers itself ("userland-proxy": false, seen with Docker 20.10.24)', () => {
  const daemon = process(30, 1, '/usr/sbin/dockerd -H fd://', { name: 'dockerd' })
  const port = (hostAddress: string, hostPort: number, protocol = 'tcp') => ({ hostAddress, hostPort, containerPort: 11_434, protocol })
  const range = {
    id: 'b'.repeat(64),
    name: 'range',
    image: 'ollama/ollama:0.16.3',
    running: true,
    ports: [port('0.0.0.0', 8500)],
    user: '',
  }
  const container = { ...range, hostNetwork: false, command: [], environment: {}, pid: 0, line: 4 }
  const held = { ...listener(8500, 30), processes: [{ name: 'dockerd', pid: 30 }] }
  const api = { ...listener(2375, 30), processes: [{ name: 'dockerd', pid: 30 }] }

  test('offers no API by them', () => {
    expect(find([daemon], [held], [container])).toEqual([])
    expect(find([daemon], [held, api], [container])).toMatchObject([{ id: 'docker-tcp', binds: [{ port: 2375 }] }])
  })

  test.each([
    ['a container that is stopped', { ...container, running: false }],
    ['another protocol', { ...container, ports: [port('0.0.0.0', 8500, 'udp')] }],
    ['another address', { ...container, ports: [port('127.0.0.1', 8500)] }],
    ['no container', undefined],
  ])('but does by a port that stands with %s', (_, one) =>
    expect(find([daemon], [held], one ? [one] : [])).toMatchObject([{ id: 'docker-tcp', binds: [{ port: 8500 }] }]),
  )

  // plumbProxy of libnetwork, service_linux.go; this kernel has no ip_vs, without which Docker publishes none.
  test('on a node of Swarm, which holds ports of services wherever they run, only its usual and named ones are the API', () => {
    const of = (port: number) => ({ ...listener(port, 30), processes: [{ name: 'dockerd', pid: 30 }] })
    const node = [of(2377), of(7946)]
    expect(find([daemon], node, [])).toEqual([])
    expect(find([daemon], [...node, of(443)], [])).toMatchObject([
      { binds: [], bindsUnknown: 'whether 443 is its own or a port of a service of Swarm is not known' },
    ])
    expect(find([daemon], [...node, api, of(443)], [])).toMatchObject([{ binds: [{ port: 2375 }], bindsUnknown: expect.any(String) }])
    const [alone] = find([daemon], [...node, api], [])
    expect([alone?.binds.map(({ port }) => port), alone?.bindsUnknown]).toEqual([[2375], undefined])
  })

  test('where the containers are not known, which of its ports are the API is not either, its usual and named ones aside', () => {
    expect(find([daemon], [held], 'unknown')).toMatchObject([
      { binds: [], bindsUnknown: expect.stringContaining('whether 8500 is its own') },
    ])
    expect(find([daemon], [api], 'unknown')).toMatchObject([{ binds: [{ port: 2375 }] }])
    const named = process(30, 1, '/usr/sbin/dockerd -H tcp://0.0.0.0:8500', { name: 'dockerd' })
    expect(find([named], [held], 'unknown')).toMatchObject([{ binds: [{ port: 8500 }] }])
  })
})

test('sockets without owners: it is said that they could not be seen', () => {
  expect(find([process(20, 1, 'tritonserver')], [listener(8000, undefined)])[0]).toMatchObject({
    binds: [],
    bindsUnknown: 'the owners of sockets could not be read',
  })
})

test('a container whose processes are not seen counts by its image and published ports', () => {
  const container = {
    id: 'a'.repeat(64),
    name: 'webui',
    image: 'ghcr.io/open-webui/open-webui:main',
    running: true,
    ports: [{ hostAddress: '0.0.0.0', hostPort: 3000, containerPort: 8080, protocol: 'tcp' }],
    user: '',
    hostNetwork: false,
    command: ['bash', 'start.sh'],
    environment: { WEBUI_AUTH: 'False' },
    pid: 0,
    line: 4,
  }
  const shared = { ...container, ports: [], portsUnknown: 'it shares the network of another container' }
  expect(find([], [], [shared])).toMatchObject([{ binds: [], bindsUnknown: shared.portsUnknown }])
  expect(find([process(9, 1, 'open-webui serve', { cgroup: `/docker/${container.id}` })], [], [shared])).toMatchObject([
    { binds: [], bindsUnknown: shared.portsUnknown },
  ])
  // The first process of a container tells its network, whoever serves in it.
  const first = process(8, 1, 'bash start.sh', { cgroup: `/docker/${container.id}`, gateways: ['172.18.0.1'], addresses: ['172.18.0.2'] })
  const onTheLan = { ...first, addresses: ['172.18.0.2', '10.77.2.128'] }
  const serving = process(9, 8, 'open-webui serve', { cgroup: `/docker/${container.id}` })
  const local = { ...container, ports: [{ hostAddress: '127.0.0.1', hostPort: 3000, containerPort: 8080, protocol: 'tcp' }] }
  const unseen = (...processes: readonly Process[]) => find(processes, [], [local])[0]?.bindsUnknown
  expect([unseen(first), unseen(first, serving)]).toEqual([undefined, undefined])
  for (const reason of [unseen(onTheLan), unseen(onTheLan, serving)]) expect(reason).toContain('10.77.2.128')
  expect(find([], [], [container])).toMatchObject([
    {
      id: 'open-webui',
      container: 'webui',
      binds: [{ port: 3000, scope: 'wildcard' }],
      authentication: 'none',
      decidedBy: 'WEBUI_AUTH=False',
    },
  ])
})

test.each<Readonly<Record<string, string>>>([
  { NetworkNamespacePath: '/run/netns/ai' },
  { PrivateNetwork: 'yes' },
  { PrivateNetwork: 'no' },
])('what its unit keeps in a network of its own is not said to open no port: %j', (properties) => {
  const webui = process(9, 1, '/opt/webui/bin/open-webui serve', { cgroup: '/system.slice/open-webui.service' })
  const [program] = find([webui], [], [], [{ id: 'open-webui.service', environment: {}, properties }])
  expect(program).toMatchObject({ id: 'open-webui', unit: 'open-webui.service', binds: [] })
  expect(program?.bindsUnknown !== undefined).toBe(properties.PrivateNetwork !== 'no')
})

test.each([
  ['Podman', ['/usr/bin/conmon', '--api-version', '1', '-c', 'b'.repeat(64), '-u', 'b'.repeat(64), '-n', 'notes'], 'notes'],
  ['containerd', ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', 'b'.repeat(64)], 'b'.repeat(12)],
  // As ctr of containerd 2.1 starts one.
  ['containerd, by ctr', ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'default', '-id', 'notes', '-address', '/run/c.sock'], 'notes'],
])('a monitor of %s above it: it runs in a container, and what no list tells of that is not known', (_, argv, container) => {
  const monitor = { ...process(8, 1, 'x'), argv }
  const [inside] = find([monitor, process(9, 8, 'jupyter-lab --ip=0.0.0.0')], [])
  expect(inside).toMatchObject({ container, unit: undefined, binds: [], bindsUnknown: expect.stringMatching(/published ports/) })
  expect(find([process(9, 1, 'jupyter-lab --ip=0.0.0.0')], [])).toMatchObject([{ container: undefined, binds: [] }])
  // Older ones of Docker do not say which it is.
  const older = { ...process(8, 1, 'x'), argv: ['containerd-shim', '-namespace', 'moby', '-workdir', '/var/lib/x'] }
  expect(find([older, process(9, 8, 'jupyter-lab --ip=0.0.0.0')], [])).toMatchObject([{ container: undefined }])
})
