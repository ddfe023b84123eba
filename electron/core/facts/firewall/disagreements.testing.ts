import type { SectionOutput } from '../../probe/section.ts'
import { printed } from '../../probe/section-output.testing.ts'
import type { Network } from '../network/network.ts'
import { parseInterval } from './address-set.ts'
import { assembleFirewall, type FirewallSections } from './assemble.ts'
import { forwardedFrom } from './forwarded.ts'
import { type Case, forwardCases, inCases, isRoundabout, outCases } from './machines.testing.ts'
import { verdictAmong, verdictFor } from './reach.ts'
import type { Recording } from './recordings.testing.ts'

/** Test support: what the model says of rules that a host held, beside what connections met while it did. */
const network: Network = {
  addresses: [
    { interface: 'eth0', address: '10.9.0.1', prefixLength: 16, line: 1 },
    { interface: 'eth0', address: 'fd09::1', prefixLength: 64, line: 2 },
    { interface: 'docker0', address: '172.17.0.1', prefixLength: 16, line: 3 },
    { interface: 'eth1', address: '10.30.0.1', prefixLength: 24, line: 4 },
    { interface: 'eth1', address: 'fd30::1', prefixLength: 64, line: 5 },
    { interface: 'docker0', address: 'fd17::1', prefixLength: 64, line: 6 },
  ],
  routes: [
    { family: 4, destination: '0.0.0.0/0', interface: 'eth0', table: 'main', section: 'routes', line: 1 },
    { family: 4, destination: '172.17.0.0/16', interface: 'docker0', table: 'main', section: 'routes', line: 2 },
    { family: 4, destination: '10.30.0.0/24', interface: 'eth1', table: 'main', section: 'routes', line: 3 },
    { family: 6, destination: 'fd30::/64', interface: 'eth1', table: 'main', section: 'routes-6', line: 2 },
    { family: 6, destination: 'fd17::/64', interface: 'docker0', table: 'main', section: 'routes-6', line: 3 },
    { family: 6, destination: '::/0', interface: 'eth0', table: 'main', section: 'routes-6', line: 1 },
  ],
  defaultRoute: true,
}

const section = (id: string, stdout: string | undefined): SectionOutput =>
  printed(id, stdout ?? '', stdout === undefined ? { state: 'denied', privileged: false, exitCode: null } : {})

type Listing = 'nft' | 'iptables' | 'ip6tables' | 'ipset' | 'ufw'
export interface Disagreement {
  readonly at: Case
  readonly verdict: string
  readonly seen: string
  readonly by: string | undefined
}

/**
 * Nobody listens on 9090 of the host itself: let in or not, a connection is refused or lost, so only an answer tells. A refusal that comes back while
 * connect(2) still holds its socket is lost on the client.
 */
const fits: Readonly<Record<string, (seen: string, port: number) => boolean>> = {
  accept: (seen, port) => seen === 'a' || (port === 9090 && seen === 'r'),
  reject: (seen) => seen !== 'a',
  drop: (seen) => seen === 'd',
}

/** Where all ends are refusals, which of them it is may hang on what is out of sight. */
export const isOpposite = ({ verdict, seen }: Disagreement): boolean => verdict !== 'undetermined' && (verdict === 'accept' || seen === 'a')

/**
 * Of a connection that is not tracked every packet is held against the rules, and the model follows the first alone: rules that ask for flags may let that one in
 * and stop those behind it.
 */
const stopsLater = ({ nft, iptables, ip6tables }: Recording): boolean =>
  /notrack/i.test(`${nft}${iptables}`) && /tcp[- ]flags/.test(`${nft}${iptables}${ip6tables}`)

/** The kernel itself takes a connection before rules behind it see anything of it (synproxy): that it was taken does not mean that somebody was reached. */
const takenByKernel = ({ nft }: Recording, seen: string): boolean => seen === 'a' && /\bsynproxy (?:mss|name)\b/.test(nft)

/** What the rules of ufw for routes stop of the others stands before what is let back in, where ufw-docker has them. */
const stopsAnswers = ({ iptables }: Recording): boolean =>
  /^-A ufw-user-forward (?:.*-d 172\.17\.0\.2|-s ).* -j (?:DROP|REJECT)/m.test(iptables)

/** Whoever sends on gets past a rule that stops until its quota is used up, and in by one for more than a rate; a connection that is tried does not send as much. */
const takesMore = ({ nft }: Recording): boolean =>
  /\bquota (?:until )?\d+ mbytes\b[^\n]*\b(?:drop|reject|jump|goto)\b|\blimit rate over \d{6,}\/second\b[^\n]*\baccept\b/.test(nft)

/** Cases where the verdict is not what the kernel did, read from these listings. */
function wrong(recording: Recording, only: readonly Listing[]): readonly Disagreement[] {
  const given = Object.fromEntries(
    (['nft', 'iptables', 'ip6tables', 'ipset', 'ufw'] as const).map((id) => [
      id,
      section(id, only.includes(id) ? recording[id] : undefined),
    ]),
  )
  const fact = assembleFirewall(given as unknown as FirewallSections, network)
  if (!fact.known) throw new Error(fact.reason)
  const compare = (direction: 'in' | 'out', cases: readonly Case[]) =>
    cases.flatMap((at, index): Disagreement[] => {
      const [source, target, port] = at
      const [address, other] = direction === 'in' ? [target, source] : [source, target]
      const { verdict, by } = verdictFor(fact.value, network, { direction, protocol: 'tcp', port, address, source: other })
      const seen = recording[direction][index]
      if (seen === undefined) return []
      // Whether a network leads there is not for the rules to say; a verdict may be about the first interface, whose rules refuse or drop.
      const told = verdict === 'accept' || fits[verdict === 'undetermined' ? 'accept' : 'reject']?.(seen, port)
      if (isRoundabout(at) && told) return []
      const later = verdict === 'accept' && ((direction === 'in' && stopsLater(recording)) || takesMore(recording))
      const taken = direction === 'in' && takenByKernel(recording, seen)
      return later || taken || fits[verdict]?.(seen, port) ? [] : [{ at, verdict, seen, by: by?.text }]
    })
  const { tables, translationKnown } = fact.value
  const sent = forwardCases.flatMap((at, index): Disagreement[] => {
    const [source, target, port] = at
    const [from, to] = [parseInterval(source), parseInterval(target)]
    const seen = recording.forward?.[index]
    if (!from || !to || seen === undefined || !translationKnown) return []
    const pieces = forwardedFrom(tables, network, { bridge: 'docker0', source: from.from, protocol: 'tcp', port })
    const { verdict, by } = verdictAmong(pieces, target)
    const unanswered = verdict === 'accept' && (stopsAnswers(recording) || takesMore(recording))
    return unanswered || takenByKernel(recording, seen) || fits[verdict]?.(seen, port) ? [] : [{ at, verdict, seen, by: by?.text }]
  })
  return [...compare('in', inCases), ...compare('out', outCases), ...sent]
}

const WHOLE: readonly Listing[] = ['nft', 'iptables', 'ip6tables', 'ipset', 'ufw']
/** One listing alone may leave doubt, since the other kind of rules is unread, as may rules without their sets; they never say the opposite. */
const PARTS: readonly (readonly Listing[])[] = [['nft'], ['iptables', 'ip6tables'], ['nft', 'iptables', 'ip6tables']]

export const disagreements = (recording: Recording): readonly Disagreement[] => [
  ...wrong(recording, WHOLE),
  ...PARTS.flatMap((only) => wrong(recording, only).filter(isOpposite)),
]
