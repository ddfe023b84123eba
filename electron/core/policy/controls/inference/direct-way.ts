import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { parseInterval } from '../../../facts/firewall/address-set.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { forwardedTo } from '../../../facts/firewall/forwarded.ts'
import { routeTo } from '../../../facts/firewall/surroundings.ts'
import type { Network } from '../../../facts/network/network.ts'
import type { Os } from '../../../facts/os/os.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { Verdict } from '../../control.ts'
import { citeRule, printRemotes, strangersAmong, worst } from '../network/flows.ts'

export interface DirectWaySources {
  readonly os: FactResult<Os>
  readonly processes: FactResult<readonly Process[]>
  readonly firewall: FactResult<Firewall>
  readonly network: FactResult<Network>
}

const OPEN = 'The container is open past what it publishes'
const UNCLEAR = 'Ways to the container could not be followed'

/** `unclear`: whether somebody gets in is not known. */
export interface DirectWay {
  readonly state: 'open' | 'unclear'
  /** Of a finding that says nothing else. */
  readonly title: string
  /** Address and port, of the container or on loopback. */
  readonly where: string
  /** What follows "but". */
  readonly why: string
  readonly hint?: string | undefined
  readonly cite: readonly Citation[]
}

/**
 * Others may reach a container by its own address, past what is published of it: whoever shares a network with the host sets a route by it, and the host forwards
 * unless a rule says no. Docker before 28 keeps nobody from a port that is published on 127.0.0.1 (docs.docker.com, engine/network/port-publishing), Podman leaves it to the
 * firewall. Undefined where there is no such way. Containers of an account without root have no address that the host knows.
 */
export function directWayTo(service: InferenceService, sources: Omit<DirectWaySources, 'os'>): DirectWay | undefined {
  const { processes, firewall, network } = sources
  const { openInside = [] } = service
  if (openInside.length === 0) return undefined
  const main = processes.known ? processes.value.find(({ pid }) => pid === service.pids[0]) : undefined
  if (!main?.addresses || service.pod || /(?:^|\/)user@\d+\.service(?:\/|$)/.test(main.cgroup ?? '')) return undefined
  const own = network.known ? new Set(network.value.addresses.map(({ address }) => address)) : new Set<string>()
  const doors = main.addresses.filter((address) => !own.has(address)).flatMap((address) => openInside.map((port) => ({ address, port })))
  const [first] = doors
  if (!first) return undefined
  const where = `${first.address.includes(':') ? `[${first.address}]` : first.address}:${first.port}`
  const unread = [network, firewall].find(({ known }) => !known)
  if (!network.known || !firewall.known) {
    const why = unread?.known === false ? unread.reason : ''
    const hint = unread?.known === false ? unread.hint : undefined
    return {
      state: 'unclear',
      title: UNCLEAR,
      where,
      why: `whether the host forwards to its container at ${where} is not known: ${why}`,
      hint,
      cite: [],
    }
  }
  const { accepted, undetermined } = strangersAmong(
    doors.flatMap((door) => forwardedTo(firewall.value.tables, network.value, door)),
    [],
  )
  const open = worst(accepted)
  if (open) {
    return {
      state: 'open',
      title: OPEN,
      where,
      why: `the host forwards what comes for ${where}, its container, from ${printRemotes(open)}: whoever shares a network with the host reaches it by a route`,
      hint: hintFor(first.address, network.value),
      cite: citeRule(open.by, firewall.value, 'Lets it through to the container.'),
    }
  }
  const doubt = worst(undetermined)
  if (!doubt) return undefined
  const text = doubt.doubtBy?.text
  const why = `whether the host forwards to its container at ${where} hangs on a rule that is not understood${text ? `: ${text}` : ''}`
  return { state: 'unclear', title: UNCLEAR, where, why, cite: citeRule(doubt.doubtBy, firewall.value) }
}

/**
 * The verdict on a server that others reach past what is published of it: `judged` of the address of its container or of loopback, but no worse than a warning, since only
 * who shares a network with the host gets there.
 */
export function judgePast(
  way: DirectWay,
  { subject, name }: { readonly subject: string; readonly name: string },
  judged: (where: string) => Verdict,
): Verdict {
  if (way.state === 'unclear')
    return {
      ...{ subject, status: 'not-evaluated', title: way.title },
      ...{ reason: `Of ${name}, ${way.why}.`, hint: way.hint, cite: way.cite },
    }
  const verdict = judged(way.where)
  const reason = `${verdict.reason} It is not published for others, but ${way.why}.`
  const past = { ...verdict, reason, hint: way.hint, cite: [...way.cite, ...verdict.cite.map(({ section, line }) => ({ section, line }))] }
  return verdict.status === 'fail' ? { ...past, status: 'warning', severity: 'high' } : past
}

function hintFor(address: string, network: Network): string {
  const target = parseInterval(address)
  const route = target && routeTo(network, target.family, target.from)
  const what = route && !route.destination.endsWith('/0') ? ` -d ${route.destination} ! -i ${route.interface}` : ` -d ${address}`
  const program = target?.family === 6 ? 'ip6tables' : 'iptables'
  return `Docker 28 and newer close it by themselves. Elsewhere, by a unit that runs at each start: ${program} -t raw -I PREROUTING${what} -j DROP`
}
