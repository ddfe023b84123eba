import { isJumpHost } from '#shared/model/audited-hosts.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { Flow } from '#shared/model/network-flow.ts'
import { type DoorKind, type Source, sources } from '#shared/model/segment.ts'
import type { FactResult } from '../../facts/fact.ts'
import type { Firewall } from '../../facts/firewall/firewall.ts'
import { reach } from '../../facts/firewall/reach.ts'
import type { Piece } from '../../facts/firewall/verdicts.ts'
import type { Network } from '../../facts/network/network.ts'
import type { Unit } from '../../facts/units/units.ts'
import type { WireEndpoint } from '../../facts/wire/wire.ts'
import { doubtOf } from '../controls/network/flows.ts'
import { leftByUnit } from '../controls/network/unit-filter.ts'
import {
  type Addresses,
  addressesOf,
  allBut,
  isEmpty,
  leavesOut,
  printPieces,
  ruleOf,
  sourceWords,
  together,
  trafficWith,
  without,
} from './traffic.ts'

/** A socket, with what decides who may use it. */
export interface InboundDoor {
  readonly kind: Exclude<DoorKind, 'out'>
  /** TCP where none is named. */
  readonly protocol?: 'tcp' | 'udp' | undefined
  readonly address: string
  readonly port: number
  readonly bound: boolean
  /** The only segments that may connect. */
  readonly allowed: readonly Source[]
  /** Why who may connect is not known: then nothing that is open is called right or wrong. */
  readonly policyUnknown?: string | undefined
  /** Why the rules do not tell who gets through. */
  readonly rulesUnknown?: string | undefined
  /** Whose own filter (IPAddressDeny=) holds for its sockets, past the firewall. */
  readonly unit?: Unit | undefined
  /** Who else gets through to the port is turned away by the program itself, which says so. */
  readonly turnedAway?: string | undefined
}

export interface Surroundings {
  readonly fleet: Fleet
  readonly host: Host
  readonly firewall: FactResult<Firewall>
  readonly network: Network | undefined
  readonly wire: readonly WireEndpoint[]
}

/** Networks of the fleet file, and all that is in none of them. */
function addressesFrom({ networks }: Fleet, source: Source): Addresses {
  if (source !== 'any') return addressesOf(networks[source])
  return allBut([...networks.app, ...networks.jump, ...networks.management, ...networks.modelAdmins])
}

/** Who gets to a socket, segment by segment, against who may. */
export function inboundFlows(door: InboundDoor, surroundings: Surroundings): Flow[] {
  const { firewall, network } = surroundings
  const pieces =
    door.bound && firewall.known
      ? reach(firewall.value, network, { direction: 'in', protocol: door.protocol ?? 'tcp', port: door.port, address: door.address })
      : []
  return sources.map((source) => ({ segment: source, ...flowFrom(source, door, pieces, surroundings) }))
}

type Judged = Omit<Flow, 'segment'>

function flowFrom(source: Source, door: InboundDoor, pieces: readonly Piece[], surroundings: Surroundings): Judged {
  const { fleet, firewall } = surroundings
  const from = addressesFrom(fleet, source)
  if (isEmpty(from)) return { state: 'unnamed', reason: `The fleet file names no networks of ${sourceWords[source]}.` }
  if (!door.bound) return { state: 'closed', reason: 'It is bound to this machine only, so no other machine connects.' }
  const wire = source === 'jump' ? ownConnection(door, surroundings) : undefined
  const seen = wire === undefined ? {} : { wire: { from: wire.from, outcome: wire.tcp, section: wire.section, line: wire.line } }
  const connected = wire?.tcp === 'connected'
  // Where an address belongs to two segments, the one that may connect counts.
  const permitted = door.allowed.reduce<Addresses>((all, each) => together(all, addressesFrom(fleet, each)), { 4: [], 6: [] })
  const strange = without(from, permitted)
  const mayConnect = isEmpty(strange)
  const judged = mayConnect ? from : strange
  const open = (by: string, rule: Pick<Flow, 'rule'>): Judged => ({ ...opened(door, mayConnect, by), ...rule, ...seen })
  if (!firewall.known || door.rulesUnknown !== undefined) {
    if (connected) return open(`A connection from ${wire.from} was accepted.`, {})
    return { state: 'unknown', reason: door.rulesUnknown ?? (firewall.known ? '' : firewall.reason), ...seen }
  }
  const traffic = trafficWith(pieces, judged)
  const { stopped } = traffic
  const [accepted, undetermined] = [leftByUnit(door.unit, traffic.accepted), leftByUnit(door.unit, traffic.undetermined)]
  if (accepted.length > 0) {
    const rest = mayConnect && leavesOut(accepted, judged) ? ' Other addresses of that network do not.' : ''
    return open(`New connections from ${printPieces(accepted)} get through.${rest}`, ruleOf(accepted[0]?.by))
  }
  const [doubt] = undetermined
  if (doubt) {
    if (connected) return open(`A connection from ${wire.from} was accepted.`, ruleOf(doubt.doubtBy))
    return { state: 'unknown', reason: doubtOf(doubt), ...ruleOf(doubt.doubtBy ?? doubt.by), ...seen }
  }
  const byUnit = traffic.accepted.length + traffic.undetermined.length > 0 ? door.unit : undefined
  const rule = byUnit ? {} : ruleOf(stopped[0]?.by)
  if (connected)
    return {
      state: 'unknown',
      reason: `The rules stop these networks, yet a connection from ${wire.from} was accepted. Is its address, as the host sees it, among them?`,
      ...rule,
      ...seen,
    }
  return {
    state: 'closed',
    reason: byUnit
      ? `Not the firewall, but IPAddressDeny= of ${byUnit.id} drops what ${printPieces([...traffic.accepted, ...traffic.undetermined])} sends.`
      : stopped.length > 0
        ? 'New connections from there are stopped.'
        : 'The host has no route back to there, so no connection is made.',
    ...rule,
    ...seen,
  }
}

function opened({ allowed, policyUnknown, turnedAway }: InboundDoor, mayConnect: boolean, by: string): Judged {
  if (mayConnect) return { state: 'allowed', reason: by }
  if (policyUnknown !== undefined) return { state: 'unknown', reason: `${by} ${policyUnknown}` }
  if (turnedAway !== undefined) return { state: 'closed', reason: `${by} ${turnedAway}` }
  const whom = allowed.length === 0 ? 'Nobody may' : `Only ${allowed.map((each) => sourceWords[each]).join(', ')} may`
  return { state: 'excess', reason: `${by} ${whom}.` }
}

/** What happened when Gatehouse connected through the jump host. For the port of SSH that is the audit itself. */
function ownConnection(
  { port, protocol }: InboundDoor,
  { fleet, host, wire }: Surroundings,
): Pick<WireEndpoint, 'from' | 'tcp' | 'section' | 'line'> | undefined {
  const jump = fleet.jump.at(-1)
  if (jump === undefined || isJumpHost(fleet, host) || protocol === 'udp') return undefined
  if (port === host.port) return { from: jump.name, tcp: 'connected', section: 'system', line: 0 }
  return wire.find((endpoint) => endpoint.port === port && endpoint.from === jump.name)
}
