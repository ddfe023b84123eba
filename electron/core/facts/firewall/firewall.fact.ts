import { type FactDefinition, unknown, unusable } from '../fact.ts'
import { collectFirewall } from './collect.ts'

export const firewallFact: FactDefinition<'firewall'> = {
  id: 'firewall',
  sections: collectFirewall,
  read: ({ section }) => unusable(section('nft'), 'Firewall') ?? unknown('Firewall: the rules could not be read', ['nft']),
}
