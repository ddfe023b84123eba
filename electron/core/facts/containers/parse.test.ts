import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BY_SWARM, SHARED } from './containers.ts'
import { parseContainers } from './parse.ts'
import { readListedPorts } from './ports.ts'

const id = 'f'.repeat(64)

test.each([
  ['', []],
  ['11434/tcp', []],
  ['0.0.0.0:11434->11434/tcp, [::]:11434->11434/tcp', ['0.0.0.0 11434 11434', ':: 11434 11434']],
  ['0.0.0.0:80->8080/tcp, :::80->8080/tcp', ['0.0.0.0 80 8080', ':: 80 8080']],
  ['127.0.0.1:8000->8000/tcp, 9000/tcp', ['127.0.0.1 8000 8000']],
  ['10.0.0.5:8000-8002->9000-9002/tcp', ['10.0.0.5 8000 9000', '10.0.0.5 8001 9001', '10.0.0.5 8002 9002']],
  ['0.0.0.0:53->53/udp', ['0.0.0.0 53 53']],
  // gateway_mode=routed of Docker 28: docker-proxy alone holds the second.
  ['0.0.0.0:0->8080/tcp, [::]:12205->8080/tcp', [':: 12205 8080']],
])('ports %j', (text, expected) => {
  const { read, unread } = readListedPorts(text)
  expect(unread).toBeUndefined()
  expect(read.map(({ hostAddress, hostPort, containerPort }) => `${hostAddress} ${hostPort} ${containerPort}`)).toEqual(expected)
})

test.each([
  ['0.0.0.0:5060->5060/sctp', undefined],
  ['0.0.0.0:80->80/tcp, somewhere=>90->90/tcp', 'somewhere=>90->90/tcp'],
])('ports %j: %j is not understood', (text, unread) => {
  expect(readListedPorts(text).unread).toBe(unread)
})

test.each(['inspect', 'list'])('Docker 28 (%s): what is published, in networks of every kind', (how) => {
  const result = parseContainers(readFileSync(new URL(`./__fixtures__/docker-28-${how}.txt`, import.meta.url), 'utf8'))
  if (!result.ok) throw new Error(result.reason)
  const found = result.containers.containers.map(({ name, ports, portsUnknown, hostNetwork }) => {
    const printed = ports.map(({ hostAddress, hostPort, containerPort }) => `${hostAddress} ${hostPort} ${containerPort}`)
    return [name, [...printed, ...(hostNetwork ? ['host'] : []), ...(portsUnknown ? ['unknown'] : [])].sort()]
  })
  const everywhere = ['0.0.0.0 12201 8080', ':: 12201 8080']
  expect(Object.fromEntries(found)).toEqual({
    all: everywhere,
    loop: ['127.0.0.1 12202 8080'],
    spec: ['10.77.2.12 12203 8080'],
    ...{ none: [], unprot1: [], routed1: [], inner1: [], isol1: [] },
    unprot2: ['127.0.0.1 12204 8080'],
    routed2: [':: 12205 8080'],
    routed3: [':: 32768 8080'],
    trust1: ['127.0.0.1 12207 8080'],
    hostn: ['host'],
    // Of one that shares the network of another the list tells nothing.
    share: how === 'inspect' ? everywhere : ['unknown'],
  })
})

/** What ran on each recorded host; see README. */
const started = {
  ollama: ['0.0.0.0 11434 11434 tcp'],
  vllm: ['127.0.0.1 8000 8000 tcp'],
  localai: [],
  ranges: ['0.0.0.0 5353 53 udp', '10.80.2.11 9000 9000 tcp', '10.80.2.11 9001 9001 tcp', '10.80.2.11 9002 9002 tcp'],
  stopped: ['0.0.0.0 7000 7000 tcp'],
}

const hosts = ['debian-11', 'debian-12', 'debian-13'].flatMap((os) =>
  (['docker', 'podman'] as const).flatMap((runtime) => (['inspect', 'list'] as const).map((how) => [os, runtime, how] as const)),
)
test.each(hosts)('%s: %s %s', (os, runtime, how) => {
  const result = parseContainers(readFileSync(new URL(`./__fixtures__/${os}-${runtime}-${how}.txt`, import.meta.url), 'utf8'))
  if (!result.ok) throw new Error(result.reason)
  const found = new Map(result.containers.containers.map((container) => [container.name, container]))
  const portsOf = (name: string) =>
    (found.get(name)?.ports ?? [])
      .filter(({ hostAddress }) => !hostAddress.includes(':'))
      .map((port) => `${port.hostAddress} ${port.hostPort} ${port.containerPort} ${port.protocol}`)
      .sort()
  for (const [name, ports] of Object.entries(started)) {
    // `docker container ls` shows no ports of a stopped container, and says so.
    const hidden = name === 'stopped' && runtime === 'docker' && how === 'list'
    expect([name, portsOf(name)]).toEqual([name, hidden ? [] : ports])
    if (hidden) expect(found.get(name)?.portsUnknown).toContain('stopped')
  }
  expect([...found].filter(([, { running }]) => !running).map(([name]) => name)).toEqual(['stopped'])
  expect(found.get('vllm')).toMatchObject({ runtime, inspected: how === 'inspect' })
  expect(found.get('vllm')?.command.slice(-4)).toEqual(['--api-key', '****', '--host', '0.0.0.0'])
  expect(found.get('ollama')?.hostNetwork).toBe(false)
  // Podman 3 lists the host's network like the default one.
  const oldList = os === 'debian-11' && runtime === 'podman' && how === 'list'
  expect(found.get('localai')?.hostNetwork).toBe(!oldList)
  expect(found.get('localai')?.portsUnknown === undefined).toBe(!oldList)
  if (how === 'inspect') {
    expect(found.get('vllm')).toMatchObject({ user: '1000:1000', environment: { VLLM_API_KEY: '****' } })
    expect(found.get('ollama')).toMatchObject({
      restartPolicy: 'unless-stopped',
      mounts: [{ source: '/srv/models', destination: '/root/.ollama', readOnly: false }],
    })
  }
})

test('inspect', () => {
  const row = {
    ...{
      Id: id,
      Name: '/ollama',
      Image: 'ollama/ollama:0.16.3',
      Running: true,
      Pid: 77,
      User: '',
      Env: ['OLLAMA_HOST=0.0.0.0:11434', 'A=b=c'],
    },
    ...{ Path: '/bin/ollama', Args: ['serve'], Mounts: [{ Type: 'bind', Source: '/srv/models', Destination: '/root/.ollama', RW: true }] },
    ...{ NetworkMode: 'bridge', Privileged: false, RestartPolicy: 'always' },
    // As Docker 20.10.24 printed them.
    ...{
      CapAdd: ['SYS_ADMIN'],
      CapDrop: null,
      PidMode: 'host',
      DeviceRules: ['b 7:* rmw'],
      DeviceRequests: [{ Driver: '', Count: -1, DeviceIDs: null, Capabilities: [['gpu']], Options: {} }],
      Devices: [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/x', CgroupPermissions: 'rwm' }],
    },
    Ports: { '11434/tcp': [{ HostIp: '0.0.0.0', HostPort: '11434' }], '9/udp': null },
  }
  expect(parseContainers(`@docker inspect\n${JSON.stringify(row)}\n@end\n`)).toEqual({
    ok: true,
    containers: {
      podContainers: [],
      runtimes: ['docker'],
      containers: [
        {
          id,
          name: 'ollama',
          image: 'ollama/ollama:0.16.3',
          running: true,
          runtime: 'docker',
          ports: [{ hostAddress: '0.0.0.0', hostPort: 11434, containerPort: 11434, protocol: 'tcp' }],
          user: '',
          hostNetwork: false,
          privileged: false,
          addedCapabilities: ['SYS_ADMIN'],
          droppedCapabilities: [],
          deviceRules: ['b 7:* rmw'],
          gpus: ['all'],
          hostProcesses: true,
          devices: ['/dev/sda'],
          command: ['/bin/ollama', 'serve'],
          environment: { OLLAMA_HOST: '0.0.0.0:11434', A: 'b=c' },
          mounts: [{ source: '/srv/models', destination: '/root/.ollama', readOnly: false }],
          pid: 77,
          inspected: true,
          restartPolicy: 'always',
          line: 2,
        },
      ],
    },
  })
})

test.each([
  ['--gpus 2', { Count: 2, DeviceIDs: null }, ['0', '1']],
  ['--gpus device=0,GPU-2', { Count: 0, DeviceIDs: ['0', 'GPU-2'] }, ['0', 'GPU-2']],
])('%s', (_, request, gpus) => {
  const row = { Id: id, DeviceRequests: [{ Driver: '', ...request, Capabilities: [['gpu']], Options: {} }] }
  expect(parseContainers(`@docker inspect 1\n${JSON.stringify(row)}\n@end\n`)).toMatchObject({ containers: { containers: [{ gpus }] } })
})

test('one that fails and is started again publishes what it will once it runs', () => {
  const row = {
    ...{ Id: id, Name: '/vllm', Running: true, Pid: 0, NetworkMode: 'default', Ports: {} },
    Bindings: { '8000/tcp': [{ HostIp: '', HostPort: '8000' }] },
  }
  expect(parseContainers(`@docker inspect 1\n${JSON.stringify(row)}\n@end\n`)).toMatchObject({
    containers: { containers: [{ running: false, ports: [{ hostAddress: '0.0.0.0', hostPort: 8000 }] }] },
  })
})

test('Swarm publishes what its container does not list', () => {
  // As Docker 20.10.24 listed the task of a service with --publish 8081:8080.
  const row = {
    ID: id,
    Names: 'chat.1.phbdovcawjjaiiml6mu05y358',
    Image: 'ollama/ollama:0.16.3',
    Ports: '',
    State: 'running',
    Networks: 'ingress',
  }
  const inspected = {
    Id: id,
    Name: '/chat.1.phbdovcawjjaiiml6mu05y358',
    Running: true,
    NetworkMode: 'default',
    Ports: {},
    Networks: { ingress: { IPAddress: '10.0.0.7' }, shop_default: { IPAddress: '10.0.1.7' } },
  }
  for (const [how, answer] of [
    ['list', row],
    ['list', { ...row, Networks: 'ingress,shop_default' }],
    ['inspect', inspected],
  ] as const)
    expect(parseContainers(`@docker ${how}\n${JSON.stringify(answer)}\n@end`)).toMatchObject({
      containers: { containers: [{ ports: [], portsUnknown: BY_SWARM }] },
    })
})

test('the listing that sudo may run', () => {
  const row = {
    ID: id,
    Names: 'vllm',
    Image: 'vllm/vllm-openai:v0.21.0',
    Command: '"vllm serve --host 0.0.0.0"',
    Ports: '127.0.0.1:8000->8000/tcp',
    State: 'running',
    Status: 'Up 5 days',
    Networks: 'bridge',
  }
  expect(parseContainers(`@docker list\n${JSON.stringify(row)}\n@end`)).toMatchObject({
    ok: true,
    containers: {
      containers: [
        {
          name: 'vllm',
          running: true,
          inspected: false,
          command: ['vllm', 'serve', '--host', '0.0.0.0'],
          ports: [{ hostAddress: '127.0.0.1' }],
          line: 2,
        },
      ],
    },
  })
})

/** Networks as Docker (EndpointSettings) and Podman (InspectAdditionalNetwork) tell them; written after their documentation. */
const inNetwork = (IPAddress: string, GlobalIPv6Address = '') => ({ IPAddress, GlobalIPv6Address, NetworkID: 'n', Gateway: '' })
const composed = { Gateway: '172.18.0.1', Aliases: ['a-web-1', 'web'], DNSNames: ['a-web-1', 'web', 'c0ffee'] }
test.each<[string, object, unknown]>([
  [
    'the default network',
    { NetworkMode: 'bridge', Networks: { bridge: inNetwork('172.17.0.2') } },
    [{ name: 'bridge', addresses: ['172.17.0.2'] }],
  ],
  [
    'two of Compose, one with both families',
    {
      NetworkMode: 'a_default',
      Name: '/a-web-1',
      Networks: { a_default: { ...inNetwork('172.18.0.2', 'fd00::2'), ...composed }, b: inNetwork('172.19.0.2') },
    },
    [
      { name: 'a_default', addresses: ['172.18.0.2', 'fd00::2'], gateways: ['172.18.0.1'], names: ['a-web-1', 'web', 'c0ffee'] },
      { name: 'b', addresses: ['172.19.0.2'], names: ['a-web-1'] },
    ],
  ],
  ['none', { NetworkMode: 'none', Networks: { none: inNetwork('') } }, []],
  ['that of another container', { NetworkMode: 'container:abc', Networks: {} }, undefined],
  ['a program of its own', { NetworkMode: 'slirp4netns', Networks: null }, undefined],
  ['one without an address', { NetworkMode: 'a', Networks: { a: inNetwork('172.18.0.2'), b: null } }, undefined],
  ['not asked yet', { NetworkMode: 'bridge' }, undefined],
])('networks of a container, inspected: %s', (_, row, expected) => {
  const result = parseContainers(`@docker inspect 1\n${JSON.stringify({ Id: id, ...row })}\n@end\n`)
  expect(result.ok && result.containers.containers.map(({ networks }) => networks)).toEqual([expected])
})

test('what is published of the container whose network another shares is published of both', () => {
  const lender = { Id: 'b'.repeat(64), NetworkMode: 'a', Running: true, Networks: { a: inNetwork('172.18.0.2') } }
  const rows = [
    { Id: id, NetworkMode: `container:${lender.Id}`, Running: true, Ports: {} },
    { ...lender, Ports: { '8080/tcp': [{ HostIp: '::', HostPort: '8085' }] } },
    { Id: 'c'.repeat(64), NetworkMode: 'container:gone', Running: true },
  ]
  const result = parseContainers(`@docker inspect 3\n${rows.map((row) => JSON.stringify(row)).join('\n')}\n@end\n`)
  const found = result.ok ? result.containers.containers : []
  expect(found.map(({ ports, portsUnknown }) => [ports.map(({ hostPort }) => hostPort), portsUnknown])).toEqual([
    [[8085], undefined],
    [[8085], undefined],
    [[], SHARED],
  ])
  expect(found[0]?.networks).toEqual(found[1]?.networks)
})

test.each([
  ['running', SHARED],
  ['exited', 'docker does not list the ports of a container that is stopped'],
])('Docker lists no network of a container that shares one: %s', (State, expected) => {
  const result = parseContainers(`@docker list \n${JSON.stringify({ ID: id, Names: 'a', Image: 'i', Networks: '', State })}\n@end\n`)
  expect(result.ok && result.containers.containers[0]?.portsUnknown).toBe(expected)
})

test.each<[string, string, unknown]>([
  [
    'docker',
    JSON.stringify({ ID: id, Names: 'a', Image: 'i', Networks: 'a_default,b' }),
    [
      { name: 'a_default', addresses: [] },
      { name: 'b', addresses: [] },
    ],
  ],
  ['docker', JSON.stringify({ ID: id, Names: 'a', Image: 'i', Networks: 'none' }), []],
  ['docker', JSON.stringify({ ID: id, Names: 'a', Image: 'i', Networks: '' }), undefined],
  ['podman list 5.4.2', JSON.stringify([{ Id: id, Networks: ['podman'] }]), [{ name: 'podman', addresses: [] }]],
  ['podman list 5.4.2', JSON.stringify([{ Id: id, Networks: [] }]), undefined],
  // Of whatever mode.
  ['podman list 3.0.1', JSON.stringify([{ Id: id, Networks: ['podman'] }]), undefined],
])('networks of a container, listed by %s: %s', (runtime, rows, expected) => {
  const result = parseContainers(`@${runtime.includes(' ') ? runtime : `${runtime} list`}\n${rows}\n@end\n`)
  expect(result.ok && result.containers.containers.map(({ networks }) => networks)).toEqual([expected])
})

test('podman, over several lines', () => {
  const rows = [
    {
      Id: id,
      Names: ['localai'],
      Image: 'docker.io/localai/localai:latest',
      Command: ['run'],
      State: 'running',
      Pid: 9,
      Networks: ['podman'],
      Ports: [{ host_ip: '', container_port: 8080, host_port: 8080, range: 1, protocol: 'tcp' }],
    },
  ]
  expect(parseContainers(`@docker stopped\n@podman list\n${JSON.stringify(rows, null, 2)}\n@end`)).toMatchObject({
    ok: true,
    containers: {
      runtimes: ['docker', 'podman'],
      containers: [{ name: 'localai', pid: 9, ports: [{ hostAddress: '0.0.0.0', hostPort: 8080 }], line: 5 }],
    },
  })
})

test.each<[string, string, object]>([
  ['neither is installed', '@end\n', { ok: true, containers: { runtimes: [], containers: [] } }],
  ['installed, but not for the audit account', '@docker denied\n@end\n', { ok: false, denied: true }],
  ['cut short', '@docker inspect\n', { ok: false, denied: false }],
  [
    'a container that inspect did not tell of',
    '@podman inspect 1\n\n@end\n',
    { ok: false, denied: false, reason: expect.stringContaining('1') },
  ],
  ['a template that failed', '@podman inspect 1\n{"Id":\n@end\n', { ok: false, denied: false }],
  ['none', '@docker inspect 0\n\n@end\n', { ok: true, containers: { runtimes: ['docker'], containers: [] } }],
  ['an unknown form', '@docker inspect\n{"Id":1}\n@end\n', { ok: false, denied: false }],
  ['no JSON', '@docker list\nCannot connect\n@end\n', { ok: false, denied: false }],
])('%s', (_, text, expected) => {
  expect(parseContainers(text)).toMatchObject(expected)
})

test('property: never throws', () => {
  const line = fc.oneof(fc.constantFrom('@docker inspect', '@podman list', '@end', '[]', '{}', '[{"Id":"'), fc.string({ maxLength: 40 }))
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      parseContainers(lines.join('\n'))
    }),
  )
})

test('a Docker that was not asked, since that would have started it, is not known', () => {
  expect(parseContainers('@docker asleep\n@podman list 5.4.2\n[]\n@end')).toMatchObject({
    ok: false,
    reason: expect.stringContaining('docker.socket'),
    denied: false,
  })
})

/** Columns after cmd/crictl/container.go of cri-tools 1.31; an image without a name keeps its hash, and one without either leaves its column empty. */
test('images of pods, as crictl lists them', () => {
  const head =
    'CONTAINER                                                          IMAGE   CREATED   STATE   NAME   ATTEMPT   POD ID   POD   NAMESPACE'
  const rest = `2 hours ago   Running   vllm   0   ${'e'.repeat(64)}   chat-0   ai`
  const rows = [
    `${id}   docker.io/vllm/vllm-openai:v0.11.0   ${rest}`,
    `${'a'.repeat(64)}   sha256:${'b'.repeat(64)}   ${rest}`,
    `${'c'.repeat(64)}      ${rest}`,
    `0123456789abc   docker.io/ollama/ollama:0.5.7   ${rest}`,
  ]
  expect(parseContainers(['@docker list', '@cri list', head, ...rows, '@end'].join('\n'))).toMatchObject({
    containers: {
      podContainers: [
        { id, image: 'docker.io/vllm/vllm-openai:v0.11.0', line: 4 },
        { id: 'a'.repeat(64), image: `sha256:${'b'.repeat(64)}`, line: 5 },
      ],
    },
  })
  expect(parseContainers('@cri unread\n@end')).toMatchObject({ ok: true, containers: { podContainers: [] } })
})

test.each([
  ['list', [], undefined, SHARED],
  ['inspect', ['0.0.0.0 8085', ':: 8085'], ['bridge'], undefined],
])('Docker 20.10.24, a container with the network of another: %s', (how, ports, networks, portsUnknown) => {
  const result = parseContainers(readFileSync(new URL(`./__fixtures__/debian-12-docker-shared-${how}.txt`, import.meta.url), 'utf8'))
  const of = (name: string) => (result.ok ? result.containers.containers.find((one) => one.name === name) : undefined)
  const sharer = of('sharer')
  expect(sharer?.ports.map(({ hostAddress, hostPort }) => `${hostAddress} ${hostPort}`)).toEqual(ports)
  expect([sharer?.networks?.map(({ name }) => name), sharer?.portsUnknown, sharer?.hostNetwork]).toEqual([networks, portsUnknown, false])
  expect(of('holder')?.ports.map(({ hostPort }) => hostPort)).toEqual([8085, 8085])
  expect(of('on-host')).toMatchObject({ hostNetwork: true, running: true })
})
