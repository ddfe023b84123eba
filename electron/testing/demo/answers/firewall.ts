import { type Answer, printed } from '../answer.ts'
import { nftRules, savedRules } from '../configuration-files.ts'
import type { DemoHost } from '../demo-host.ts'
import { ufwRules } from '../ufw-rules.ts'

export const firewallSections = {
  nft: (host: DemoHost): Answer => printed(nftRules(host)),
  iptables: (host: DemoHost): Answer => printed(ufwRules(host, 4) ?? savedRules(host)),
  ip6tables: (host: DemoHost): Answer => printed(ufwRules(host, 6) ?? host.firewall.ip6tables),
  'legacy-tables': (): Answer => printed(''),
  /** No rule of theirs names a set, so the kernel has none. */
  ipset: (): Answer => printed(''),
  'saved-rules': (): Answer => printed(''),
  firewalld: (): Answer => printed(''),
  ufw: (): Answer => ({ ...printed('Not asked: iptables-save lists the rules of the kernel\n'), asRoot: [1] }),
}
