import type { Finding } from '#shared/model/finding.ts'
import type { HostedService, HostServices } from '#shared/model/host-services.ts'
import { engineNames, type InferenceService } from '#shared/model/inference-service.ts'
import type { Container } from '../facts/containers/containers.ts'
import type { Process } from '../facts/processes/processes.ts'
import type { Program } from '../facts/programs/programs.ts'
import type { FactResults } from '../facts/registry.ts'
import { versionOfImage } from '../facts/services/images.ts'
import { engineSettings } from './engine-settings.ts'
import { inUserSession, type Known, knownOf, propertiesOf, publishedBy, restartOf, stateOf } from './known.ts'
import { proxiesOf } from './proxies.ts'
import { gapsOf, openAndPassing, proofAt } from './rows.ts'
import type { ViewSources } from './view-sources.ts'

/** Engines first, then what stands before them, then other programs and containers of the host. Pure. */
export function hostServices(sources: ViewSources): HostServices {
  const { facts, findings } = sources
  const known = knownOf(facts)
  const services = facts.services.known ? facts.services.value : []
  const programs = facts.programs.known ? facts.programs.value : []
  const taken = new Set([...services, ...programs].flatMap(({ container }) => container ?? []))
  const proxies = proxiesOf(sources, known)
  for (const { container } of proxies) if (container !== undefined) taken.add(container)
  const others = known.containers.filter(({ name }) => !taken.has(name))
  const about = findingsBySubject(findings)
  return {
    services: [
      ...services.map((service) => engineRow(service, sources, known, about)),
      ...proxies,
      ...programs.map((program) => programRow(program, sources, known, about)),
      ...others.map((container) => containerRow(container, sources, about)),
    ],
    gaps: gapsOf([facts.processes, facts.containers, facts.units, facts.listeners, facts.services], sources, {
      listeners: 'Sockets: sudo refused ss, so the owners of some are not known',
    }),
  }
}

type About = (...subjects: readonly (string | undefined)[]) => readonly Finding[]

/** Findings by subject: the name itself, or the name and what of it (`dcgm-exporter 127.0.0.1:9400`). */
function findingsBySubject(findings: readonly Finding[]): About {
  return (...subjects) => {
    const names = subjects.filter((name) => name !== undefined && name !== '')
    return findings.filter(({ subject }) => names.some((name) => subject === name || subject.startsWith(`${name} `)))
  }
}

function engineRow(service: InferenceService, sources: ViewSources, known: Known, about: About): HostedService {
  const unit = known.units.find(({ id }) => id === service.unit)
  const container = known.containers.find(({ name }) => name === service.container)
  const main = known.processes.find(({ pid }) => pid === service.pids[0])
  const folders = pythonFoldersOf(service, sources.facts)
  return {
    id: `engine ${service.id}`,
    name: engineNames[service.engine],
    kind: 'engine',
    how: service.pod
      ? 'pod'
      : service.how === 'systemd'
        ? 'unit'
        : service.how === 'process' && inUserSession(main)
          ? 'user-session'
          : service.how,
    unit: service.unit,
    container: service.container,
    madeFrom: service.madeFrom?.path,
    pod: service.pod,
    image: service.image?.name,
    account: service.user,
    running: service.running,
    state: stateOf(service.running, unit),
    ...versionOf(service, sources),
    binds: service.binds.map(({ address, port, scope, basis }) => ({ address, port, scope, basis })),
    bindsUnknown: service.bindUnknown,
    settings: [...engineSettings(service)],
    restart: restartOf(unit, container),
    command: [...service.argv],
    environment: service.environment && { ...service.environment },
    properties: propertiesOf(unit),
    proof: main && proofAt(sources, 'processes', main.line),
    ...openAndPassing(about(service.id, unit?.id, ...folders)),
  }
}

const pythonFoldersOf = (service: InferenceService, { packages }: FactResults): readonly string[] =>
  packages.known ? packages.value.environments.filter(({ services }) => services.includes(service.id)).map(({ folder }) => folder) : []

function versionOf(service: InferenceService, sources: ViewSources): Pick<HostedService, 'version' | 'versionUnknown'> {
  const { packages } = sources.facts
  if (!packages.known)
    return service.version === undefined ? { versionUnknown: packages.reason } : { version: { text: service.version, from: 'image' } }
  const found = packages.value.engines.find((one) => one.service === service.id)
  if (found?.stated === undefined)
    return { versionUnknown: found?.unknown ?? (service.running ? 'it was not looked for' : 'only running servers are asked') }
  const { version, from, section, line } = found.stated
  return { version: { text: version, from: from === 'package' ? 'python-package' : from, proof: proofAt(sources, section, line) } }
}

function programRow(program: Program, sources: ViewSources, known: Known, about: About): HostedService {
  const main = known.processes.find(({ pid }) => pid === program.pids[0])
  const unit = known.units.find(({ id, mainPid }) => id === program.unit || (mainPid > 0 && program.pids.includes(mainPid)))
  const container = known.containers.find(({ name }) => name === program.container)
  const image = container && versionOfImage(container.image)
  return {
    id: `program ${program.id}`,
    name: program.name,
    kind: 'program',
    how: program.container ? 'container' : (program.unit ?? unit) ? 'unit' : placeOf(main),
    unit: program.unit ?? unit?.id,
    container: program.container,
    image: container?.image,
    account: program.user || undefined,
    running: true,
    state: stateOf(true, unit),
    ...(image
      ? { version: { text: image, from: 'image' } }
      : { versionUnknown: 'programs beside the engines are not asked for their version' }),
    binds: program.binds.map(({ address, port, scope, basis }) => ({ address, port, scope, basis })),
    bindsUnknown: program.bindsUnknown,
    settings: [],
    restart: restartOf(unit, container),
    command: [...(main?.argv ?? container?.command ?? [])],
    environment: main?.environment && { ...main.environment },
    properties: propertiesOf(unit),
    danger: program.danger,
    proof: proofAt(sources, program.section, program.line),
    ...openAndPassing(about(program.id)),
  }
}

/** A process without a unit: of a log-in, of nobody, or not known, since not every cgroup is read. */
const placeOf = (main: Process | undefined): HostedService['how'] =>
  main?.cgroup === undefined ? 'unknown' : inUserSession(main) ? 'user-session' : 'process'

function containerRow(container: Container, sources: ViewSources, about: About): HostedService {
  const version = versionOfImage(container.image)
  return {
    id: `container ${container.id || container.name}`,
    name: container.image,
    kind: 'container',
    how: 'container',
    container: container.name,
    image: container.image,
    account: container.inspected ? container.user || 'of its image' : undefined,
    running: container.running,
    state: container.running ? 'running' : 'stopped',
    ...(version ? { version: { text: version, from: 'image' } } : { versionUnknown: 'the tag of its image names none' }),
    ...publishedBy(container),
    settings: [],
    restart: restartOf(undefined, container),
    command: [...container.command],
    environment: container.inspected ? { ...container.environment } : undefined,
    properties: [],
    proof: proofAt(sources, 'containers', container.line),
    ...openAndPassing(about(container.name)),
  }
}
