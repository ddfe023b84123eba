import type { FactDefinition } from '../fact.ts'
import { assembleFirewall } from './assemble.ts'
import { collectFirewall } from './collect.ts'

/** Reads `network` first: which interface an address lies behind, and which addresses are the host's own. */
export const firewallFact: FactDefinition<'firewall'> = {
  id: 'firewall',
  sections: collectFirewall,
  read: ({ section, fact }) => {
    const network = fact('network')
    const sections = { nft: section('nft'), iptables: section('iptables'), ip6tables: section('ip6tables'), ufw: section('ufw') }
    return assembleFirewall(sections, network.known ? network.value : undefined)
  },
}
