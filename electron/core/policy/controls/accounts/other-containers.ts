import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Container, Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { containerAbove } from '../../../facts/services/container-above.ts'
import { containerIdOf } from '../../../facts/services/placement.ts'
import type { Verdict } from '../../control.ts'
import { doorsOf, type Privileges } from './container-doors.ts'
import { mountsOfBoth, waysOutOfBoth } from './container-ways.ts'

interface Told extends Privileges {
  readonly containers: FactResult<Containers>
  readonly processes: FactResult<readonly Process[]>
}

/** A container that runs, as its runtime lists it, and its first process, as the kernel has it. */
interface Running {
  readonly id: string
  readonly listed: Container | undefined
  readonly inside: Process | undefined
}

/** Of the running containers that are no inference server those with a way to root of the host, and how many could not be judged. */
export function otherContainers(services: readonly InferenceService[], told: Told): readonly Verdict[] {
  const others = running(services, told).map((one) => {
    const given = one.listed?.inspected ? one.listed : undefined
    const within = one.inside?.confinement
    const doors = doorsOf(mountsOfBoth(given, within), within, told)
    return { ...one, doors, ways: [...waysOutOfBoth(given, within), ...doors.ways] }
  })
  const found = others.flatMap(({ id, listed, inside, ways }): Verdict[] => {
    if (ways.length === 0) return []
    const image = told.containers.known ? told.containers.value.podContainers.find((one) => one.id === id)?.image : undefined
    const subject = listed?.name ?? (image === undefined ? undefined : withoutTag(image)) ?? nameOf(id, inside, others, told)
    return [
      {
        // Some must have it. That it is root of the host is said all the same.
        status: 'warning',
        subject,
        title: 'Another container is a way to root of the host',
        reason: `Container ${subject}: ${ways.slice(0, 3).join('; ')}. Whoever takes it over takes over the host.`,
        hint: 'Take it away where the container does its work without. Where it is needed (a manager of containers, a device plugin), its updates, ports and accounts are as those of root.',
        cite: [
          {
            ...(listed?.inspected ? { section: 'containers', line: listed.line } : { section: 'processes', line: inside?.line ?? 0 }),
            note: 'A way to root. Expected none.',
          },
        ],
      },
    ]
  })
  const unread = others.filter(
    ({ listed, inside, doors, ways }) =>
      (ways.length === 0 && doors.unknown !== undefined) || (!listed?.inspected && (!inside?.confinement || inside.confinement.moreMounts)),
  )
  if (unread.length === 0) return found
  const names = unread.map(({ id, listed, inside }) => listed?.name ?? nameOf(id, inside, others, told))
  return [
    ...found,
    {
      status: 'not-evaluated',
      subject: '',
      title: 'What other containers may do is not known',
      reason: `Whether these are privileged, or have folders or sockets of the host, could not be read: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}.`,
      cite: unread.slice(0, 5).flatMap(({ listed }) => (listed ? [{ section: 'containers', line: listed.line }] : [])),
    },
  ]
}

function running(services: readonly InferenceService[], { containers, processes }: Told): readonly Running[] {
  const listed = new Map((containers.known ? containers.value.containers : []).filter((one) => one.running).map((one) => [one.id, one]))
  const served = new Set(
    [...listed.values()].filter(({ name }) => services.some(({ container }) => container === name)).map(({ id }) => id),
  )
  const pids = new Set(services.flatMap((service) => service.pids))
  const inside = new Map<string, Process>()
  for (const process of processes.known ? processes.value : []) {
    const id = containerIdOf(process.cgroup)
    if (id === undefined) continue
    if (pids.has(process.pid)) served.add(id)
    if (process.confinement && !inside.has(id)) inside.set(id, process)
  }
  return [...new Set([...listed.keys(), ...inside.keys()])]
    .filter((id) => !served.has(id))
    .map((id) => ({ id, listed: listed.get(id), inside: inside.get(id) }))
}

/** Of one that nothing lists, as of an account: what Podman tells its monitor, else its program, with the id where several have that. */
function nameOf(id: string, inside: Process | undefined, others: readonly Running[], { processes }: Told): string {
  const named = inside && processes.known ? containerAbove(inside, processes.value)?.name : undefined
  const [program, short] = [inside?.name, id.slice(0, 12)]
  if (named !== undefined || program === undefined) return named ?? short
  return others.filter((one) => one.inside?.name === program).length > 1 ? `${program} ${short}` : program
}

const withoutTag = (image: string): string => image.replace(/@.*$/, '').replace(/:[^:/]*$/, '')
