import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Container, PodContainer } from '../containers/containers.ts'
import type { Process } from '../processes/processes.ts'
import type { Unit } from '../units/units.ts'
import { type Binds, configuredBinds, observedBinds, publishedBinds, unseenBinds } from './binds.ts'
import { type Configured, configuredAddresses, configuredApiKey, type KnownEnvironment, openPorts } from './configured.ts'
import { containerOfUnit } from './container-run.ts'
import { engineOfImage, versionOfImage } from './images.ts'
import { type Launch, recognise, recogniseStart } from './launch.ts'
import { withSettings } from './llama-words.ts'
import { homeInContainer, modelPathsOf, onHostByMounts } from './model-paths.ts'
import { accountTold, isSandbox } from './sandboxes.ts'
import type { ServiceSources } from './sources.ts'
import { startedWords, unreadPlace } from './started-words.ts'

/** A unit that starts an engine, but of which no server runs now. */
export function serviceFromUnit(unit: Unit, sources: ServiceSources): InferenceService | undefined {
  const { words, unread } = startedWords(unit)
  const launch = recogniseStart(words)
  if (!launch || launch.role === 'worker') return undefined
  const environment = environmentOfUnit(unit, launch, sources)
  const { binds, unknown } = unitBinds(unit, launch, sources)
  const apiKey = configuredApiKey(launch, environment)
  const account = sources.accounts?.accounts.find(({ name, uid }) => name === unit.user || String(uid) === unit.user)
  const user = unit.user === '' && !unit.dynamicUser ? 'root' : unit.user
  return {
    id: unit.id,
    engine: launch.engine,
    how: 'systemd',
    unit: unit.id,
    running: unit.activeState === 'active',
    pids: [],
    user: user === '' ? undefined : user,
    uid: user === 'root' ? 0 : account?.uid,
    argv: words,
    environment: environment.variables,
    environmentComplete: environment.complete,
    binds,
    bindUnknown: unknown,
    configuredBinds: unknown === undefined ? binds : undefined,
    apiKey: unread !== undefined && apiKey === 'none' && launch.engine !== 'ollama' ? 'unknown' : apiKey,
    modelPaths: modelPathsOf(launch, environment.variables, { user, home: account?.home }),
  }
}

/** A container that a unit would start, or starts. */
export function serviceFromContainerUnit(unit: Unit, sources: ServiceSources): InferenceService | undefined {
  const container = containerOfUnit(unit)
  const service = container && serviceFromContainer(container, sources)
  if (!service) return undefined
  const inUnit = { section: 'units', line: container.line, basis: 'configured' } as const
  return {
    ...service,
    id: container.name || unit.id,
    container: container.name || undefined,
    madeFrom: madeFrom(unit),
    environment: container.environment,
    binds: service.binds.map((bind) => ({ ...bind, ...inUnit })),
  }
}

/** The file to change, where a unit starts the container. */
export const madeFrom = ({ id, sourcePath, fragmentPath }: Unit): NonNullable<InferenceService['madeFrom']> => ({
  unit: id,
  path: sourcePath || fragmentPath,
  quadlet: sourcePath.endsWith('.container'),
})

/** A shell or wrapper may set more variables than the unit shows. */
const environmentOfUnit = (unit: Unit, launch: Launch, { llamaSettings }: ServiceSources): KnownEnvironment =>
  withSettings(launch, { variables: unit.environment, complete: unit.environmentComplete && !launch.wrapped }, llamaSettings)

/** Addresses that a unit configures its server for. */
export function unitBinds(unit: Unit, launch: Launch, sources: ServiceSources): Binds {
  const { PrivateNetwork: lone, NetworkNamespacePath: path = '' } = unit.properties
  // What it listens on in there nobody reaches by the addresses of the host; what leads there is known when it runs.
  if (lone === 'yes' || path !== '')
    return { binds: [], unknown: 'its unit gives it a network of its own, and what leads there was not followed' }
  const unread = launch.wrapped || launch.engine === 'ollama' ? undefined : (startedWords(unit).unread ?? unreadPlace(launch.words))
  if (unread !== undefined) return { binds: [], unknown: `what ${unread} stands for in the command of its unit was not read` }
  const configured = configuredAddresses(launch, environmentOfUnit(unit, launch, sources))
  const binds = configuredBinds(configured, ({ variable }) => ({
    section: 'units',
    line: unit.lines[variable === undefined ? 'ExecStart' : `Environment:${variable}`] ?? 0,
  }))
  const unresolved = binds.length < configured.addresses.length ? 'it is configured for a host name' : undefined
  return { binds, unknown: configured.unknown ?? unresolved }
}

/** A container whose image or command is an engine's and whose processes were not recognised, or that is stopped. */
export function serviceFromContainer(container: Container, sources: ServiceSources): InferenceService | undefined {
  const { processes, hostAddresses } = sources
  const launch = recognise(container.command) ?? fromImage(container)
  if (!launch || launch.role === 'worker') return undefined
  const environment: KnownEnvironment = { variables: container.environment, complete: container.inspected && !launch.wrapped }
  const configured = configuredAddresses(launch, environment)
  const main: Process | undefined = container.pid > 0 ? processes.find(({ pid }) => pid === container.pid) : undefined
  const { binds, unknown } = container.hostNetwork
    ? ofHostNetwork(main, configured, sources)
    : { binds: publishedBinds(container, configured), unknown: unseenBinds(container, main, hostAddresses) }
  return {
    id: container.name,
    engine: launch.engine,
    how: 'container',
    container: container.name,
    running: container.running,
    pids: main ? [main.pid] : [],
    ...(main && (isSandbox(main) ? accountTold(container) : { user: main.user, uid: main.uid >= 0 ? main.uid : undefined })),
    argv: container.command,
    environment: container.inspected ? container.environment : undefined,
    environmentComplete: environment.complete,
    binds,
    bindUnknown: unknown,
    ...(!container.hostNetwork && { containerPorts: configured.ports, openInside: openPorts(configured) }),
    configuredBinds: [],
    apiKey: configuredApiKey(launch, environment),
    version: versionOfImage(container.image),
    modelPaths: onHostByMounts(modelPathsOf(launch, container.environment, { home: homeInContainer(container.mounts) }), container.mounts),
  }
}

/** A container of a pod of which the runtime of the kubelet tells, and no process is seen: its pod has a kernel of its own. */
export function serviceFromPodContainer({ id, image, line }: PodContainer): InferenceService | undefined {
  const engine = engineOfImage(image)
  if (!engine) return undefined
  const launch: Launch = { engine, role: 'server', words: [], wrapped: true }
  return {
    id: id.slice(0, 12),
    engine,
    how: 'container',
    container: id.slice(0, 12),
    running: true,
    pids: [],
    argv: [],
    environmentComplete: false,
    binds: [],
    bindUnknown: 'it runs in a pod, and none of its processes was seen, as where a pod has a kernel of its own (Kata, gVisor)',
    apiKey: configuredApiKey(launch, { variables: {}, complete: false }),
    version: versionOfImage(image),
    image: { name: image, line },
    modelPaths: [],
  }
}

/** In the network of the host its sockets are held by the first process that the runtime tells. */
function ofHostNetwork(main: Process | undefined, configured: Configured, { listeners }: ServiceSources): Binds {
  const { binds } = main && listeners ? observedBinds([main], configured, listeners) : { binds: [] }
  return binds.length > 0 ? { binds } : { binds, unknown: 'it uses the network of the host and its sockets were not found' }
}

/** The images' entry points start the server; only its flags stand in the command. A command with another program is not one. */
function fromImage({ image, command }: Container): Launch | undefined {
  const engine = engineOfImage(image)
  const variant = /llama-cpp-python/i.test(image) ? ('llama-cpp-python' as const) : undefined
  return engine && { engine, role: 'server', variant, words: command, wrapped: true }
}
