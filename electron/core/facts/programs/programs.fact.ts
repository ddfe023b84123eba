import type { ServiceBind } from '#shared/model/inference-service.ts'
import type { Listener } from '#shared/model/listener.ts'
import type { Container } from '../containers/containers.ts'
import { type FactResult, known, unknown } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { scopeOf } from '../listeners/address-scope.ts'
import type { Process } from '../processes/processes.ts'
import { containerAbove } from '../services/container-above.ts'
import { unwrap } from '../services/launchers.ts'
import { type HostAddresses, hostAddressesOf, ownAddressOf } from '../services/own-address.ts'
import { containerIdOf, unitOf } from '../services/placement.ts'
import type { Unit } from '../units/units.ts'
import { hubOf } from './hub.ts'
import { knownPrograms } from './known-programs.ts'
import { kubeletAuthentication } from './kubelet.ts'
import { setsOpenKey } from './open-key.ts'
import type { Program } from './programs.ts'
import { programBehind, programOfImage, programOfScript, programThatListens, recogniseProgram, wordsOf } from './recognise-program.ts'
import type { ProgramRecord } from './record.ts'

/** Programs that belong to running models: from processes, listeners and containers. Asks nothing on the host. */
export const programsFact: FactDefinition<'programs'> = {
  id: 'programs',
  sections: () => [],
  read({ fact }) {
    const processes = fact('processes')
    if (!processes.known) return unknown(`Programs: ${processes.reason}`, processes.sections, processes.hint)
    const [containers, network, units] = [fact('containers'), fact('network'), fact('units')]
    const addresses = hostAddressesOf(network.known ? network.value : undefined)
    const listed = containers.known ? containers.value.containers : undefined
    return known(findPrograms(processes.value, fact('listeners'), listed, units.known ? units.value : [], addresses))
  },
}

function findPrograms(
  processes: readonly Process[],
  all: FactResult<readonly Listener[]>,
  listed: readonly Container[] | undefined,
  units: readonly Unit[],
  hostAddresses: HostAddresses | undefined,
): readonly Program[] {
  const containers = listed ?? []
  const listeners = all.known ? known(all.value.filter((listener) => !isPublished(listener, containers))) : all
  const tcp = listeners.known ? listeners.value.filter(({ protocol }) => protocol === 'tcp') : []
  const records = new Map(
    processes.map((process) => [
      process.pid,
      recogniseProgram(process.argv, process.name) ??
        programOfScript(process, tcp) ??
        programThatListens(process, tcp) ??
        programBehind(process),
    ]),
  )
  const parents = new Map(processes.map(({ pid, ppid }) => [pid, ppid]))
  const isPart = (process: Process, record: ProgramRecord): boolean => {
    let above = process.ppid
    for (let depth = 0; depth < 64 && above > 0; depth++) {
      if (records.get(above)?.id === record.id) return true
      above = parents.get(above) ?? 0
    }
    return false
  }
  const found = processes.flatMap((process) => {
    const record = records.get(process.pid)
    return record && !isPart(process, record)
      ? [fromProcess(process, record, { processes, parents, listeners, containers, units, hostAddresses, unlisted: listed === undefined })]
      : []
  })
  const ownAddressIn = ({ id, pid }: Container): string | undefined => {
    const inside = processes.find(
      (process) => process.addresses !== undefined && (process.pid === pid || containerIdOf(process.cgroup) === id),
    )
    return inside && ownAddressOf(inside, hostAddresses)
  }
  const shown = new Set(found.map(({ container }) => container))
  const imaged = containers.flatMap((container) => {
    const record = container.running && !shown.has(container.name) ? programOfImage(container.image) : undefined
    return record ? [fromContainer(container, record, ownAddressIn(container))] : []
  })
  return withUniqueIds([...found, ...imaged])
}

/**
 * Without its program for each port (docker-proxy; `"userland-proxy": false`, dockerd(8)) the daemon itself holds what its containers publish, so that nobody
 * else takes it.
 */
const isPublished = ({ protocol, address, port, scope, processes }: Listener, containers: readonly Container[]): boolean =>
  processes.some(({ name }) => knownPrograms.some(({ listening }) => listening?.name.test(name))) &&
  containers.some(
    ({ running, ports }) =>
      running &&
      ports.some(
        (one) =>
          one.protocol === protocol &&
          one.hostPort === port &&
          scopeOf(one.hostAddress || '0.0.0.0') === scope &&
          (scope === 'wildcard' || one.hostAddress === address),
      ),
  )

interface Sources {
  readonly processes: readonly Process[]
  readonly parents: ReadonlyMap<number, number>
  readonly listeners: FactResult<readonly Listener[]>
  readonly containers: readonly Container[]
  readonly units: readonly Unit[]
  readonly hostAddresses: HostAddresses | undefined
  /** Which containers there are is not known. */
  readonly unlisted: boolean
}

function fromProcess(
  main: Process,
  record: ProgramRecord,
  { processes, parents, listeners, containers, units, hostAddresses, unlisted }: Sources,
): Program {
  const below = new Set([main.pid])
  // A parent stands before its children only by chance, so the tree is walked until it grows no more.
  for (let before = 0; before !== below.size; ) {
    before = below.size
    for (const { pid } of processes) if (below.has(parents.get(pid) ?? 0)) below.add(pid)
  }
  const place = containerAbove(main, processes)
  const unit = place ? undefined : unitOf(main)
  const itsUnit = units.find(({ id }) => id === unit)
  const container = containers.find(({ id, pid }) => id === place?.id || (pid > 0 && pid === main.pid))
  const tcp = listeners.known ? listeners.value.filter(({ protocol }) => protocol === 'tcp') : []
  // What runs below a container daemon are other people's ports.
  const members = record.kind === 'container-api' ? new Set([main.pid]) : below
  const held = tcp.filter(({ processes: owners }) => owners.some(({ pid }) => members.has(pid)))
  // Other sockets of such a daemon may be what its containers publish, and a node of Swarm holds what services publish through the ingress network, wherever they run.
  const swarm = held.some(({ port }) => record.listening?.butPorts.includes(port))
  const own = record.listening && (unlisted || swarm) ? held.filter(({ port }) => isNamed(port, record, main)) : held
  const others = held
    .filter((listener) => !own.includes(listener) && !record.listening?.butPorts.includes(listener.port))
    .map(({ port }) => port)
  const binds = own.length > 0 ? own.map(bindOf) : container ? publishedOf(container) : []
  const unseen = !listeners.known
    ? listeners.reason
    : others.length > 0
      ? `whether ${others.join(', ')} is its own or a port of a ${swarm ? 'service of Swarm is not known' : 'container is not known, since the containers are not'}`
      : binds.length === 0 && tcp.some(({ processes: owners }) => owners.length === 0)
        ? 'the owners of sockets could not be read'
        : own.length === 0 && container && !container.hostNetwork
          ? (container.portsUnknown ?? ownAddressOf(networkOf(main, place?.id, processes), hostAddresses))
          : own.length === 0 && place && !container
            ? 'it runs in a container whose published ports could not be read'
            : own.length === 0 && itsUnit && hasNetworkOfItsOwn(itsUnit)
              ? 'its unit gives it a network of its own, and what leads there was not followed'
              : undefined
  const environment = main.environment ?? container?.environment ?? itsUnit?.environment ?? {}
  const whole =
    main.environment !== undefined ||
    (container ? container.inspected : itsUnit?.environmentComplete === true && startsItself(itsUnit, record))
  return {
    id: record.id,
    name: record.name,
    kind: record.kind,
    pids: [...members],
    user: main.user,
    unit,
    container: container?.name ?? place?.name ?? place?.id.slice(0, 12),
    binds,
    ...(unseen !== undefined && { bindsUnknown: unseen }),
    ...(record.kubelet
      ? kubeletAuthentication(
          main,
          own.map(({ port }) => port),
        )
      : authenticationOf(record, main, environment)),
    hub: hubOf(record, wordsOf(record, main.argv), environment, whole),
    proxy: proxyIn(environment, whole),
    telling: record.telling ?? [],
    ...(record.forwards && { forwards: true }),
    danger: record.danger,
    section: 'processes',
    line: main.line,
  }
}

/** PrivateNetwork= and NetworkNamespacePath= of systemd.exec(5): no socket of it is the host's. */
const hasNetworkOfItsOwn = ({ properties }: Unit): boolean =>
  properties.PrivateNetwork === 'yes' || (properties.NetworkNamespacePath ?? '') !== ''

/** As curl, Python's requests and httpx look for it, in capitals or not. */
const proxyIn = (environment: Readonly<Record<string, string>>, whole: boolean): string | undefined =>
  Object.keys(environment).find((name) => /^(?:https?|all)_proxy$/i.test(name) && environment[name] !== '') ?? (whole ? 'none' : undefined)

/** No shell or wrapper of its unit sets more variables. */
const startsItself = ({ execStart }: Unit, record: ProgramRecord): boolean =>
  recogniseProgram(execStart) === record && unwrap(execStart).every(({ wrapped }) => !wrapped)

/** Next hops and addresses were read of one process in each container, which share them. */
const networkOf = (main: Process, id: string | undefined, processes: readonly Process[]): Process =>
  main.addresses !== undefined || id === undefined
    ? main
    : (processes.find(({ cgroup, addresses }) => addresses !== undefined && containerIdOf(cgroup) === id) ?? main)

/** Its usual port, or one that stands in its words. */
const isNamed = (port: number, { listening }: ProgramRecord, { argv }: Process): boolean =>
  listening?.ports.includes(port) === true || argv.some((word) => word.endsWith(`:${port}`))

const fromContainer = (container: Container, record: ProgramRecord, ownAddress: string | undefined): Program => ({
  id: record.id,
  name: record.name,
  kind: record.kind,
  pids: container.pid > 0 ? [container.pid] : [],
  user: container.user,
  container: container.name,
  binds: publishedOf(container),
  bindsUnknown: container.hostNetwork
    ? 'it uses the network of the host, and its sockets were not found'
    : (container.portsUnknown ?? ownAddress),
  ...authenticationOf(record, { argv: container.command }, container.environment),
  hub: hubOf(record, container.command, container.environment, container.inspected),
  proxy: proxyIn(container.environment, container.inspected),
  telling: record.telling ?? [],
  ...(record.forwards && { forwards: true }),
  danger: record.danger,
  section: 'containers',
  line: container.line,
})

/** Set in front of the program, as `env` and a shell do. */
const ASSIGNED = /^[A-Z][A-Z0-9_]*=./

function authenticationOf(
  record: ProgramRecord,
  { argv, cut }: Pick<Process, 'argv' | 'cut'>,
  environment: Readonly<Record<string, string>>,
): Pick<Program, 'authentication' | 'otherDoor' | 'decidedBy' | 'authenticationUnknown'> {
  const { authentication } = record
  const own = wordsOf(record, argv)
  const assigned = argv.flatMap((word) => word.split(/\s+/)).filter((word) => ASSIGNED.test(word))
  const words = [...own, ...assigned, ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)]
  const pairs = words.flatMap((word, at) =>
    /^-[^=]*$/.test(word) && !/^--?[A-Za-z]/.test(words[at + 1] ?? '-x') ? [`${word}=${words[at + 1]}`] : [],
  )
  const find = (pattern: RegExp | undefined): string | undefined => pattern && [...words, ...pairs].find((word) => pattern.test(word))
  const never = find(authentication.never)
  if (never !== undefined) return { authentication: 'none', otherDoor: true, decidedBy: never }
  const on = find(authentication.on)
  if (on !== undefined)
    return setsOpenKey(on) ? { authentication: 'none', otherDoor: true, decidedBy: on } : { authentication: 'on', decidedBy: on }
  if (cut) return { authentication: 'unknown', authenticationUnknown: 'its command line is longer than what was read of it' }
  const off = find(authentication.off)
  if (off !== undefined) return { authentication: 'none', decidedBy: off }
  const perhaps = find(authentication.perhaps)
  const inFile = authentication.inFile && { authenticationUnknown: 'its configuration file may switch that off' }
  if (perhaps === undefined) return { authentication: authentication.usual, ...inFile }
  const asksElse = authentication.usual === 'default' && { authenticationUnknown: `${perhaps.slice(0, 120)} may switch that off` }
  return { authentication: 'unknown', decidedBy: perhaps, ...asksElse }
}

const bindOf = ({ address, port, scope, section, line }: Listener): ServiceBind => ({
  address,
  port,
  scope,
  section: section ?? 'listeners',
  line,
  basis: 'observed',
})

const publishedOf = ({ ports, line }: Container): readonly ServiceBind[] =>
  ports.flatMap(({ hostAddress, hostPort, protocol }) => {
    const scope = scopeOf(hostAddress === '' ? '0.0.0.0' : hostAddress)
    if (protocol !== 'tcp' || hostPort === 0 || scope === undefined) return []
    return [{ address: hostAddress || '0.0.0.0', port: hostPort, scope, section: 'containers', line, basis: 'observed' as const }]
  })

function withUniqueIds(programs: readonly Program[]): readonly Program[] {
  const counts = new Map<string, number>()
  for (const { id } of programs) counts.set(id, (counts.get(id) ?? 0) + 1)
  const taken = new Set<string>()
  return programs.map((program) => {
    const many = (counts.get(program.id) ?? 0) > 1
    let id = many ? `${program.id}:${program.container ?? program.unit ?? program.binds[0]?.port ?? program.pids[0] ?? 0}` : program.id
    for (let number = 2; taken.has(id); number++) id = `${program.id}#${number}`
    taken.add(id)
    return { ...program, id }
  })
}
