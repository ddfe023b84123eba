import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { containerOfUnit } from '../../../facts/services/container-run.ts'
import type { Unit } from '../../../facts/units/units.ts'
import type { Verdict } from '../../control.ts'
import { serviceName } from '../inference/service-words.ts'
import { type Doors, doorsOf, type Privileges } from './container-doors.ts'
import { mountsOfBoth, waysOutOfBoth } from './container-ways.ts'

interface Told extends Privileges {
  readonly units: FactResult<readonly Unit[]>
  readonly containers: FactResult<Containers>
  readonly processes: FactResult<readonly Process[]>
}

/** By the runtime, else by the unit that made it; and by the kernel, which tells anybody what its processes may hold and see. */
export function judgeContainer(service: InferenceService, told: Told): Omit<Verdict, 'subject'> {
  const { units, containers, processes } = told
  const name = serviceName(service)
  const container = containers.known ? containers.value.containers.find((one) => one.name === service.container) : undefined
  const maker = units.known ? units.value.find(({ id }) => id === service.madeFrom?.unit) : undefined
  const made = container?.inspected || !maker ? undefined : containerOfUnit(maker)
  const given = container?.inspected ? container : made
  const inside = processes.known ? processes.value.find(({ pid, confinement }) => service.pids.includes(pid) && confinement) : undefined
  const lent = inside?.confinement?.hostRoot === false
  const doors = doorsOf(mountsOfBoth(given, inside?.confinement), inside?.confinement, told)
  const own = waysOutOfBoth(given, inside?.confinement)
  const ways = [...own, ...doors.ways]
  const cite: Citation = container?.inspected
    ? { section: 'containers', line: container.line }
    : made
      ? { section: 'units', line: made.line }
      : { section: 'processes', line: inside?.line ?? 0 }
  if (ways.length > 0)
    return {
      // Whether another account inside may use them, its groups and the programs of the image say.
      status: service.uid === 0 || doors.accounts.some(({ uid }) => uid === service.uid) ? 'fail' : 'warning',
      title: 'The container has a way to root of the host',
      reason: `${name} runs in container ${service.container ?? service.id}: ${ways.slice(0, 3).join('; ')}. Expected none of it.`,
      cite: [{ ...cite, note: 'A way to root. Expected none.' }],
    }
  if (doors.unknown !== undefined)
    return {
      status: 'not-evaluated',
      title: 'What its account may do is not known',
      reason: `${name} runs in container ${service.container ?? service.id}, which is given account ${namesOf(doors)} of the host by what is mounted. Whether that account has a way to root is not known: ${doors.unknown}.`,
      cite: [cite],
    }
  if (!given && (!inside?.confinement || inside.confinement.moreMounts))
    return {
      status: 'not-evaluated',
      title: 'What its container may do is not known',
      reason: `${name} runs in a container. Whether it is privileged, or has folders or sockets of the host, could not be read.`,
      hint: 'A container that runs shows it in /proc; of one that does not, docker or podman inspect tells.',
      cite: [],
    }
  const beside =
    doors.accounts.length > 0
      ? ` What is mounted makes it account ${namesOf(doors)} outside of the container, too, which has no way to root.`
      : ''
  const why = lent
    ? 'Root of it is another account of the host (user namespace).'
    : given
      ? 'It was given no way to root of the host.'
      : 'Its capabilities and mounts are no way to root of the host; its devices are told by docker or podman inspect alone.'
  return {
    status: 'not-applicable',
    title: 'The account is the container’s',
    reason: `${name} runs in a container, whose image brings its accounts. ${why}${beside}`,
    cite: [cite],
  }
}

const namesOf = ({ accounts }: Doors): string =>
  accounts
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ')
