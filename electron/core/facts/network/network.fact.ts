import { airGapped } from '#shared/model/fleet.ts'
import { type FactResult, known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import type { System } from '../system/system.ts'
import { collectNetwork } from './collect.ts'
import { namedBridges } from './container-bridges.ts'
import { collectNextStart } from './next-start/collect.ts'
import { readNextStart } from './next-start/parse.ts'
import {
  parseAddresses,
  parseInVrf,
  parseLeased,
  parseOwnRoutes,
  parseReversePath,
  parseRoutes,
  unreadAddress,
  unreadRoute,
} from './parse.ts'

export const networkFact: FactDefinition<'network'> = {
  id: 'network',
  sections: ({ fleet, host }) => [...collectNetwork(), ...(airGapped(fleet, host) ? [collectNextStart()] : [])],
  read: ({ section, fact, context }) => {
    const outputs = [section('addresses'), section('routes'), section('routes-6')] as const
    for (const output of outputs) {
      const trouble = unusable(output, 'Addresses and routes')
      if (trouble) return trouble
    }
    const [addressOutput, routes4, routes6] = outputs
    const addresses = parseAddresses(addressOutput.stdout)
    if (addresses.length === 0) return unknown('Addresses and routes: no address could be read', ['addresses'])
    for (const [output, line] of [
      [addressOutput, unreadAddress(addressOutput.stdout)],
      [routes4, unreadRoute(routes4.stdout)],
      [routes6, unreadRoute(routes6.stdout)],
    ] as const)
      if (line !== undefined) return unknown(`Addresses and routes: line ${line} of "${output.command}" has an unknown form`, [output.id])
    if (routes4.exitCode !== 0) return unknown('Addresses and routes: the routes could not be read', ['routes'])
    // A kernel without IPv6 answers the last one with an error, and then has no IPv6 address either.
    if (routes6.exitCode !== 0 && addresses.some(({ address }) => address.includes(':')))
      return unknown('Addresses and routes: the IPv6 routes could not be read', ['routes-6'])
    const routes = [...parseRoutes(routes4.stdout, 4), ...parseRoutes(routes6.stdout, 6)]
    const defaultRoute = routes.some(({ destination }) => /\/0$/.test(destination))
    const ownRoutes = [...parseOwnRoutes(routes4.stdout, 4, addresses), ...parseOwnRoutes(routes6.stdout, 6, addresses)]
    const inVrf = [...new Set([...parseInVrf(routes4.stdout), ...parseInVrf(routes6.stdout)])]
    const leased = parseLeased(addressOutput.stdout, routes4.stdout, routes6.stdout)
    const rules = [section('iptables'), section('ip6tables'), section('nft')].map(({ stdout }) => stdout)
    return known({
      ...{ addresses, routes, names: namesOf(fact('system')), defaultRoute },
      ...{ reversePath: parseReversePath(section('os').stdout), inVrf, ownRoutes, leased },
      bridges: namedBridges(rules, { addresses, routes, leased }),
      ...(airGapped(context.fleet, context.host) && { nextStart: readNextStart(section('network-files')) }),
    })
  },
}

/** `localhost` is no name of one host. */
const namesOf = (system: FactResult<System>): readonly string[] => {
  const name = system.known ? system.value.hostname.toLowerCase() : ''
  return [...new Set([name, name.replace(/\..*$/, '')])].filter((one) => one !== '' && one !== 'localhost' && one !== '(none)')
}
