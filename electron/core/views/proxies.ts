import type { Finding } from '#shared/model/finding.ts'
import type { HostedService } from '#shared/model/host-services.ts'
import type { Container } from '../facts/containers/containers.ts'
import type { Process } from '../facts/processes/processes.ts'
import type { FactResults } from '../facts/registry.ts'
import { versionOfImage } from '../facts/services/images.ts'
import { containerIdOf } from '../facts/services/placement.ts'
import type { Unit } from '../facts/units/units.ts'
import { inUserSession, type Known, propertiesOf, publishedBy, restartOf, stateOf } from './known.ts'
import { openAndPassing, proofAt } from './rows.ts'
import type { ViewSources } from './view-sources.ts'

interface ProxyKind {
  readonly name: string
  /** As ps shows it (comm). */
  readonly process: RegExp
  readonly unit: RegExp
  /** Packages of the host that carry it. */
  readonly packages: RegExp
  /** Is the finding about it? */
  readonly concerns: (finding: Finding) => boolean
}

const restsOn =
  (section: RegExp) =>
  ({ evidence }: Finding): boolean =>
    evidence.some((one) => section.test(one.section))

/** What stands before the engines. HAProxy, Apache, Traefik and Envoy are recognised; their configuration is not modelled. */
const kinds: readonly ProxyKind[] = [
  { name: 'nginx', process: /^nginx$/, unit: /^nginx\.service$/, packages: /^nginx(?:-|$)/, concerns: restsOn(/^nginx/) },
  { name: 'Caddy', process: /^caddy$/, unit: /^caddy\.service$/, packages: /^caddy$/, concerns: restsOn(/^caddy/) },
  {
    name: 'oauth2-proxy',
    process: /^oauth2-proxy$/,
    unit: /^oauth2-proxy.*\.service$/,
    packages: /^oauth2-proxy$/,
    concerns: ({ control }) => control.startsWith('oauth2-proxy-'),
  },
  { name: 'HAProxy', process: /^haproxy$/, unit: /^haproxy\.service$/, packages: /^haproxy$/, concerns: () => false },
  {
    name: 'Apache',
    process: /^(?:apache2|httpd)$/,
    unit: /^(?:apache2|httpd)\.service$/,
    packages: /^(?:apache2|httpd)$/,
    concerns: () => false,
  },
  { name: 'Traefik', process: /^traefik$/, unit: /^traefik\.service$/, packages: /^traefik$/, concerns: () => false },
  { name: 'Envoy', process: /^envoy$/, unit: /^envoy\.service$/, packages: /^envoy$/, concerns: () => false },
]

/** Every proxy that runs, and every one that a unit of this host would start. */
export function proxiesOf(sources: ViewSources, known: Known): HostedService[] {
  return kinds.flatMap((kind) => {
    const running = known.processes.filter(({ name }) => kind.process.test(name))
    const pids = new Set(running.map(({ pid }) => pid))
    const mains = running.filter(({ ppid }) => !pids.has(ppid))
    const stopped = known.units.filter(({ id, mainPid }) => kind.unit.test(id) && !pids.has(mainPid))
    const rows = mains.map((main) => proxyRow(kind, main, unitOfMain(main, known.units, kind, mains.length), running, sources, known))
    // A unit without a main process of its own may be the one whose cgroup was not read.
    const asleep = mains.length > 0 ? [] : stopped.map((unit) => proxyRow(kind, undefined, unit, [], sources, known))
    return [...rows, ...asleep]
  })
}

const unitOfMain = ({ pid }: Process, units: readonly Unit[], { unit }: ProxyKind, mains: number): Unit | undefined =>
  units.find(({ mainPid }) => mainPid === pid) ??
  (mains === 1 ? units.find(({ id, activeState }) => unit.test(id) && activeState === 'active') : undefined)

function proxyRow(
  kind: ProxyKind,
  main: Process | undefined,
  unit: Unit | undefined,
  members: readonly Process[],
  sources: ViewSources,
  known: Known,
): HostedService {
  const { facts, findings } = sources
  // What systemd started runs, also where its processes are hidden.
  const unseen = !facts.processes.known && unit?.activeState === 'active'
  const running = main !== undefined || unseen
  const pids = new Set([
    main?.pid ?? (unseen ? unit.mainPid : undefined),
    ...members.filter(({ ppid }) => ppid === main?.pid).map(({ pid }) => pid),
  ])
  const containerId = containerIdOf(main?.cgroup)
  const container = main && known.containers.find(({ id, pid }) => id === containerId || pid === main.pid)
  const names = new Set([kind.name.toLowerCase(), ...packageNames(kind, sources)])
  return {
    id: `proxy ${unit?.id ?? `${kind.name} ${main?.pid ?? ''}`}`,
    name: kind.name,
    kind: 'proxy',
    how: container
      ? 'container'
      : unit
        ? 'unit'
        : main?.cgroup === undefined
          ? 'unknown'
          : inUserSession(main)
            ? 'user-session'
            : 'process',
    unit: container ? undefined : unit?.id,
    container: container?.name,
    image: container?.image,
    account: main?.user ?? (unit && (unit.user || 'root')),
    running,
    state: stateOf(running, unit),
    ...versionOf(kind, container, sources),
    ...(container && !container.hostNetwork ? publishedBy(container) : ownSockets(running, pids, facts)),
    settings: [],
    restart: restartOf(unit, container),
    command: [...(main?.argv ?? unit?.execStart ?? [])],
    environment: main?.environment && { ...main.environment },
    properties: propertiesOf(unit),
    proof: main && proofAt(sources, 'processes', main.line),
    ...openAndPassing(findings.filter((finding) => names.has(finding.subject) || kind.concerns(finding))),
  }
}

function ownSockets(
  running: boolean,
  pids: ReadonlySet<number | undefined>,
  { listeners, processes }: FactResults,
): Pick<HostedService, 'binds' | 'bindsUnknown'> {
  if (!listeners.known) return { binds: [], bindsUnknown: listeners.reason }
  const own = listeners.value.filter(({ protocol, processes }) => protocol === 'tcp' && processes.some(({ pid }) => pids.has(pid)))
  const ownersHidden = !processes.known || listeners.value.some((listener) => listener.processes.length === 0)
  return {
    binds: own.map(({ address, port, scope }) => ({ address, port, scope, basis: 'observed' })),
    bindsUnknown: running && own.length === 0 && ownersHidden ? 'the owners of sockets could not be read' : undefined,
  }
}

const packageNames = ({ packages }: ProxyKind, { facts }: ViewSources): readonly string[] =>
  facts.updates.known ? facts.updates.value.packages.map(({ name }) => name).filter((name) => packages.test(name)) : []

function versionOf(
  { packages }: ProxyKind,
  container: Container | undefined,
  sources: ViewSources,
): Pick<HostedService, 'version' | 'versionUnknown'> {
  const { facts } = sources
  if (container) {
    const text = versionOfImage(container.image)
    return text ? { version: { text, from: 'image' } } : { versionUnknown: 'the tag of its image names none' }
  }
  const installed = facts.updates.known ? facts.updates.value.packages.find(({ name }) => packages.test(name)) : undefined
  if (installed) return { version: { text: installed.version, from: 'host-package', proof: proofAt(sources, 'updates', installed.line) } }
  const said = facts.packages.known ? facts.packages.value.programs.find(({ name }) => packages.test(name)) : undefined
  if (said) return { version: { text: said.version, from: 'program', proof: proofAt(sources, 'software', said.line) } }
  return { versionUnknown: facts.updates.known ? 'no package of this host carries it' : facts.updates.reason }
}
