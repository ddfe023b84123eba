import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Listener } from '#shared/model/listener.ts'
import { parseSs } from '../listeners/parse-ss.ts'
import { parseProcesses } from '../processes/parse.ts'
import type { Process } from '../processes/processes.ts'
import { parseUnits } from '../units/parse.ts'
import { assembleServices } from './assemble.ts'
import { base, container, id, listener, process, show, unit } from './services.testing.ts'
import type { ServiceSources } from './sources.ts'

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

  test('one with a kernel of its own (Kata, gVisor) shows no process, and is there all the same', () => {
    const of = (image: string, processes: readonly Process[] = []) =>
      assembleServices({ ...base, processes, podContainers: [{ id, image, line: 3 }] })
    const name = 'docker.io/vllm/vllm-openai:v0.11.0'
    const [service, ...more] = of(name)
    expect(service).toMatchObject({
      ...{ id: id.slice(0, 12), engine: 'vllm', how: 'container', running: true, binds: [], apiKey: 'unknown', version: '0.11.0' },
      ...{ bindUnknown: expect.stringContaining('none of its processes was seen'), image: { name, line: 3 } },
    })
    expect(more).toEqual([])
    // What runs in it is no server, or is told by its process already.
    expect(of(name, [process(70, 'sleep infinity', { cgroup })])).toEqual([])
    expect(of(name, [inside])).toHaveLength(1)
    expect(of('registry.k8s.io/pause:3.10')).toEqual([])
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

// Its key, or the flag that opens it, may stand behind what was read.
test.each([
  ['vllm serve m --port 8000', 'unknown'],
  ['vllm serve m --api-key ****', 'set'],
  ['ollama serve', 'none'],
])('a command line that was cut says nothing of a key: %s', (line, expected) => {
  const one = process(5, line, { cut: true, environment: {} })
  expect(assembleServices({ ...base, processes: [one], listeners: [listener('0.0.0.0:8000', 5)] })).toMatchObject([{ apiKey: expected }])
})
