import { describe, expect, test } from 'vitest'
import type { Listener } from '#shared/model/listener.ts'
import { BY_SWARM, type Container, SHARED } from '../containers/containers.ts'
import { parseAddresses } from '../network/parse.ts'
import type { Process } from '../processes/processes.ts'
import { assembleServices } from './assemble.ts'
import { hostAddressesOf } from './own-address.ts'
import { base, container, id, listener, process, show, unit } from './services.testing.ts'
import type { ServiceSources } from './sources.ts'

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

  test('an interface whose image brings an engine publishes its own port, not that of the engine', () => {
    const bundled = (...ports: Container['ports']) => {
      const open = container({ image: 'ghcr.io/open-webui/open-webui:ollama', environment: {}, ports })
      const [service] = assembleServices({ ...base, processes: [inside], containers: [open] })
      return [service?.binds.map(({ port: own }) => own), service?.bindUnknown]
    }
    const webui = { ...port('0.0.0.0', 3000), containerPort: 8080 }
    expect(bundled(webui)).toEqual([[], 'its container publishes ports of Open WebUI, and whether these lead to it as well is not known'])
    expect(bundled(webui, port('0.0.0.0'))).toEqual([[11434], undefined])
  })

  test('published on loopback, and none of its processes was seen, as in gVisor: it may be reached at its own address', () => {
    const found = (running: boolean) =>
      assembleServices({
        ...base,
        processes: [],
        containers: [container({ running, pid: 0, ports: [port('127.0.0.1')] })],
        hostAddresses: host,
      })
    expect([true, false].map((running) => found(running)[0]?.bindUnknown !== undefined)).toEqual([true, false])
    // That of its sandbox stands for it, where the runtime tells.
    const sandbox = process(70, 'runsc-sandbox boot', { gateways: ['172.17.0.1'], addresses: ['172.17.0.2'], cgroup: `/docker/${id}` })
    const [told] = assembleServices({
      ...base,
      processes: [sandbox],
      containers: [container({ ports: [port('127.0.0.1')] })],
      hostAddresses: host,
    })
    expect([told?.bindUnknown, told?.openInside]).toEqual([undefined, [11434]])
  })

  test.each([
    ['', { user: 'root', uid: 0 }],
    ['1000:1000', { user: undefined, uid: 1000 }],
    ['ollama', { user: 'ollama', uid: undefined }],
  ])('the sentry of gVisor is root, and the server in it whom the container names: %j', (user, expected) => {
    const sandbox = process(70, 'runsc-sandbox --network=host boot', { name: 'exe', user: 'root', uid: 0 })
    const listeners = [listener('0.0.0.0:11434', 70), listener('0.0.0.0:9100', 71)]
    const [service] = assembleServices({ ...base, processes: [sandbox], containers: [container({ hostNetwork: true, user })], listeners })
    expect({ user: service?.user, uid: service?.uid }).toEqual(expected)
    // Its sockets are the host's there, and the sentry holds them (runsc 20240729).
    expect([service?.binds.map(({ port: own }) => own), service?.bindUnknown]).toEqual([[11434], undefined])
  })

  test('one that ctr started has a name for its id, and a network of its own where its sockets are not the host’s', () => {
    const shim = process(69, '/usr/bin/containerd-shim-runc-v2 -namespace default -id chat -address /run/c.sock', { uid: 0 })
    const of = (more: Partial<Process>, ...listeners: readonly Listener[]) =>
      assembleServices({
        ...base,
        processes: [shim, { ...inside, ppid: 69, cgroup: '/default/chat', ...more }],
        listeners,
        hostAddresses: host,
      })
    expect(of({}, listener('0.0.0.0:11434', inside.pid))).toMatchObject([
      { id: 'chat', how: 'container', container: 'chat', binds: [{ port: 11434, scope: 'wildcard' }], bindUnknown: undefined },
    ])
    const sockets = [{ address: '0.0.0.0', port: 11434, scope: 'wildcard' as const }]
    const ownNetwork = { sockets, beside: [], moreBeside: false }
    expect(of({ ownNetwork, addresses: ['10.4.0.2'] }, listener('127.0.0.1:11434'))).toMatchObject([
      { id: 'chat', how: 'container', binds: [], bindUnknown: expect.stringContaining('10.4.0.2') },
    ])
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
