import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { reach, type TrafficQuery } from '../../../facts/firewall/reach.ts'
import type { Piece } from '../../../facts/firewall/verdicts.ts'
import type { Network } from '../../../facts/network/network.ts'
import { citeRule, isNearlyAll, printRemotes, strangersAmong, strangersTo, worst } from '../network/flows.ts'
import { insideNetworks } from './air-gap.ts'

/** Whether HTTPS gets from a server to public addresses by itself. */
export interface Way {
  readonly state: 'open' | 'closed' | 'unknown'
  /** A whole sentence. */
  readonly why: string
  readonly cite: readonly Citation[]
  readonly hint?: string | undefined
  /** It gets to no proxy either, but on networks that the fleet file names. Absent: the rules of the host say. */
  readonly isHeld?: boolean
}

const QUERY = { direction: 'out', protocol: 'tcp', port: 443 } as const satisfies TrafficQuery

/** Does HTTPS get from the host itself to addresses that anybody may have? `named` are networks that the fleet file allows. */
export const wayOfHost = (network: Network, firewall: FactResult<Firewall>, named: readonly string[]): Way =>
  wayBy(network, firewall, named, 'HTTPS', (rules) => reach(rules, network, QUERY))

/**
 * By the routes, then by the rules. `what` leaves; `follow` sends it through them, and answers undefined when it cannot. Hubs move between the
 * addresses of large providers, so any public address may be one.
 */
export function wayBy(
  network: Network,
  firewall: FactResult<Firewall>,
  named: readonly string[],
  what: string,
  follow: (rules: Firewall) => readonly Piece[] | undefined,
): Way {
  const near = [...insideNetworks, ...named]
  const routes = network.routes
    .filter(({ destination }) => /\/0$/.test(destination))
    .map(({ section, line }) => ({ section, line }) satisfies Citation)
  if (strangersTo({ tables: [] }, network, QUERY, near).accepted.length === 0) return withoutRoute
  if (!firewall.known)
    return {
      state: 'unknown',
      why: `A route leads out, and the rules are not known: ${firewall.reason}`,
      cite: routes,
      hint: firewall.hint,
    }
  const rules = firewall.value
  const pieces = follow(rules)
  if (pieces === undefined)
    return { state: 'unknown', why: `A route leads out, and the rules for ${what} cannot be followed.`, cite: routes }
  const { accepted, undetermined } = strangersAmong(pieces, near)
  const open = accepted.find(isNearlyAll)
  if (open) {
    const to = printRemotes(open)
    return { state: 'open', why: `A route leads out, and ${what} may leave to ${to}.`, cite: [...citeRule(open.by, rules), ...routes] }
  }
  const [doubt, some] = [worst(undetermined), worst(accepted)]
  if (doubt) {
    const text = doubt.doubtBy?.text
    const why = `Whether ${what} may leave hangs on ${text ? `a rule that Gatehouse does not model: ${text.slice(0, 200)}` : 'rules that could not be read.'}`
    return { state: 'unknown', why, cite: citeRule(doubt.doubtBy ?? doubt.by, rules) }
  }
  if (some) {
    const why = `${what} may leave to ${printRemotes(some)}, which the fleet file does not name. Whether a hub answers there is not known.`
    return { state: 'unknown', why, cite: citeRule(some.by, rules), hint: 'Name what may be reached under networks.modelStorage.' }
  }
  const stopped = worst(pieces.filter(({ verdict }) => verdict === 'drop' || verdict === 'reject'))
  const why = `Rules let ${what} out to no public address that the fleet file does not name.`
  return { state: 'closed', why, cite: citeRule(stopped?.by, rules) }
}

const withoutRoute: Way = {
  state: 'closed',
  why: 'No route leads to public addresses.',
  cite: [
    { section: 'routes', line: 0 },
    { section: 'routes-6', line: 0 },
  ],
}
