import type { InferenceService } from '#shared/model/inference-service.ts'
import { type Listener, printBind } from '#shared/model/listener.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { Program } from '../../../facts/programs/programs.ts'
import { unitOf } from '../../../facts/services/placement.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { noneFound, openTo, type Surroundings } from './program-words.ts'

export default defineControl({
  id: 'listener-owner-expected',
  item: 'INF-7',
  severity: 'medium',
  title: 'Every program that listens beyond this machine is one that belongs here',
  rationale:
    'What nobody expects to listen nobody patches or watches. On a machine with GPUs it is mostly a forgotten experiment, and sometimes a miner or a way back in.',
  needs: ['listeners', 'processes', 'services', 'programs'],
  uses: ['firewall', 'network'],
  references: ['NIST-800-53:CM-7', 'NIST-800-53:CM-8', 'CIS-8:4.8', 'ISO-27001:A.8.20'],
  evaluate: ({ listeners, processes, services, programs, firewall, network }, { host }) => {
    const strangers = strangersAmong(listeners, services, programs, [22, host.port])
    if (strangers.length > 0) return strangers.map((group) => judge(group, processes, { firewall, network }))
    const open = listeners.filter(({ protocol, scope }) => protocol === 'tcp' && scope !== 'loopback')
    return [
      {
        ...noneFound(
          'Every listener is accounted for',
          `${open.length} TCP sockets are open beyond this machine, each of a program that belongs to a model server or the system.`,
        ),
        status: 'pass' as const,
        cite: [{ section: 'listeners', line: 0 }],
      },
    ]
  },
})

/** Programs of the system and proxies that other controls look at. */
const usual =
  /^(?:sshd(?:-session)?|systemd-(?:resolve|network|timesyn)\w*|nginx|caddy|haproxy|apache2|httpd|traefik|envoy|lighttpd|h2o|oauth2-proxy|chronyd|ntpd|dhclient|dhcpcd|NetworkManager|docker-proxy|rootlessport|conmon|dockerd|containerd|netavark|aardvark-dns|slirp4netns|pasta(?:\.avx2)?|kube-proxy|nv-hostengine|nvidia-persiste\w*)$/

interface Group {
  readonly owner: Listener['processes'][number] | undefined
  readonly listeners: readonly Listener[]
}

/** One group for each process; sockets without a known owner stand alone. */
function strangersAmong(
  listeners: readonly Listener[],
  services: readonly InferenceService[],
  programs: readonly Program[],
  sshPorts: readonly number[],
): readonly Group[] {
  const expected = new Set([...services, ...programs].flatMap(({ pids }) => pids))
  const bound = new Set(
    [...services.flatMap(({ binds, internalBinds = [] }) => [...binds, ...internalBinds]), ...programs.flatMap(({ binds }) => binds)].map(
      ({ port }) => port,
    ),
  )
  const groups = new Map<string, { owner: Group['owner']; listeners: Listener[] }>()
  for (const listener of listeners) {
    if (listener.protocol !== 'tcp' || listener.scope === 'loopback') continue
    const { processes } = listener
    if (processes.some(({ name, pid }) => expected.has(pid) || usual.test(name))) continue
    // Owners unread: the ports of SSH and of what is known are explained by them.
    if (processes.length === 0 && (bound.has(listener.port) || sshPorts.includes(listener.port))) continue
    // Sockets that systemd holds for a service: those of sshd are expected, others are as unexpected as what they start.
    if (sshPorts.includes(listener.port) && processes.every(({ name }) => name === 'systemd' || name === 'init')) continue
    const owner = processes[0]
    const key = owner === undefined ? printBind(listener) : String(owner.pid)
    const group = groups.get(key) ?? { owner, listeners: [] }
    group.listeners.push(listener)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function judge({ owner, listeners }: Group, processes: readonly Process[], surroundings: Surroundings): Verdict {
  const where = [...new Set(listeners.map(printBind))].slice(0, 6).join(', ')
  const cite = listeners.map(({ section = 'listeners', line }) => ({ section, line }))
  if (owner === undefined)
    return {
      status: 'not-evaluated',
      subject: where,
      title: 'The owner of a listener could not be read',
      reason: `Something listens on ${where}, and whose it is could not be seen.`,
      hint: 'Let the audit account run ss as root; gatehouse sudoers prints the exact line.',
      cite,
    }
  const process = processes.find(({ pid }) => pid === owner.pid)
  const unit = process && unitOf(process)
  const who = [
    `pid ${owner.pid}`,
    ...(process
      ? [`user ${process.user}`, ...(unit === undefined ? [] : [`unit ${unit}`]), `command ${process.argv.join(' ').slice(0, 160)}`]
      : []),
  ].join(', ')
  const { state, whom, cite: rules } = openTo(listeners, surroundings, [])
  const base = {
    subject: `${owner.name} ${listeners
      .map(({ port }) => port)
      .filter((port, index, all) => all.indexOf(port) === index)
      .join(' ')}`,
  }
  const shown = [...cite, ...(process ? [{ section: 'processes', line: process.line }] : [])]
  if (state === 'closed')
    return {
      ...base,
      status: 'pass',
      title: 'The firewall keeps others from it',
      reason: `${owner.name} (${who}) listens on ${where}; it is not a program that Gatehouse expects here, and the rules let nobody reach it.`,
      cite: [...shown, ...rules],
    }
  return {
    ...base,
    status: 'warning',
    title: `${owner.name.slice(0, 20)} listens and is not expected`,
    reason: `${owner.name} (${who}) listens on ${where}, ${state === 'open' ? `open to ${whom}` : 'and who gets there is not known'}.`,
    hint: 'Stop it, bind it to 127.0.0.1, or close its port.',
    cite: [
      ...shown.map((citation, index) => (index === 0 ? { ...citation, note: 'No model server, proxy or part of the system.' } : citation)),
      ...rules,
    ],
  }
}
