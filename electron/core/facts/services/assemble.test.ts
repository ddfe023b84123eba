import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Listener } from '#shared/model/listener.ts'
import { BY_SWARM, type Container, SHARED } from '../containers/containers.ts'
import { parseSs } from '../listeners/parse-ss.ts'
import { parseAddresses } from '../network/parse.ts'
import { parseProcesses } from '../processes/parse.ts'
import type { Process } from '../processes/processes.ts'
import { parseUnits } from '../units/parse.ts'
import type { Unit } from '../units/units.ts'
import { assembleServices } from './assemble.ts'
import { engineOfImage, versionOfImage } from './images.ts'
import { hostAddressesOf } from './own-address.ts'
import type { ServiceSources } from './sources.ts'

describe('a port that a rule leads to loopback', () => {
  const ledTo = (address: string) => [
    { port: 8095, address, to: 11434, section: 'nftables', line: 7 },
    { port: 8096, address, to: 9, section: 'nftables', line: 8 },
  ]
  const binds = (more: Partial<ServiceSources>, address = '127.0.0.1') => {
    const [found] = assembleServices({
      ...base,
      processes: [process(9, '/usr/bin/ollama serve')],
      listeners: [listener(`${address}:11434`, 9)],
      ...more,
    })
    return [...(found?.binds.map((bind) => `${bind.address}:${bind.port} ${bind.scope}`) ?? []), ...(found?.bindUnknown ? ['unknown'] : [])]
  }
  const local = '127.0.0.1:11434 loopback'
  const open = '0.0.0.0:8095 wildcard'
  test.each<[string, Partial<ServiceSources>, readonly string[]]>([
    ['opens the socket there', { ledTo, routesLoopback: true }, [local, open]],
    ['which the kernel does not let', { ledTo, routesLoopback: false }, [local]],
    ['and what the kernel lets was not read', { ledTo }, [local, 'unknown']],
    ['leads elsewhere', { ledTo: () => [], routesLoopback: true }, [local]],
    ['may be there, unread', { routesLoopback: true }, [local, 'unknown']],
    ['and neither was read', {}, [local]],
  ])('%s', (_, more, expected) => {
    expect(binds(more)).toEqual(expected)
  })
  test('is nothing to one that listens for all', () => {
    expect(binds({ ledTo, routesLoopback: true }, '0.0.0.0')).toEqual(['0.0.0.0:11434 wildcard'])
  })
})

describe('a port that a rule leads to another of the host', () => {
  const turned = (family: 4 | 6, port: number, to: number) => ({ family, port, to, section: 'nftables', line: 7 })
  test.each<[string, string, NonNullable<ServiceSources['ownPorts']>, readonly string[]]>([
    ['is a door of what listens there', '0.0.0.0:11434', [turned(4, 9999, 11434)], ['0.0.0.0:11434', '0.0.0.0:9999']],
    ['in both families', '*:11434', [turned(4, 9999, 11434), turned(6, 9999, 11434)], ['*:11434', '*:9999']],
    ['of IPv6 alone', ':::11434', [turned(6, 9999, 11434)], [':::11434', ':::9999']],
    ['at one address', '10.0.3.7:11434', [turned(4, 9999, 11434)], ['10.0.3.7:11434', '0.0.0.0:9999']],
    ['not of the other family', '0.0.0.0:11434', [turned(6, 9999, 11434)], ['0.0.0.0:11434']],
    ['not of another port', '0.0.0.0:11434', [turned(4, 9999, 8080)], ['0.0.0.0:11434']],
    ['not of loopback, where nothing redirected arrives', '127.0.0.1:11434', [turned(4, 9999, 11434)], ['127.0.0.1:11434']],
  ])('%s', (_, socket, ownPorts, expected) => {
    const [found] = assembleServices({
      ...base,
      processes: [process(9, '/usr/bin/ollama serve')],
      listeners: [listener(socket, 9)],
      ownPorts,
    })
    expect(found?.binds.map(({ address, port }) => `${address}:${port}`)).toEqual(expected)
  })
})

test.each([
  ['registry.redhat.io/rhaiis/vllm-cuda-rhel9:3.2', 'vllm'],
  ['vllm/vllm-omni:v0.12', 'vllm'],
  ['vllm/vllm-router:v0.1', undefined],
  ['quay.io/go-skynet/local-ai:latest', 'localai'],
  ['quay.io/ascend/vllm-ascend:v0.11', 'vllm'],
  ['ghcr.io/abetlen/llama-cpp-python:latest', 'llama.cpp'],
])('the engine that %s is named after', (image, engine) => expect(engineOfImage(image)).toBe(engine))

test.each([
  ['vllm/vllm-openai:v0.9.0rc1', '0.9.0rc1'],
  ['nvcr.io/nvidia/vllm:25.09-py3', undefined],
  ['registry.lan/ollama:2025.11.1', undefined],
  ['registry.lan/vllm:v24.04', undefined],
  ['vllm/vllm-openai:v0.6.4.post1', '0.6.4.post1'],
  ['ollama/ollama:0.5.1-rc2-rocm', '0.5.1-rc2'],
  ['localai/localai:v4.9.0-gpu-nvidia-cuda-12', '4.9.0'],
  ['x/vllm:0.9-development', '0.9'],
  ['x/vllm:0.9-amd64', '0.9'],
  ['ghcr.io/ggml-org/llama.cpp:server-cuda-b4589', 'b4589'],
  ['ghcr.io/ggml-org/llama.cpp:server-cuda12.4', undefined],
  ['ollama/ollama:latest', undefined],
  ['ollama/ollama@sha256:0011', undefined],
])('the version that %s states', (image, version) => expect(versionOfImage(image)).toBe(version))

const id = 'ab'.repeat(32)
const base: ServiceSources = { processes: [], listeners: [], units: [], containers: [], accounts: undefined }

const process = (pid: number, line: string, more: Partial<Process> = {}): Process => ({
  pid,
  ppid: 1,
  user: 'ai',
  uid: 990,
  name: line.split(' ')[0]?.split('/').at(-1) ?? '',
  argv: line.split(' '),
  line: pid,
  ...more,
})
const listener = (text: string, pid?: number): Listener => {
  const at = text.lastIndexOf(':')
  const address = text.slice(0, at)
  const scope = address === '127.0.0.1' ? 'loopback' : address === '0.0.0.0' ? 'wildcard' : 'specific'
  return { protocol: 'tcp', address, port: Number(text.slice(at + 1)), scope, processes: pid ? [{ name: 'x', pid }] : [], line: 1 }
}
const unit = (more: Partial<Unit>): Unit => ({
  id: 'ai.service',
  activeState: 'active',
  unitFileState: 'enabled',
  mainPid: 0,
  user: 'ai',
  group: 'ai',
  supplementaryGroups: [],
  dynamicUser: false,
  execStart: [],
  environment: {},
  environmentComplete: true,
  environmentFiles: [],
  sourcePath: '',
  fragmentPath: '',
  program: '',
  paths: [],
  environmentSources: {},
  dropIns: [],
  properties: {},
  lines: { ExecStart: 5 },
  ...more,
})
const container = (more: Partial<Container>): Container => ({
  id,
  name: 'chat',
  image: 'ollama/ollama:0.16.3',
  running: true,
  runtime: 'docker',
  ports: [],
  user: '',
  hostNetwork: false,
  privileged: false,
  command: ['/bin/ollama', 'serve'],
  environment: { OLLAMA_HOST: '0.0.0.0:11434' },
  mounts: [],
  pid: 70,
  inspected: true,
  restartPolicy: 'always',
  line: 3,
  ...more,
})
const show = (sources: Partial<ServiceSources>) =>
  assembleServices({ ...base, ...sources }).map(({ id: name, how, binds, bindUnknown, running }) => ({
    name,
    how,
    running,
    binds: binds.map((bind) => `${bind.address}:${bind.port} ${bind.basis}`),
    ...(bindUnknown === undefined ? {} : { bindUnknown: true }),
  }))

describe('the lab', () => {
  const read = (fact: string, who: string) =>
    readFileSync(new URL(`../${fact}/__fixtures__/debian12-lab-${who}.txt`, import.meta.url), 'utf8')
  test.each(['root', 'audit'])('as %s', (who) => {
    const processes = parseProcesses(read('processes', who))
    const ss = parseSs(read('listeners', who))
    if (!Array.isArray(processes) || !ss.ok) throw new Error('not read')
    const services = assembleServices({ ...base, processes, listeners: ss.listeners, units: parseUnits(read('units', who)) })
    expect(services).toMatchObject([
      {
        id: 'ollama.service',
        how: 'systemd',
        user: 'ollama',
        apiKey: 'none',
        running: true,
        binds: [{ address: '0.0.0.0', port: 11434 }],
        modelPaths: ['/models/ollama'],
      },
      {
        id: 'vllm@llama-3.service',
        engine: 'vllm',
        apiKey: 'set',
        binds: [{ address: '127.0.0.1', port: 8000 }],
        modelPaths: ['/models/llama-3'],
      },
      { id: 'chat\\x2dserver.service', engine: 'llama.cpp', running: false, uid: 0, binds: [{ address: '0.0.0.0', basis: 'configured' }] },
    ])
  })
})

describe('a server that loads its model and does not listen yet', () => {
  const awaited = (command: string, listeners: readonly Listener[], more: Partial<Process> = {}) => {
    const [found] = assembleServices({ ...base, processes: [process(9, command, more)], listeners })
    return [found?.binds.length, found?.bindUnknown !== undefined, found?.awaitedBinds?.map(({ address, port }) => `${address}:${port}`)]
  }
  test.each<[string, string, readonly Listener[], readonly unknown[], Partial<Process>?]>([
    ['is awaited where its words say', 'vllm serve x --host 127.0.0.1', [], [0, true, ['127.0.0.1:8000']]],
    ['and on all addresses', 'vllm serve x', [listener('127.0.0.1:9', 3)], [0, true, ['0.0.0.0:8000']]],
    ['not where another listens', 'vllm serve x', [listener('127.0.0.1:8000', 3)], [0, true, undefined]],
    ['not where a file may say it', 'vllm serve x --config c.yaml', [], [0, true, undefined]],
    ['not once it listens', 'vllm serve x', [listener('0.0.0.0:8000', 9)], [1, false, undefined]],
    ['not in a machine', 'vllm serve x', [], [0, true, undefined], { cgroup: '0::/machine.slice/systemd-nspawn@m.service/payload' }],
  ])('%s', (_, command, listeners, expected, more) => {
    expect(awaited(command, listeners, more)).toEqual(expected)
  })
})

describe('sockets', () => {
  test('what is seen beats what is configured', () => {
    const processes = [process(5, 'ollama serve', { environment: { OLLAMA_HOST: '127.0.0.1' } })]
    expect(show({ processes, listeners: [listener('0.0.0.0:11434', 5)] })).toMatchObject([{ binds: ['0.0.0.0:11434 observed'] }])
  })

  test("Ollama's llama-server on loopback is no engine of its own, nor an API of Ollama", () => {
    const processes = [
      process(5, 'ollama serve'),
      process(6, '/usr/lib/ollama/llama-server --host 127.0.0.1 --port 41000 --no-webui --offline', { ppid: 5 }),
    ]
    const [service, ...others] = assembleServices({
      ...base,
      processes,
      listeners: [listener('127.0.0.1:11434', 5), listener('127.0.0.1:41000', 6)],
    })
    expect(others).toEqual([])
    expect(service).toMatchObject({ engine: 'ollama', pids: [5, 6], binds: [{ port: 11434 }], internalBinds: [{ port: 41000 }] })
  })

  test('backends of LocalAI are no engines of their own', () => {
    const processes = [process(5, './local-ai run'), process(6, '/backends/cpu/llama-server -m x.gguf --port 41000', { ppid: 5 })]
    expect(assembleServices({ ...base, processes }).map(({ engine }) => engine)).toEqual(['localai'])
  })

  test('workers of vLLM belong to it; their sockets are apart', () => {
    const processes = [process(5, 'vllm serve x --host 127.0.0.1'), process(6, 'python3 -c spawn', { ppid: 5, name: 'VLLM::EngineCor' })]
    const [service, ...others] = assembleServices({
      ...base,
      processes,
      listeners: [listener('127.0.0.1:8000', 5), listener('0.0.0.0:29500', 6)],
    })
    expect(others).toEqual([])
    expect(service).toMatchObject({
      id: 'vllm:8000',
      how: 'process',
      binds: [{ port: 8000 }],
      internalBinds: [{ port: 29500, scope: 'wildcard' }],
    })
  })

  test('ranks of vLLM that have a server each, and its second port for gRPC, are its API', () => {
    const [service] = assembleServices({
      ...base,
      processes: [
        process(5, 'vllm serve x --host 127.0.0.1 -dp 2 -dpl 2 --data-parallel-multi-port-external-lb'),
        process(6, 'python3 -c spawn', { ppid: 5, name: 'VLLM::ExternalL' }),
        process(7, 'python3 -c spawn', { ppid: 5, name: 'VLLM::ExternalL' }),
      ],
      listeners: [listener('127.0.0.1:9256', 5), listener('127.0.0.1:8000', 6), listener('0.0.0.0:8001', 7)],
    })
    expect(service?.binds.map(({ port, scope }) => `${port} ${scope}`)).toEqual(['8000 loopback', '8001 wildcard'])
    const [both] = assembleServices({
      ...base,
      processes: [process(5, 'vllm serve x --grpc-port 50051'), process(6, '/opt/v/vllm/vllm-rs frontend --listen-fd 7', { ppid: 5 })],
      listeners: [listener('0.0.0.0:8000', 6), listener('0.0.0.0:50051', 6)],
    })
    expect(both).toMatchObject({ pids: [5, 6], binds: [{ port: 8000 }, { port: 50051 }], internalBinds: [] })
  })

  test('a server that calls itself otherwise is known by the program that it runs', () => {
    const renamed = (line: string, executable: string) => process(5, line, { executable })
    const found = (one: Process) =>
      assembleServices({ ...base, processes: [one], listeners: [listener('0.0.0.0:11434', 5)] }).map(({ engine, binds }) => [
        engine,
        binds[0]?.port,
      ])
    expect(found(renamed('inferd serve', '/usr/local/bin/ollama'))).toEqual([['ollama', 11434]])
    expect(found(renamed('inferd serve', '/usr/local/bin/ollama (deleted)'))).toEqual([['ollama', 11434]])
    expect(found(renamed('llm -m vllm.entrypoints.openai.api_server --port 11434', '/usr/bin/python3.12'))).toEqual([['vllm', 11434]])
    expect(found(renamed('inferd list', '/usr/local/bin/ollama'))).toEqual([])
    expect(found(renamed('gunicorn: worker [shop]', '/usr/bin/python3.12'))).toEqual([])
  })

  test('a headless engine belongs to the front end that started it', () => {
    const processes = [
      process(5, '/opt/v/vllm/vllm-rs serve x --host 0.0.0.0 --api-key ****'),
      process(6, 'python3 -m vllm.entrypoints.cli.main serve x --headless --data-parallel-rpc-port 62100', { ppid: 5 }),
    ]
    const services = assembleServices({ ...base, processes, listeners: [listener('0.0.0.0:8000', 5)] })
    expect(services).toMatchObject([{ engine: 'vllm', pids: [5, 6], apiKey: 'set', binds: [{ port: 8000, scope: 'wildcard' }] }])
  })

  test('wrappers give way to what they started; two servers under one shell are two', () => {
    const processes = [
      process(3, 'bash', { argv: ['bash', '-c', 'vllm serve a --port 1 & vllm serve b --port 2'] }),
      process(4, 'sudo -u ai vllm serve a --port 1', { ppid: 3, uid: 0, user: 'root' }),
      process(5, 'vllm serve a --port 1', { ppid: 4 }),
      process(6, 'vllm serve b --port 2', { ppid: 3 }),
    ]
    const services = assembleServices({ ...base, processes })
    expect(services.map(({ id: name, pids, uid }) => [name, pids, uid])).toEqual([
      ['vllm:1', [5], 990],
      ['vllm:2', [6], 990],
    ])
  })

  test.each<[string, string, readonly Listener[], object]>([
    ['a socket of unknown owner on the configured port', 'vllm serve x', [listener('0.0.0.0:8000')], { binds: ['0.0.0.0:8000 observed'] }],
    [
      'of two, the one that is configured',
      'vllm serve x --host 127.0.0.1',
      [listener('10.0.0.5:8000'), listener('127.0.0.1:8000')],
      { binds: ['127.0.0.1:8000 observed'] },
    ],
    ['configured elsewhere than seen', 'vllm serve x --host 127.0.0.1', [listener('0.0.0.0:8000')], { binds: ['0.0.0.0:8000 observed'] }],
    [
      'loopback, but the configuration is not known',
      'ollama serve',
      [listener('127.0.0.1:11434')],
      { binds: ['127.0.0.1:11434 observed'], bindUnknown: true },
    ],
    ['somebody else has the port', 'vllm serve x', [listener('0.0.0.0:8000', 99)], { binds: [], bindUnknown: true }],
    ['no socket at all', 'vllm serve x', [], { binds: [], bindUnknown: true }],
    ['a unix socket only', 'vllm serve x --uds /run/v.sock', [], { binds: [] }],
  ])('%s', (_, line, listeners, expected) => {
    const [found] = show({ processes: [process(5, line)], listeners })
    expect(found).toEqual({ name: expect.any(String), how: 'process', running: true, ...expected })
  })

  test('without a list of sockets nothing is said', () => {
    expect(show({ processes: [process(5, 'vllm serve x')], listeners: undefined })).toMatchObject([{ binds: [], bindUnknown: true }])
  })
})

describe('containers', () => {
  const inside = process(70, '/bin/ollama serve', { uid: 0, user: 'root', cgroup: `/system.slice/docker-${id}.scope` })
  const port = (hostAddress: string, hostPort = 11434) => ({ hostAddress, hostPort, containerPort: 11434, protocol: 'tcp' as const })

  test.each<[string, Partial<ServiceSources>, object]>([
    [
      'published to all',
      { containers: [container({ ports: [port('0.0.0.0'), port('::')] })] },
      { name: 'chat', binds: ['0.0.0.0:11434 observed', ':::11434 observed'] },
    ],
    [
      'published to loopback',
      { containers: [container({ ports: [port('127.0.0.1', 9)] })] },
      { name: 'chat', binds: ['127.0.0.1:9 observed'] },
    ],
    ['not published', { containers: [container({})] }, { name: 'chat', binds: [] }],
    [
      'network of the host',
      { containers: [container({ hostNetwork: true })], listeners: [listener('0.0.0.0:11434', 70)] },
      { binds: ['0.0.0.0:11434 observed'] },
    ],
    [
      'the listing does not tell all ports',
      { containers: [container({ portsUnknown: 'an old podman' })] },
      { name: 'chat', binds: [], bindUnknown: true },
    ],
    ['Docker may not be asked', { containers: undefined }, { name: id.slice(0, 12), binds: [], bindUnknown: true }],
  ])('%s', (_, sources, expected) => {
    expect(show({ processes: [inside], ...sources })).toMatchObject([{ how: 'container', running: true, ...expected }])
  })

  // As Docker 20.10 had it on a host of the lab, with a container in macvlan `lan` beside a bridge of Compose.
  const host = hostAddressesOf({
    addresses: parseAddresses(
      [
        '2: eth0    inet 10.20.4.11/24 scope global eth0\\       valid_lft forever preferred_lft forever',
        '3: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0\\       valid_lft forever preferred_lft forever',
        '4: br-868e8763e1f5    inet 172.18.0.1/16 brd 172.18.255.255 scope global br-868e8763e1f5\\       valid_lft forever preferred_lft forever',
        '5: ai0    inet 172.19.0.1/16 brd 172.19.255.255 scope global ai0\\       valid_lft forever preferred_lft forever',
        '5: ai0    inet6 fd00:19::1/64 scope global \\       valid_lft forever preferred_lft forever',
      ].join('\n'),
    ),
    routes: [],
    defaultRoute: true,
  })
  const rootless = `/user.slice/user-1000.slice/user@1000.service/app.slice/docker-${id}.scope`
  test.each<[string, Partial<Process>, Partial<ServiceSources>, boolean]>([
    ['a bridge of the host', { gateways: ['172.17.0.1'] }, { hostAddresses: host }, false],
    ['no way out at all', { gateways: [] }, { hostAddresses: host }, false],
    ['macvlan, with the router of the network', { gateways: ['10.20.4.1'] }, { hostAddresses: host }, true],
    ['a bridge and a macvlan', { gateways: ['172.17.0.1', '10.20.4.1'] }, { hostAddresses: host }, true],
    ['ipvlan of layer 3, without a gateway', { gateways: ['0.0.0.0'] }, { hostAddresses: host }, true],
    [
      'a bridge, and a macvlan without the default route',
      { gateways: ['172.18.0.1'], addresses: ['172.18.0.2', '10.20.4.128'] },
      { hostAddresses: host },
      true,
    ],
    ['a bridge, and an overlay', { gateways: ['172.18.0.1'], addresses: ['172.18.0.2', '10.0.1.5'] }, { hostAddresses: host }, true],
    ['two bridges', { gateways: ['172.17.0.1'], addresses: ['172.17.0.2', '172.18.0.3'] }, { hostAddresses: host }, false],
    ['a bridge that somebody named', { gateways: ['172.19.0.1'], addresses: ['172.19.0.2', 'fd00:19::2'] }, { hostAddresses: host }, false],
    [
      'two bridges, and nobody knows what the second is',
      { gateways: ['172.18.0.1'], addresses: ['172.18.0.2', '172.19.0.2'] },
      { hostAddresses: host },
      true,
    ],
    ['an account with a network stack of its own', { gateways: ['10.0.2.2'], cgroup: rootless }, { hostAddresses: host }, false],
    ['the addresses of the host are not known', { gateways: ['172.17.0.1'] }, {}, true],
  ])('nothing is published, and its network is %s', (_, more, sources, isUnknown) => {
    const [service] = assembleServices({ ...base, processes: [{ ...inside, ...more }], containers: [container({})], ...sources })
    expect(service?.binds).toEqual([])
    expect(service?.bindUnknown !== undefined).toBe(isUnknown)
  })

  test('nothing is published, and none of its processes was seen: it may have an address of its own, as long as it runs', () => {
    const unknown = (running: boolean) =>
      assembleServices({ ...base, processes: [], containers: [container({ running })], hostAddresses: host })[0]?.bindUnknown !== undefined
    expect([unknown(true), unknown(false)]).toEqual([true, false])
  })

  test('a restart keeps what is published', () => {
    const [service] = assembleServices({ ...base, processes: [inside], containers: [container({ ports: [port('127.0.0.1')] })] })
    expect(service?.configuredBinds).toMatchObject([{ address: '127.0.0.1', section: 'containers' }])
  })

  test('where Docker may not be asked, its forwarder tells', () => {
    const forwarder = process(
      71,
      '/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8888 -container-ip 172.17.0.2 -container-port 11434',
      { uid: 0 },
    )
    expect(show({ processes: [inside, forwarder], containers: undefined })).toMatchObject([{ binds: ['0.0.0.0:8888 observed'] }])
    // By the address that it leads to, where that of the server is known.
    const at = (...addresses: readonly string[]) =>
      show({ processes: [{ ...inside, addresses }, forwarder], containers: undefined, hostAddresses: host })
    expect(at('172.17.0.2').map(({ binds, ...more }) => [binds, 'bindUnknown' in more])).toEqual([[['0.0.0.0:8888 observed'], false]])
    expect(at('172.17.0.3')).toMatchObject([{ binds: [], bindUnknown: true }])
    // In a macvlan beside its bridge it is reached past its forwarder.
    expect(at('172.17.0.2', '10.20.4.128')).toMatchObject([{ binds: ['0.0.0.0:8888 observed'], bindUnknown: true }])
  })

  test.each<[string, Partial<Process>]>([
    ['of Docker in a container', { uid: 0, cgroup: `/docker/${'e'.repeat(64)}/docker` }],
    ['of an account', { uid: 1000 }],
    ['of Docker in a machine', { uid: 0, cgroup: '/lxc.payload.web/system.slice/docker.service' }],
  ])('a forwarder %s says nothing of ports of the host', (_, more) => {
    const forwarder = process(
      71,
      'docker-proxy -proto tcp -host-ip 127.0.0.1 -host-port 11434 -container-ip 172.17.0.2 -container-port 11434',
      more,
    )
    const sources = { processes: [{ ...inside, addresses: ['172.17.0.2'] }, forwarder], containers: undefined, hostAddresses: host }
    expect(show(sources)).toMatchObject([{ binds: [], bindUnknown: true }])
  })

  test.each([
    '/lxc.payload.web/system.slice/ollama.service',
    '/machine.slice/systemd-nspawn@web.service/payload/system.slice/ollama.service',
  ])(
    'in a machine with a system of its own (%s), neither the unit of that name nor a socket or forwarder of the host is its own',
    (cgroup) => {
      const sound = unit({ id: 'ollama.service', execStart: ['/bin/ollama', 'serve'], environment: { OLLAMA_HOST: '127.0.0.1' } })
      const forwarder = process(
        71,
        '/usr/bin/docker-proxy -proto tcp -host-ip 127.0.0.1 -host-port 8888 -container-ip 172.17.0.2 -container-port 11434',
        { uid: 0 },
      )
      const server = process(70, '/bin/ollama serve', { cgroup })
      const sources = { units: [sound], containers: undefined, hostAddresses: host }
      const judged = (processes: readonly Process[], listeners: readonly Listener[]) =>
        assembleServices({ ...base, ...sources, processes, listeners }).map(({ container: name, unit: of, binds, bindUnknown }) => [
          name ?? of,
          binds.map(({ address }) => address),
          bindUnknown !== undefined,
        ])
      const stopped = ['ollama.service', ['127.0.0.1'], false]
      expect(judged([server, forwarder], [listener('127.0.0.1:11434')])).toEqual([['web', [], true], stopped])
      // Many share the network of the host.
      expect(judged([server], [listener('0.0.0.0:11434', 70)])).toEqual([['web', ['0.0.0.0'], false], stopped])
    },
  )

  test('where Docker may not be asked, a server with the addresses of the host has its sockets', () => {
    const sources = { containers: undefined, hostAddresses: host, listeners: [listener('127.0.0.1:11434')] }
    expect(show({ processes: [{ ...inside, addresses: [...(host?.keys() ?? [])] }], ...sources })).toMatchObject([
      { binds: ['127.0.0.1:11434 observed'] },
    ])
    expect(show({ processes: [{ ...inside, addresses: ['172.17.0.2'] }], ...sources })).toMatchObject([{ binds: [], bindUnknown: true }])
  })

  test.each([
    ['0.0.0.0', [11434]],
    ['127.0.0.1', []],
    [undefined, [11434]],
  ])('what others in its network may reach, configured for %s', (address, expected) => {
    const known = container({ inspected: address !== undefined, environment: address === undefined ? {} : { OLLAMA_HOST: address } })
    const [service] = assembleServices({ ...base, processes: [inside], containers: [{ ...known, command: ['/bin/ollama', 'serve'] }] })
    expect([service?.containerPorts, service?.openInside]).toEqual([[11434], expected])
  })

  describe('with the network of another container, by the listing', () => {
    const sharer = { ...inside, addresses: ['172.18.0.3'] }
    const proxy = process(
      71,
      '/usr/sbin/docker-proxy -proto tcp -host-ip :: -host-port 8085 -container-ip 172.18.0.3 -container-port 11434',
      { uid: 0 },
    )
    const ledTo = (address: string) => [{ port: 8085, address, to: 11434, section: 'iptables', line: 7 }]
    const docker = container({ inspected: false, portsUnknown: SHARED })
    // As Podman lists it.
    const podman = container({ inspected: false, runtime: 'podman', hostNetwork: true })
    test.each<[string, Partial<ServiceSources>, readonly string[], true | undefined]>([
      ['Docker: its proxies lead to the same address', { processes: [sharer, proxy], containers: [docker] }, [':::8085 observed'], true],
      ['Docker: rules of translation do', { processes: [sharer], containers: [docker], ledTo }, ['0.0.0.0:8085 observed'], true],
      ['Docker: nothing does, which is not all there is', { processes: [sharer], containers: [docker], ledTo: () => [] }, [], true],
      ['Podman: rules of translation do', { processes: [sharer], containers: [podman], ledTo }, ['0.0.0.0:8085 observed'], true],
      [
        'Podman: it is that of the host',
        {
          processes: [{ ...inside, addresses: [...(host?.keys() ?? [])] }],
          containers: [podman],
          listeners: [listener('127.0.0.1:11434', 70)],
        },
        ['127.0.0.1:11434 observed'],
        undefined,
      ],
    ])('%s', (_, sources, binds, bindUnknown) => {
      expect(show({ hostAddresses: host, ...sources }).map((one) => [one.binds, one.bindUnknown])).toEqual([[binds, bindUnknown]])
    })
  })

  test('stopped, and paths on the host', () => {
    const stopped = container({
      running: false,
      pid: 0,
      mounts: [{ source: '/srv/m', destination: '/root/.ollama', readOnly: false }],
      environment: { HOME: '/root' },
    })
    expect(assembleServices({ ...base, containers: [stopped] })).toMatchObject([
      { id: 'chat', how: 'container', running: false, version: '0.16.3', modelPaths: ['/srv/m/models'] },
    ])
  })

  // docs.vllm.ai, "Using Docker"; hub.docker.com/r/ollama/ollama; podman of an account; huggingface_hub, "Environment variables".
  test.each<[string, string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, readonly string[]]>([
    ['its usual place', 'vllm serve org/x', { '/root/.cache/huggingface': '/srv/hf' }, {}, ['/srv/hf/hub']],
    ['another home', 'vllm serve org/x', { '/home/vllm/.cache/huggingface/hub/': '/srv/hub' }, {}, ['/srv/hub']],
    ['all that is cached', 'vllm serve org/x', { '/root/.cache': '/srv/cache' }, {}, ['/srv/cache/huggingface/hub']],
    ['HF_HOME', 'vllm serve org/x', { '/hf': '/srv/hf', '/root/.cache/huggingface': '/srv/old' }, { HF_HOME: '/hf' }, ['/srv/hf/hub']],
    ['HF_HUB_CACHE', 'vllm serve org/x', { '/data': '/srv/data' }, { HF_HUB_CACHE: '/data/hub' }, ['/srv/data/hub']],
    [
      'the volume of Ollama',
      'ollama serve',
      { '/root/.ollama': '/var/lib/docker/volumes/ollama/_data' },
      {},
      ['/var/lib/docker/volumes/ollama/_data/models'],
    ],
    [
      'llama.cpp that fetches',
      'llama-server -hf org/x',
      { '/root/.cache/huggingface': '/srv/hf' },
      { HF_HOME: '/root/.cache/huggingface' },
      ['/srv/hf/hub'],
    ],
    ['a path, and no cache', 'vllm serve /m/x', { '/m': '/srv/m', '/root/.cache/huggingface': '/srv/hf' }, {}, ['/srv/m/x']],
    ['in the image alone', 'vllm serve org/x', { '/data': '/srv/data' }, {}, []],
  ])('where models lie on the host: %s', (_, line, mounted, environment, modelPaths) => {
    const mounts = Object.entries(mounted).map(([destination, source]) => ({ source, destination, readOnly: false }))
    const from = { command: line.split(' '), environment, mounts }
    const running = process(70, line, { uid: 0, user: 'root', cgroup: `/system.slice/docker-${id}.scope` })
    expect(assembleServices({ ...base, processes: [running], containers: [container(from)] })).toMatchObject([{ modelPaths }])
    expect(assembleServices({ ...base, containers: [container({ ...from, running: false, pid: 0 })] })).toMatchObject([{ modelPaths }])
  })

  test('where models lie on the host: by the mounts that the kernel has, where the engine was not asked', () => {
    const mounts = [{ source: '/srv/m', destination: '/m', readOnly: true }]
    const inside = (more: object) =>
      process(70, 'vllm serve /m/x', {
        cgroup: `/system.slice/docker-${id}.scope`,
        confinement: { mounts, moreMounts: false, ...more } as never,
      })
    const listed = container({ inspected: false, mounts: [] })
    expect(assembleServices({ ...base, processes: [inside({})], containers: [listed] })).toMatchObject([{ modelPaths: ['/srv/m/x'] }])
    expect(assembleServices({ ...base, processes: [inside({})] })).toMatchObject([{ modelPaths: ['/srv/m/x'] }])
    expect(assembleServices({ ...base, processes: [inside({ moreMounts: true })] })).toMatchObject([{ modelPaths: [] }])
  })

  test.each<[string, readonly string[], readonly string[]]>([
    ['the port that it has inside', ['*:11434', '*:443', '*:2377'], ['*:11434']],
    ['the only one', ['*:12101', '*:7946'], ['*:12101']],
    ['one of several', ['*:12101', '*:12102'], []],
    ['none but those of dockerd and of other containers', ['*:2377', '*:9000'], []],
  ])('a task of Swarm, whose ports dockerd holds: %s', (_, held, binds) => {
    const task = container({ portsUnknown: BY_SWARM, inspected: false })
    const other = container({
      id: 'f'.repeat(64),
      name: 'web',
      image: 'nginx',
      ports: [{ hostAddress: '0.0.0.0', hostPort: 9000, containerPort: 80, protocol: 'tcp' }],
    })
    const listeners = held.map((one) => ({ ...listener(one, 5), scope: 'wildcard' as const, processes: [{ name: 'dockerd', pid: 5 }] }))
    const inside = process(70, 'ollama serve', { cgroup: `/system.slice/docker-${id}.scope` })
    const [service] = assembleServices({ ...base, processes: [inside], containers: [task, other], listeners })
    expect(service?.binds.map(({ address, port }) => `${address}:${port}`)).toEqual(binds)
    expect(service?.bindUnknown).toBe(BY_SWARM)
  })

  test('stopped, and its ports are not listed: where it will listen is not known', () => {
    const stopped = container({ running: false, pid: 0, inspected: false, portsUnknown: 'not listed' })
    expect(show({ containers: [stopped] })).toMatchObject([{ running: false, binds: [], bindUnknown: true }])
  })

  test.each(['ghcr.io/open-webui/open-webui:ollama', 'example/ollama-exporter:1', 'vllm-router'])(
    'an image that only sounds like one: %s',
    (image) => {
      const webui = container({ image, command: ['bash', 'start.sh'] })
      expect(assembleServices({ ...base, containers: [webui] })).toEqual([])
    },
  )
})

test.each<[string, readonly { readonly source?: string; readonly destination: string }[], readonly string[]]>([
  ['as on the host', [], ['/models']],
  ['BindPaths=', [{ source: '/srv/models', destination: '/models' }], ['/srv/models']],
  ['in the image of apptainer', [{ destination: '/' }], []],
  ['bound into it', [{ destination: '/' }, { source: '/scratch/m', destination: '/models' }], ['/scratch/m']],
])('where the models of a process lie: %s', (_, mounts, modelPaths) => {
  const running = process(70, 'llama-server -m /models/a.gguf', { ...(mounts.length > 0 && { seenFiles: { mounts, more: false } }) })
  expect(assembleServices({ ...base, processes: [running] })).toMatchObject([{ how: 'process', modelPaths }])
})

test('where the models of a machine lie', () => {
  const cgroup = '/machine.slice/systemd-nspawn@web.service/payload/system.slice/llama.service'
  const seenFiles = { mounts: [{ source: '/var/lib/machines/web', destination: '/' }], more: false }
  const running = process(70, 'llama-server -m /models/a.gguf', { cgroup, seenFiles })
  expect(assembleServices({ ...base, processes: [running] })).toMatchObject([
    { how: 'container', modelPaths: ['/var/lib/machines/web/models'] },
  ])
  expect(assembleServices({ ...base, processes: [{ ...running, seenFiles: undefined }] })).toMatchObject([{ modelPaths: [] }])
})

describe('pods', () => {
  const uid = '0a1b2c3d-0000-4111-8222-333344445555'
  const cgroup = `/kubepods.slice/kubepods-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-${id}.scope`
  const podLogs = { paths: [`/var/log/containers/chat-0_ai_vllm-${id}.log`], unread: false, line: 9 }
  const inside = process(70, 'vllm serve x --host 0.0.0.0', { cgroup, podLogs })

  test('is named after namespace, pod and container; where it listens is not known', () => {
    expect(assembleServices({ ...base, processes: [inside], units: [unit({ mainPid: 70 })] })[0]).toMatchObject({
      ...{ id: 'ai/chat-0/vllm', how: 'container', unit: undefined, binds: [], modelPaths: [] },
      bindUnknown: expect.stringContaining('NodePort'),
      pod: { uid, namespace: 'ai', name: 'chat-0', container: 'vllm', unknown: undefined },
    })
  })

  test('ports that rules lead to it are shown, and that there may be others', () => {
    const led = { port: 31_964, address: '10.42.0.9', to: 8000, section: 'iptables', line: 24 }
    const ledTo = (address: string) => (address === '10.42.0.9' ? [led, { ...led, port: 9090, to: 9090 }] : [])
    const [service] = assembleServices({ ...base, processes: [{ ...inside, addresses: ['10.42.0.9'] }], ledTo })
    expect(service?.binds).toMatchObject([
      { address: '0.0.0.0', port: 31_964, scope: 'wildcard', section: 'iptables', line: 24, basis: 'observed', token: '10.42.0.9:8000' },
    ])
    expect(service?.bindUnknown).toContain('ingress')
  })

  test('its image and the version in its tag, where the runtime of the kubelet lists it', () => {
    const podContainers = [{ id, image: 'docker.io/vllm/vllm-openai:v0.11.0', line: 3 }]
    expect(assembleServices({ ...base, processes: [inside], podContainers })[0]).toMatchObject({
      ...{ version: '0.11.0', image: { name: 'docker.io/vllm/vllm-openai:v0.11.0', line: 3 }, container: id.slice(0, 12) },
    })
  })

  test('what is known by its uid only says so', () => {
    const unread = { ...inside, podLogs: { paths: [], unread: true, line: 9 } }
    expect(assembleServices({ ...base, processes: [unread] })[0]).toMatchObject({
      id: `pod ${uid}`,
      pod: { uid, unknown: expect.stringContaining('may list neither') },
    })
  })

  test('sockets that ss shows for it are the host, workers included', () => {
    const worker = process(71, 'python3 -c spawn', { ppid: 70, name: 'VLLM::EngineCor', cgroup })
    const listeners = [listener('0.0.0.0:8000', 70), listener('0.0.0.0:29500', 71)]
    const [service] = assembleServices({ ...base, processes: [inside, worker], listeners })
    expect(service).toMatchObject({ binds: [{ port: 8000, basis: 'observed' }], internalBinds: [{ port: 29500 }] })
    expect(service?.bindUnknown).toBeUndefined()
  })

  test.each<[string, Partial<ServiceSources>]>([
    ['a socket of unknown owner', { listeners: [listener('127.0.0.1:8000')] }],
    ['Docker lists it without ports', { containers: [container({ name: `k8s_vllm_chat-0_ai_${uid}_0` })] }],
    [
      'a forwarder of Docker, whose containers are others',
      { processes: [inside, process(9, 'docker-proxy -proto tcp -host-ip 127.0.0.1 -host-port 8000 -container-port 8000')] },
    ],
    ['sockets unread', { listeners: undefined }],
  ])('%s: nothing is said of its ports', (_, sources) => {
    const [service] = assembleServices({ ...base, processes: [inside], containers: undefined, ...sources })
    expect(service).toMatchObject({ id: 'ai/chat-0/vllm', binds: [], bindUnknown: expect.any(String) })
  })

  test.each(['k3s.service', 'k0sworker.service', 'vllm.service'])('below %s it is the pod, not the unit', (above) => {
    const odd = { ...inside, cgroup: `/system.slice/${above}/kubepods/besteffort/pod${uid}/odd-name` }
    expect(assembleServices({ ...base, processes: [odd], units: [unit({ id: above })] })[0]).toMatchObject({
      ...{ id: `pod ${uid}`, how: 'container', unit: undefined },
    })
  })
})

describe('units', () => {
  test('the unit is found by cgroup, through a wrapper script', () => {
    const processes = [process(5, 'vllm serve x', { ppid: 4, cgroup: '/system.slice/ai.service' })]
    const [service] = assembleServices({ ...base, processes, units: [unit({ execStart: ['/opt/start.sh'], mainPid: 4 })] })
    expect(service).toMatchObject({ id: 'ai.service', how: 'systemd', apiKey: 'unknown', configuredBinds: undefined })
  })

  test.each([
    ['/user.slice/user-1000.slice/session-3.scope', 'process'],
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/vllm.service', 'process'],
    ['/system.slice/ssh.service', 'process'],
    ['/system.slice/ai.service/sub', 'systemd'],
    [`/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id}.scope`, 'container'],
    [`/machine.slice/libpod-${id}.scope/container`, 'container'],
    [`/docker/${id}`, 'container'],
  ])('%s: %s', (cgroup, how) => {
    expect(show({ processes: [process(5, 'vllm serve x', { cgroup })] })).toMatchObject([{ how }])
  })

  test('what a restart would bring is the unit, not the running process', () => {
    const processes = [process(5, 'ollama serve', { cgroup: '/system.slice/ai.service', environment: { OLLAMA_HOST: '127.0.0.1' } })]
    const units = [
      unit({
        execStart: ['ollama', 'serve'],
        environment: { OLLAMA_HOST: '0.0.0.0' },
        lines: { ExecStart: 5, 'Environment:OLLAMA_HOST': 8 },
      }),
    ]
    const [service] = assembleServices({ ...base, processes, units, listeners: [listener('127.0.0.1:11434', 5)] })
    expect(service?.configuredBinds).toMatchObject([{ address: '0.0.0.0', section: 'units', line: 8 }])
  })
})

describe('a container that a unit starts', () => {
  const services = (sources: Partial<ServiceSources>) => assembleServices({ ...base, ...sources })
  const quadlet = (publish: string, more: Partial<Unit> = {}) =>
    unit({
      id: 'chat.service',
      user: '',
      execStart: `/usr/bin/podman run --name=systemd-chat --cgroups=split -d --publish ${publish} docker.io/ollama/ollama:0.6.2`.split(' '),
      sourcePath: '/etc/containers/systemd/chat.container',
      fragmentPath: '/run/systemd/generator/chat.service',
      activeState: 'inactive',
      ...more,
    })
  const madeFrom = { unit: 'chat.service', path: '/etc/containers/systemd/chat.container', quadlet: true }
  const running = process(70, 'ollama serve', { cgroup: `/system.slice/chat.service/libpod-payload-${id}` })

  test('is found while it is stopped', () => {
    const found = services({ processes: [], units: [quadlet('0.0.0.0:11434:11434')] })
    expect(found).toMatchObject([{ id: 'systemd-chat', engine: 'ollama', how: 'container', running: false, madeFrom }])
    expect(found[0]?.binds).toMatchObject([{ address: '0.0.0.0', port: 11_434, section: 'units', line: 5, basis: 'configured' }])
  })

  test('is one with its processes, by the cgroup; where the engine cannot be asked, what the unit publishes is configured', () => {
    const [service, ...others] = services({ processes: [running], units: [quadlet('0.0.0.0:11434:11434', { activeState: 'active' })] })
    expect(others).toEqual([])
    expect(service).toMatchObject({
      how: 'container',
      running: true,
      madeFrom,
      configuredBinds: [{ address: '0.0.0.0', section: 'units' }],
    })
  })

  test('is one with the container of its name', () => {
    const named = container({ name: 'systemd-chat', runtime: 'podman' })
    expect(services({ processes: [], containers: [named], units: [quadlet('11434:11434')] })).toMatchObject([
      { id: 'systemd-chat', madeFrom },
    ])
    const elsewhere = { ...running, cgroup: `/machine.slice/libpod-${id}.scope` }
    expect(services({ processes: [elsewhere], containers: [named], units: [quadlet('11434:11434')] })).toMatchObject([{ madeFrom }])
  })

  test('by a unit that somebody wrote is made from that', () => {
    const written = quadlet('11434:11434', { sourcePath: '', fragmentPath: '/etc/systemd/system/chat.service' })
    expect(services({ processes: [], units: [written] })[0]?.madeFrom).toMatchObject({
      path: '/etc/systemd/system/chat.service',
      quadlet: false,
    })
  })

  test('with another image is no server', () => {
    const other = quadlet('80:80', { execStart: ['podman', 'run', '--name=systemd-chat', 'docker.io/library/nginx'] })
    expect(services({ processes: [], units: [other] })).toEqual([])
  })
})
