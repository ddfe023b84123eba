import type { HostedService } from '#shared/model/host-services.ts'
import type { Container, PodContainer } from '../facts/containers/containers.ts'
import { scopeOf } from '../facts/listeners/address-scope.ts'
import type { Process } from '../facts/processes/processes.ts'
import type { FactResults } from '../facts/registry.ts'
import type { Unit } from '../facts/units/units.ts'

/** What is known when a row is made. */
export interface Known {
  readonly units: readonly Unit[]
  readonly containers: readonly Container[]
  readonly podContainers: readonly PodContainer[]
  readonly processes: readonly Process[]
}

/** What was not read is empty here: for pictures alone, never for a verdict. */
export const knownOf = ({ units, containers, processes }: FactResults): Known => ({
  units: units.known ? units.value : [],
  containers: containers.known ? containers.value.containers : [],
  podContainers: containers.known ? containers.value.podContainers : [],
  processes: processes.known ? processes.value : [],
})

/** Placed by its cgroup: below a user's own manager, or in a log-in session. */
export const inUserSession = (process: Process | undefined): boolean =>
  /\/(?:user@\d+\.service|session-[^/]+\.scope)(?:\/|$)/.test(process?.cgroup ?? '')

/** What a container publishes, as sockets of the host, and why that may not be all. */
export const publishedBy = ({ ports, running, portsUnknown }: Container): Pick<HostedService, 'binds' | 'bindsUnknown'> => ({
  binds: ports
    .filter(({ hostPort, protocol }) => hostPort > 0 && protocol === 'tcp')
    .map(({ hostAddress, hostPort }) => ({
      address: hostAddress || '0.0.0.0',
      port: hostPort,
      scope: scopeOf(hostAddress || '0.0.0.0') ?? 'specific',
      basis: running ? 'observed' : 'configured',
    })),
  bindsUnknown: portsUnknown,
})

/** What systemd or the container runtime says about starting it again. */
export function restartOf(unit: Unit | undefined, container: Container | undefined): HostedService['restart'] {
  const { Restart: policy, NRestarts: count, NeedDaemonReload: reload } = unit?.properties ?? {}
  const containerPolicy = container?.restartPolicy === '' ? undefined : container?.restartPolicy
  return {
    ...((policy ?? containerPolicy) && { policy: policy ?? containerPolicy }),
    ...(/^\d{1,9}$/.test(count ?? '') && { count: Number(count) }),
    ...(reload !== undefined && { reloadNeeded: reload === 'yes' }),
  }
}

const shownElsewhere = new Set(['Environment', 'ExecStart', 'Id'])

/** As systemctl showed them, without those that have a place of their own; line 0 where none is known. */
export const propertiesOf = (unit: Unit | undefined): HostedService['properties'] =>
  Object.entries(unit?.properties ?? {})
    .filter(([name]) => !shownElsewhere.has(name))
    .map(([name, value]) => ({ name, value, line: unit?.lines[name] ?? 0 }))

/** In systemd's words where a unit has it (`active (running)`), else whether a process was seen. */
export const stateOf = (running: boolean, unit: Unit | undefined): string =>
  unit ? `${unit.activeState}${unit.properties.SubState ? ` (${unit.properties.SubState})` : ''}` : running ? 'running' : 'stopped'
