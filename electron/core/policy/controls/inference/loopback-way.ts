import type { InferenceService } from '#shared/model/inference-service.ts'
import { printBind } from '#shared/model/listener.ts'
import { intersect, networksToSet } from '../../../facts/firewall/address-set.ts'
import { reach } from '../../../facts/firewall/reach.ts'
import type { Piece } from '../../../facts/firewall/verdicts.ts'
import type { Network } from '../../../facts/network/network.ts'
import { routesLoopback } from '../../../facts/os/route-localnet.ts'
import { citeRule, doubtOf, printRemotes, strangersAmong, worst } from '../network/flows.ts'
import type { DirectWay, DirectWaySources } from './direct-way.ts'

const OPEN = 'Neighbours reach its port on loopback'
const UNCLEAR = 'Ways to loopback could not be followed'
const HINT = 'Set route_localnet to 0 where nothing needs it; else drop what comes for 127.0.0.0/8 by another interface than lo.'

/**
 * Where route_localnet is on, whoever is on the same network sends packets for 127.0.0.1 to the card of this host, and sockets on loopback take them unless a rule says no
 * (CVE-2020-8558; kube-proxy brings such a rule along). A router leads nobody there. Undefined where there is no such way.
 */
export function loopbackWayTo({ binds }: InferenceService, { os, firewall, network }: DirectWaySources): DirectWay | undefined {
  const devices = os.known ? (routesLoopback(os.value) ?? []) : []
  const local = binds.filter(({ address, scope, basis }) => scope === 'loopback' && basis === 'observed' && !address.includes(':'))
  const [first] = local
  if (devices.length === 0 || !first) return undefined
  const where = printBind(first)
  const taken = `the kernel takes what others send to ${where} (route_localnet of ${devices.slice(0, 3).join(', ')})`
  const unread = [network, firewall].find(({ known }) => !known)
  if (!network.known || !firewall.known) {
    const [why, hint] = unread?.known === false ? [unread.reason, unread.hint] : ['', undefined]
    return { state: 'unclear', title: UNCLEAR, where, why: `${taken}, and whether a rule stops it is not known: ${why}`, hint, cite: [] }
  }
  const pieces = local.flatMap(({ address, port }) =>
    reach(firewall.value, network.value, { direction: 'in', protocol: 'tcp', port, address }).flatMap((piece) =>
      devices.includes('all') || devices.includes(piece.interface ?? '') ? amongNeighbours(piece, network.value) : [],
    ),
  )
  const { accepted, undetermined } = strangersAmong(pieces, [])
  const open = worst(accepted)
  if (open)
    return {
      ...{ state: 'open', title: OPEN, where, hint: HINT },
      why: `${taken}, and ${printRemotes(open)} is on the same network`,
      cite: citeRule(open.by, firewall.value, 'Stops nothing that is sent to loopback.'),
    }
  const doubt = worst(undetermined)
  return (
    doubt && {
      ...{ state: 'unclear', title: UNCLEAR, where, hint: HINT },
      why: `${taken}, and whether a rule stops it is not known. ${doubtOf(doubt)}`,
      cite: citeRule(doubt.doubtBy ?? doubt.by, firewall.value),
    }
  )
}

/** Answers to others leave by a router. */
function amongNeighbours(piece: Piece, { addresses }: Network): readonly Piece[] {
  const links = addresses
    .filter((each) => each.interface === piece.interface)
    .map(({ address, prefixLength }) => `${address}/${prefixLength}`)
  const remotes = intersect(piece.remotes, networksToSet(links, piece.family))
  return remotes.length === 0 ? [] : [{ ...piece, remotes }]
}
