import { modelPathsOf } from '#shared/model/fleet.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { type Listener, printBind, printSocket } from '#shared/model/listener.ts'
import { type FactResult, known } from '../../../facts/fact.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { Network } from '../../../facts/network/network.ts'
import { passesNothingOn } from '../../../facts/nginx/model/passes-nothing-on.ts'
import type { Nginx } from '../../../facts/nginx/nginx.ts'
import { type UnknownFront, unknownFronts } from '../../../facts/programs/unknown-fronts.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeUnit } from '../inference/service-words.ts'
import { besideOf, datagramDoors, inferenceDoors, type ModelDoor } from './doors.ts'
import { areClosed, citeRule, doubtOf, isNearlyAll, knownValue, printRemotes, strangersTo, worst } from './flows.ts'
import { heldSockets } from './held-sockets.ts'
import { leftByUnit, unitOfServer } from './unit-filter.ts'

/** For ports that Docker forwards past the rules for the host. */
const PUBLISHED = 'docker-published-ports'

export default defineControl({
  id: 'inference-port-only-from-app',
  item: 'INF-7',
  severity: 'high',
  title: 'Inference ports can be reached from the application subnet only',
  rationale:
    'Users belong in front of the application, not in front of the model. An inference port that other networks reach lets anyone there run prompts around every control that the application makes.',
  needs: ['firewall', 'services', 'listeners'],
  uses: ['network', 'containers', 'programs', 'processes', 'units', 'nginx'],
  remediation: { template: 'ufw-segment', otherFirewalls: 'nftables-segment', also: [PUBLISHED] },
  references: ['NIST-800-53:SC-7', 'NIST-800-53:AC-4', 'CIS-8:12.2', 'CIS-8:13.4', 'ISO-27001:A.8.22'],
  evaluate: ({ firewall, services, listeners, network, containers, programs, processes, units, nginx }, { fleet, host }) => {
    if (services.length === 0) return [noService]
    const running = services.filter((service) => service.running)
    const beside = besideOf({ containers, programs, firewall: known(firewall), network })
    const doors = [...inferenceDoors(running, listeners, beside), ...datagramDoors(listeners, beside.containers)]
    const { app, management, modelAdmins } = fleet.networks
    const allowed = [...app, ...management, ...modelAdmins]
    const fronts = [
      ...unknownFronts(running, { listeners: known(listeners), programs, containers, processes })
        .filter((front) => front.container !== undefined || !areClosed(front.listeners, { firewall: known(firewall), network }, allowed))
        .map(mayForward),
      ...heldSockets(listeners, host.port, firewall, knownValue(network), allowed),
    ]
    if (doors.length === 0)
      return running.length === 0 ? [noneRuns] : localOnly(running, [...ownerless(listeners, running, [22, host.port]), ...fronts])
    const hidden = running.filter(isHidden).map(unseen)
    if (app.length === 0) return [unnamed(doors), ...hidden, ...fronts]
    const unitOf = (door: ModelDoor) => (door.kind === 'inference' ? unitOfServer(running, door.owner, knownValue(units) ?? []) : undefined)
    const folders = [...modelPathsOf(fleet, host), ...services.flatMap(({ modelPaths }) => modelPaths)]
    const idle = (door: ModelDoor) => answersByItself(door, nginx, folders)
    return [
      ...doors.map((door) => judge(door, firewall, knownValue(network), allowed, { unit: unitOf(door), idle: idle(door) })),
      ...hidden,
      ...fronts,
    ]
  },
})

const noService: Verdict = {
  status: 'not-applicable',
  subject: '',
  title: 'No inference server on this host',
  reason: 'No inference server was found on this host.',
  cite: [],
}

const noneRuns: Verdict = { ...noService, title: 'No inference server runs', reason: 'Inference servers are installed, but none runs.' }

/** It may have doors beside those that were seen: ports that a cluster leads to a pod, a container with an address of its own, sockets without an owner. */
const isHidden = ({ bindUnknown }: InferenceService): boolean => bindUnknown !== undefined

const unseen = ({ id, pod, bindUnknown }: InferenceService): Verdict => ({
  status: 'not-evaluated',
  subject: id,
  title: pod ? 'Ports that lead to the pod are not known' : 'Where the server listens is not known',
  reason: `Who can reach ${id} is not known: ${bindUnknown ?? 'its sockets were not seen'}.`,
  cite: [],
})

/** Who reaches it reaches the model, if it forwards. */
const mayForward = ({ program, process, listeners, why }: UnknownFront): Verdict => ({
  status: 'not-evaluated',
  subject: `${program} ${listeners[0]?.port}`,
  title: 'A program that is not known may forward',
  reason: `${program} (pid ${process.pid}) listens on ${[...new Set(listeners.map(printBind))].slice(0, 4).join(', ')} and ${why}. Whether it leads to a model is not known.`,
  cite: [...listeners.map(({ section = 'listeners', line }) => ({ section, line })), { section: 'processes', line: process.line }],
})

/** Where the owners of no socket could be read, any of them may be a proxy. As root `ss` names them all but the kernel's own. */
function ownerless(listeners: readonly Listener[], services: readonly InferenceService[], sshPorts: readonly number[]): readonly Verdict[] {
  if (listeners.some(({ processes }) => processes.length > 0) || services.every(isHidden)) return []
  const open = listeners.filter(({ protocol, scope, port }) => protocol === 'tcp' && scope !== 'loopback' && !sshPorts.includes(port))
  if (open.length === 0) return []
  return [
    {
      status: 'not-evaluated',
      subject: 'proxies',
      title: 'Whose sockets these are could not be read',
      reason: `Inference servers listen on loopback only. Whether ${[...new Set(open.map(printBind))].slice(0, 6).join(', ')} belongs to a proxy before them could not be seen.`,
      hint: 'Let the audit account run ss as root; gatehouse sudoers prints the exact line.',
      cite: open.map(({ section = 'listeners', line }) => ({ section, line })),
    },
  ]
}

function localOnly(services: readonly InferenceService[], doubts: readonly Verdict[]): readonly Verdict[] {
  const hidden = services.filter(isHidden).map(unseen)
  if (hidden.length === services.length) return [...hidden, ...doubts]
  return [...(doubts.length > 0 ? doubts : [seenLocal(services.filter((service) => !isHidden(service)))]), ...hidden]
}

function seenLocal(services: readonly InferenceService[]): Verdict {
  const binds = services.flatMap((service) => service.binds)
  if (binds.length === 0)
    return {
      status: 'not-evaluated',
      subject: '',
      title: 'Where the server listens is not known',
      reason: `No socket of ${services.map(({ id }) => id).join(', ')} could be seen.`,
      cite: [],
    }
  return {
    status: 'pass',
    subject: '',
    title: 'No inference port leaves this machine',
    reason: 'Inference servers listen on loopback only, and no proxy listens beyond it.',
    cite: binds.map(({ section, line }) => ({ section, line })),
  }
}

const unnamed = (doors: readonly ModelDoor[]): Verdict => ({
  status: 'not-evaluated',
  subject: '',
  title: 'The application subnet is not named',
  reason: `The fleet file names no application networks, so nothing says who may reach ${doors.map(printSocket).join(', ')}.`,
  hint: 'Name the subnets of the application servers under networks.app in the fleet file.',
  cite: doors.flatMap(({ cite }) => cite),
})

/** As the redirect to HTTPS. Where another nginx may hold the port, or this one has not loaded what changed, that is not known. */
const answersByItself = ({ port, protocol, owner }: ModelDoor, nginx: FactResult<Nginx>, models: readonly string[]): boolean =>
  owner === 'nginx' &&
  nginx.known &&
  nginx.value.running &&
  protocol === undefined &&
  (nginx.value.contained ?? []).length === 0 &&
  (nginx.value.changed ?? []).length === 0 &&
  passesNothingOn(nginx.value.directives, port, models)

const hasDockerUser = ({ tables }: Firewall): boolean => tables.some(({ chains }) => chains['DOCKER-USER'] !== undefined)

function judge(
  door: ModelDoor,
  firewall: Firewall,
  network: Network | undefined,
  allowed: readonly string[],
  { unit, idle }: { readonly unit: Unit | undefined; readonly idle: boolean },
): Verdict {
  const { protocol = 'tcp' } = door
  const subject = printSocket(door)
  const port = `${protocol === 'udp' ? 'UDP port' : 'Port'} ${door.port}`
  const { accepted, undetermined } = strangersTo(
    firewall,
    network,
    { direction: 'in', protocol, port: door.port, address: door.address },
    allowed,
  )
  const stranger = worst(accepted)
  const blind = door.published && !firewall.translationKnown
  if (stranger && !blind) {
    const from = printRemotes(stranger)
    if (unit && leftByUnit(unit, accepted).length === 0)
      return {
        status: 'warning',
        severity: 'medium',
        subject,
        title: 'Its unit alone keeps others out',
        reason: `The firewall lets ${from} in to ${subject}. IPAddressDeny= of ${unit.id} drops what they send, where the kernel can filter for a unit; systemd starts it without where it cannot. Expected rules that let in ${allowed.join(', ')} only.`,
        cite: [...citeRule(stranger.by, firewall, `Accepts ${from}.`), ...citeUnit(unit, 'IPAddressDeny'), ...door.cite],
      }
    if (idle)
      return {
        status: 'warning',
        severity: 'low',
        subject,
        title: `${port} is open, and passes nothing on`,
        reason: `New connections to ${subject} (${door.owner}) are accepted from ${from}. What nginx has there answers by itself and passes nothing on. Expected only ${allowed.join(', ')}.`,
        cite: [...citeRule(stranger.by, firewall, `Accepts ${from}.`), ...door.cite],
      }
    return {
      status: 'fail',
      subject,
      title: isNearlyAll(stranger) ? `${port} is open to any IPv${stranger.family} address` : `${port} is open beyond the app subnet`,
      reason: `New connections to ${subject} (${door.owner}) are accepted from ${from}. Expected only ${allowed.join(', ')}.`,
      ...(door.published && hasDockerUser(firewall) && { template: PUBLISHED }),
      cite: [...citeRule(stranger.by, firewall, `Accepts ${from}. Expected only ${allowed.join(', ')}.`), ...door.cite],
    }
  }
  const doubt = worst(undetermined)
  if (doubt || blind)
    return {
      status: 'not-evaluated',
      subject,
      title: `Who reaches ${port.replace('Port', 'port')} is not certain`,
      reason: blind
        ? `${subject} is published by a container runtime, which translates addresses before ufw sees the traffic, and those rules could not be read.`
        : doubtOf(doubt),
      cite: [...citeRule(doubt?.doubtBy ?? doubt?.by, firewall), ...door.cite],
    }
  return {
    status: 'pass',
    subject,
    title: `${port} is open to the app subnet only`,
    reason: `New connections to ${subject} (${door.owner}) from outside of ${allowed.join(', ')} are stopped.`,
    cite: [{ section: firewall.section, line: firewall.line }, ...door.cite],
  }
}
