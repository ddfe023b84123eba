import { known } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectPrivileged } from '../privileged/collect.ts'
import { assembleFirewall } from './assemble.ts'
import { readSavedRules, readUfwFiles } from './at-start/saved-rules.ts'
import { collectFirewall } from './collect.ts'
import { readFirewalld } from './firewalld/files.ts'

/** Reads `network` first: which interface an address lies behind, and which addresses are the host's own. */
export const firewallFact: FactDefinition<'firewall'> = {
  id: 'firewall',
  sections: () => [...collectFirewall(), ...collectPrivileged()],
  read: ({ section, fact }) => {
    const network = fact('network')
    const [nft, iptables, ip6tables] = [section('nft'), section('iptables'), section('ip6tables')]
    const sections = { nft, iptables, ip6tables, ipset: section('ipset'), ufw: section('ufw'), legacyTables: section('legacy-tables') }
    const rules = assembleFirewall(sections, network.known ? network.value : undefined)
    if (!rules.known) return rules
    const [savedRules, ufwFiles] = [readSavedRules(section('saved-rules')), readUfwFiles(section('privileged'))]
    return known({ ...rules.value, firewalld: readFirewalld(section('firewalld')), savedRules, ufwFiles })
  },
}
