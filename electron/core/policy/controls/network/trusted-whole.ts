import type { Fleet } from '#shared/model/fleet.ts'
import { type AddressSet, union } from '../../../facts/firewall/address-set.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { Piece } from '../../../facts/firewall/verdicts.ts'
import type { Verdict } from '../../control.ts'
import { citeRule, isNearlyAll, printRemotes, strangersAmong } from './flows.ts'

/**
 * Networks that may reach any port, behind a default that denies: `allow from 10.0.0.0/8`, or all addresses in two halves. Those that the fleet
 * file names are what the rules are for; a single address is a host that somebody meant. Undefined where there is no such rule.
 */
export function trustedWhole(firewall: Firewall, networks: Fleet['networks']): Verdict | undefined {
  const named = Object.values(networks).flat()
  const exceptions = firewall.defaults.in.filter(({ main }) => main).flatMap((each) => each.exceptions)
  const pieces = strangersAmong(exceptions, named).accepted.flatMap(withoutSingles)
  const [first] = pieces
  if (!first) return undefined
  const all = ([4, 6] as const)
    .map((family) => ({ family, remotes: pieces.filter((piece) => piece.family === family).reduce(together, []) }))
    .find(isNearlyAll)
  const from = [...new Set(pieces.map(printRemotes))]
  const printed = from.slice(0, 3).join(', ')
  const expected = named.length > 0 ? `Expected only ${named.join(', ')}` : 'The fleet file names no networks that may'
  const rules = [...new Map(pieces.map(({ by }) => [`${by?.section}:${by?.line}`, by])).values()].slice(0, 4)
  return {
    status: all ? 'fail' : 'warning',
    subject: '',
    title: all ? `Rules open every port to most of IPv${all.family}` : 'Rules open every port to a whole network',
    reason: `What no rule names is denied, but new connections from ${printed}${from.length > 3 ? ' and others' : ''} are accepted at any port. ${expected}.`,
    hint: 'Name the port in the rule, or the network in the fleet file where it is meant to reach every port.',
    cite: rules.flatMap((by) => citeRule(by, firewall, 'Accepts any port.')),
  }
}

const together = (before: AddressSet, { remotes }: Piece): AddressSet => union(before, remotes)

function withoutSingles(piece: Piece): readonly Piece[] {
  const remotes = piece.remotes.filter(({ from, to }) => from !== to)
  return remotes.length > 0 ? [{ ...piece, remotes }] : []
}
