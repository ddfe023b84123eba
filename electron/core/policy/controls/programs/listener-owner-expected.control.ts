import { printSocket } from '#shared/model/listener.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { nameOf, type Stranger, strangerSubject, strangersAmong } from '../../../facts/programs/strangers.ts'
import { unitOf } from '../../../facts/services/placement.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { ownersHint } from '../inference/service-words.ts'
import { sshPorts } from '../network/doors.ts'
import { knownValue } from '../network/flows.ts'
import { containersHint, noneFound, openTo, type Surroundings, swarmHint } from './program-words.ts'

export default defineControl({
  id: 'listener-owner-expected',
  item: 'INF-7',
  severity: 'medium',
  title: 'Every program that listens beyond this machine is one that belongs here',
  rationale:
    'What nobody expects to listen nobody patches or watches. On a machine with GPUs it is mostly a forgotten experiment, and sometimes a miner or a way back in.',
  steps: 'Stop it, bind it to 127.0.0.1, or close its port.',
  needs: ['listeners', 'processes', 'services', 'programs'],
  uses: ['firewall', 'network', 'containers', 'os'],
  references: ['NIST-800-53:CM-7', 'NIST-800-53:CM-8', 'CIS-8:4.8', 'ISO-27001:A.8.20'],
  evaluate: ({ listeners, processes, services, programs, firewall, network, containers, os }, { host }) => {
    const strangers = strangersAmong(listeners, services, programs, [22, ...sshPorts(host.port, os)], knownValue(containers)?.containers)
    const ownersSeen = listeners.some((listener) => listener.processes.length > 0)
    if (strangers.length > 0) return strangers.map((group) => judge(group, processes, ownersSeen, containers.known, { firewall, network }))
    const open = listeners.filter(({ scope }) => scope !== 'loopback')
    return [
      {
        ...noneFound(
          'Every listener is accounted for',
          `${open.length} sockets of TCP and UDP are open beyond this machine, each of a program that belongs to a model server or the system.`,
        ),
        status: 'pass' as const,
        cite: [{ section: 'listeners', line: 0 }],
      },
    ]
  },
})

function judge(
  stranger: Stranger,
  processes: readonly Process[],
  ownersSeen: boolean,
  listed: boolean,
  surroundings: Surroundings,
): Verdict {
  const { owner, container, listeners } = stranger
  const where = [...new Set(listeners.map(printSocket))].slice(0, 6).join(', ')
  const cite = listeners.map(({ section = 'listeners', line }) => ({ section, line }))
  if (container === 'unknown') {
    const bySwarm = listed && owner?.name === 'dockerd'
    const unlisted = bySwarm
      ? ', and none of its containers publishes that: it does so for services of Swarm, wherever their tasks run'
      : listed
        ? ` for a container, which root’s list of containers does not have: ${keeperOf(owner?.pid, processes)} has a Podman or Docker of its own`
        : ' for a container, and the list of containers could not be read'
    return {
      status: 'not-evaluated',
      subject: strangerSubject(stranger),
      title: 'What a container publishes is not known',
      reason: `${owner?.name ?? 'A container runtime'} holds ${where}${unlisted}.`,
      hint: bySwarm
        ? swarmHint
        : listed
          ? 'See with podman ps as that account what it publishes; stop it, or publish it on 127.0.0.1.'
          : containersHint,
      cite,
    }
  }
  if (container === undefined && owner === undefined && ownersSeen)
    return {
      status: 'not-evaluated',
      subject: strangerSubject(stranger),
      title: 'No process holds this listener',
      reason: `Something listens on ${where}, and of the processes that could be seen none holds it: the kernel does so itself for tunnels (WireGuard, VXLAN, GENEVE) and NFS.`,
      cite,
    }
  if (container === undefined && owner === undefined)
    return {
      status: 'not-evaluated',
      subject: strangerSubject(stranger),
      title: 'The owner of a listener could not be read',
      reason: `Something listens on ${where}, and whose it is could not be seen.`,
      hint: ownersHint,
      cite,
    }
  const process = processes.find(({ pid }) => pid === owner?.pid)
  const who = container === undefined ? whoIs(owner?.pid, process) : `container of ${container.image.slice(0, 120)}`
  const name = nameOf(stranger) ?? ''
  // Published ports are translated before the filter sees them.
  const { firewall } = surroundings
  const blind = container !== undefined && firewall.known && !firewall.value.translationKnown
  const { state, whom, cite: rules } = blind ? ({ state: 'unknown', whom: '', cite: [] } as const) : openTo(listeners, surroundings, [])
  const base = { subject: strangerSubject(stranger) }
  const shown = [...cite, ...(process ? [{ section: 'processes', line: process.line }] : [])]
  if (state === 'closed')
    return {
      ...base,
      status: 'pass',
      title: 'The firewall keeps others from it',
      reason: `${name} (${who}) listens on ${where}; it is not a program that Gatehouse expects here, and the rules let nobody reach it.`,
      cite: [...shown, ...rules],
    }
  if (stranger.mayAwaitAnswers)
    return {
      ...base,
      status: 'not-evaluated',
      title: `${name.slice(0, 20)} takes datagrams`,
      reason: `${name} (${who}) has ${where}, ${state === 'open' ? `open to ${whom}` : 'and who gets there is not known'}. Clients wait for answers on such ports, and servers may listen there.`,
      cite: [...shown, ...rules],
    }
  return {
    ...base,
    status: 'warning',
    title: `${name.slice(0, 20)} listens and is not expected`,
    reason: `${name} (${who}) listens on ${where}, ${state === 'open' ? `open to ${whom}` : 'and who gets there is not known'}.`,
    cite: [
      ...shown.map((citation, index) => (index === 0 ? { ...citation, note: 'No model server, proxy or part of the system.' } : citation)),
      ...rules,
    ],
  }
}

const keeperOf = (pid: number | undefined, processes: readonly Process[]): string => {
  const user = processes.find((process) => process.pid === pid)?.user
  return user === undefined ? 'an account' : `account ${user}`
}

function whoIs(pid: number | undefined, process: Process | undefined): string {
  const unit = process && unitOf(process)
  return [
    `pid ${pid ?? '?'}`,
    ...(process
      ? [
          `user ${process.user}`,
          ...(unit === undefined ? [] : [`unit ${unit}`]),
          ...programOf(process),
          `command ${process.argv.join(' ').slice(0, 160)}`,
        ]
      : []),
  ].join(', ')
}

/** What it really runs, and where that comes from, as far as root could see. */
const programOf = ({ executable, package: owner }: Process): readonly string[] =>
  executable === undefined
    ? []
    : [`program ${executable.slice(0, 120)}`, ...(owner === undefined ? [] : [owner === null ? 'of no package' : `of package ${owner}`])]
