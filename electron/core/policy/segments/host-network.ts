import { isJumpHost } from '#shared/model/audited-hosts.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { type Listener, printBind, printSocket } from '#shared/model/listener.ts'
import type { Flow, HostNetwork, NetworkDoor } from '#shared/model/network-flow.ts'
import { type Source, sources } from '#shared/model/segment.ts'
import type { Citation } from '../../facts/citation.ts'
import type { Program } from '../../facts/programs/programs.ts'
import { nameOf, strangerSubject, strangersAmong } from '../../facts/programs/strangers.ts'
import type { FactResults } from '../../facts/registry.ts'
import type { PolicyContext } from '../control.ts'
import { besideOf, type Door, datagramDoors, inferenceDoors, sshDoors, sshPorts } from '../controls/network/doors.ts'
import { knownValue, mergeWildcards } from '../controls/network/flows.ts'
import { strangersTurnedAway } from '../controls/network/turned-away.ts'
import { unitOfServer } from '../controls/network/unit-filter.ts'
import { type InboundDoor, inboundFlows, type Surroundings } from './inbound-flows.ts'
import { outboundDoor } from './outbound-flows.ts'

/**
 * The flows that were found on a host against those that are allowed: every socket that matters by every segment of the fleet file, and what
 * leaves. Pure, from the same parts that the controls judge, so that the page never says other than the findings.
 */
export function hostNetworkOf(facts: FactResults, { fleet, host }: PolicyContext): HostNetwork {
  const surroundings: Surroundings = {
    fleet,
    host,
    firewall: facts.firewall,
    network: knownValue(facts.network),
    wire: knownValue(facts.wire)?.endpoints ?? [],
  }
  const unread = [facts.listeners, facts.services, facts.programs].flatMap((fact) => (fact.known ? [] : [fact.reason]))
  const inbound = [
    ...modelDoors(facts, surroundings),
    ...(knownValue(facts.programs) ?? []).flatMap((program) => programDoors(program, surroundings)),
    ...strangerDoors(facts, surroundings),
    ...accessDoors(facts, surroundings),
  ]
  return {
    doors: [...withUniqueIds(inbound), outboundDoor({ ...surroundings, sources: facts.sources, processes: facts.processes })],
    ...(unread.length > 0 && { unread: [...new Set(unread)].join('; ') }),
  }
}

const modelUsers: readonly Source[] = ['app', 'management', 'modelAdmins']

const untranslated = 'It is published by a container runtime, whose rules of address translation could not be read.'

interface Named {
  readonly name: string
  readonly cite?: Citation | undefined
  readonly judgedBy: NetworkDoor['judgedBy']
}

function doorOf(door: InboundDoor, { name, cite, judgedBy }: Named, surroundings: Surroundings): NetworkDoor {
  return {
    id: `${name} ${printSocket(door)}`,
    kind: door.kind,
    name,
    bind: printSocket(door),
    bound: door.bound,
    ...(cite && { seenAt: { section: cite.section, line: cite.line } }),
    judgedBy: [...judgedBy],
    flows: inboundFlows(door, surroundings),
  }
}

/** Inference servers and the proxies before them. */
function modelDoors(facts: FactResults, surroundings: Surroundings): readonly NetworkDoor[] {
  if (!facts.services.known) return []
  const running = facts.services.value.filter((service) => service.running)
  if (running.length === 0) return []
  const { fleet, firewall } = surroundings
  const policyUnknown =
    fleet.networks.app.length === 0
      ? 'The fleet file names no networks of application servers, so nothing says whether it should.'
      : undefined
  const blind = firewall.known && !firewall.value.translationKnown
  const listeners = knownValue(facts.listeners) ?? []
  const beside = besideOf(facts)
  const doors = [...inferenceDoors(running, listeners, beside), ...datagramDoors(listeners, beside.containers)]
  const open = doors.map(({ kind, protocol, address, port, owner, published, cite }) => {
    const rulesUnknown = published && blind ? untranslated : undefined
    const unit = kind === 'inference' ? unitOfServer(running, owner, knownValue(facts.units) ?? []) : undefined
    const door: InboundDoor = { kind, protocol, address, port, bound: true, allowed: modelUsers, policyUnknown, rulesUnknown, unit }
    const judgedBy = [{ control: 'inference-port-only-from-app', subject: printSocket(door) }]
    return doorOf(door, { name: owner, cite: cite[0], judgedBy }, surroundings)
  })
  const local = running.flatMap((service) => localDoors(service, surroundings))
  return [...neededByApps([...open, ...local]), ...running.filter(({ bindUnknown }) => bindUnknown !== undefined).map(hiddenDoor)]
}

/** Whom a server serves whose doors could not all be seen, as those of a pod, is not known for any segment. */
const hiddenDoor = ({ id, bindUnknown }: InferenceService): NetworkDoor => ({
  ...{ id, kind: 'inference', name: id, bind: '', bound: true },
  judgedBy: [{ control: 'inference-port-only-from-app', subject: id }],
  flows: unknownFlows(`Where it listens could not be seen: ${bindUnknown}.`),
})

const unknownFlows = (reason: string): Flow[] => sources.map((segment) => ({ segment, state: 'unknown', reason }))

const localDoors = (service: InferenceService, surroundings: Surroundings): readonly NetworkDoor[] =>
  mergeWildcards(
    service.binds
      .filter(({ scope }) => scope === 'loopback')
      .map(({ address, port, section, line }) => ({ address, port, cite: [{ section, line }] })),
  ).map(({ address, port, cite }) =>
    doorOf(
      { kind: 'inference', address, port, bound: false, allowed: modelUsers },
      { name: service.id, cite: cite[0], judgedBy: [{ control: 'inference-bound-to-loopback' }] },
      surroundings,
    ),
  )

/** One way for the applications is enough; without any, each that is closed to them is missed. */
function neededByApps(doors: readonly NetworkDoor[]): readonly NetworkDoor[] {
  const appFlows = doors.flatMap(({ flows }) => flows.filter(({ segment }) => segment === 'app'))
  if (appFlows.some(({ state }) => state !== 'closed')) return doors
  const missed = (flow: Flow): Flow =>
    flow.segment === 'app'
      ? { ...flow, state: 'missing', reason: `${flow.reason} No other way leads application servers to a model here.` }
      : flow
  return doors.map((door) => ({ ...door, flows: door.flows.map(missed) }))
}

const controlOfKind: Readonly<Record<Program['kind'], string>> = {
  inference: 'model-interface-not-exposed',
  interface: 'model-interface-not-exposed',
  notebook: 'code-runner-not-exposed',
  cluster: 'code-runner-not-exposed',
  'container-api': 'code-runner-not-exposed',
  store: 'model-interface-not-exposed',
  exporter: 'metrics-only-from-monitoring',
  tunnel: 'tunnel-program-absent',
}

function programDoors(program: Program, surroundings: Surroundings): readonly NetworkDoor[] {
  const judgedBy = [{ control: controlOfKind[program.kind], subject: program.id }]
  if (program.binds.every(({ scope }) => scope === 'loopback') && program.bindsUnknown !== undefined) {
    const reason = `Where it listens could not be seen: ${program.bindsUnknown}.`
    const flows = unknownFlows(reason)
    return [{ id: program.id, kind: 'program', name: program.name, bind: '', bound: true, judgedBy, flows }]
  }
  const binds = program.binds.map((bind) => ({ ...bind, cite: [{ section: bind.section, line: bind.line }] }))
  return mergeWildcards(binds).map(({ address, port, scope, cite }) =>
    doorOf(
      { kind: 'program', address, port, bound: scope !== 'loopback', allowed: program.kind === 'exporter' ? ['management'] : [] },
      { name: program.name, cite: cite[0], judgedBy },
      surroundings,
    ),
  )
}

function strangerDoors({ listeners, services, programs, containers, os }: FactResults, surroundings: Surroundings): readonly NetworkDoor[] {
  if (!listeners.known || !services.known || !programs.known) return []
  const { firewall, host } = surroundings
  const blind = firewall.known && !firewall.value.translationKnown
  const all = strangersAmong(
    listeners.value,
    services.value,
    programs.value,
    [22, ...sshPorts(host.port, os)],
    knownValue(containers)?.containers,
  )
  return all.flatMap((stranger) => {
    const sockets = (wanted: Listener['protocol']) =>
      mergeWildcards(
        stranger.listeners
          .filter(({ protocol }) => protocol === wanted)
          .map(({ protocol, address, port, section = 'listeners', line }) => ({ protocol, address, port, cite: [{ section, line }] })),
      )
    const name = stranger.container === 'unknown' ? undefined : nameOf(stranger)
    const awaits = stranger.mayAwaitAnswers ? 'Clients wait for answers on such ports, and servers may listen there.' : undefined
    const policyUnknown = name === undefined ? 'Whose it is could not be seen.' : awaits
    const rulesUnknown = stranger.container !== undefined && blind ? untranslated : undefined
    return [...sockets('tcp'), ...sockets('udp')].map(({ protocol, address, port, cite }) =>
      doorOf(
        { kind: 'other', protocol, address, port, bound: true, allowed: [], policyUnknown, rulesUnknown },
        {
          name: name ?? 'Unknown program',
          cite: cite[0],
          judgedBy: [{ control: 'listener-owner-expected', subject: strangerSubject(stranger) }],
        },
        surroundings,
      ),
    )
  })
}

/** SSH, of which the jump host is the only client. */
function accessDoors(facts: FactResults, surroundings: Surroundings): readonly NetworkDoor[] {
  const { listeners, sshd, 'sshd-matches': matches } = facts
  if (!listeners.known) return []
  const { fleet, host } = surroundings
  const doors = sshDoors(listeners.value, sshd, host.port, facts.os, besideOf(facts).ownPorts)
  if (isJumpHost(fleet, host)) return jumpDoors(doors, surroundings)
  const { jump } = fleet.networks
  const bound = strangersTurnedAway(sshd, matches, jump)
  const turnedAway = bound && `Others are turned away: ${bound.because}.`
  const policyUnknown = jump.length === 0 ? 'The fleet file names no jump networks, so nothing says whether it should.' : undefined
  return doors.map(({ address, port, cite }) => {
    const door: InboundDoor = { kind: 'ssh', address, port, bound: true, allowed: ['jump'], policyUnknown, turnedAway }
    return doorOf(
      door,
      { name: 'sshd', cite: cite[0], judgedBy: [{ control: 'ssh-only-from-jump', subject: printBind(door) }] },
      surroundings,
    )
  })
}

/** Who may log in to the jump host itself the fleet file does not say; management may. */
const jumpDoors = (doors: readonly Door[], surroundings: Surroundings): readonly NetworkDoor[] =>
  doors.map(({ address, port, cite }) =>
    doorOf(
      {
        kind: 'ssh',
        address,
        port,
        bound: true,
        allowed: ['management'],
        policyUnknown: 'The fleet file does not say who may use the jump host.',
      },
      { name: 'sshd', cite: cite[0], judgedBy: [{ control: 'jump-second-factor-required' }] },
      surroundings,
    ),
  )

function withUniqueIds(doors: readonly NetworkDoor[]): readonly NetworkDoor[] {
  const taken = new Map<string, number>()
  return doors.map((door) => {
    const times = (taken.get(door.id) ?? 0) + 1
    taken.set(door.id, times)
    return times === 1 ? door : { ...door, id: `${door.id} #${times}` }
  })
}
