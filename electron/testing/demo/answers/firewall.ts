import { type Answer, printed } from '../answer.ts'
import { nftRules } from '../configuration-files.ts'
import type { DemoHost } from '../demo-host.ts'

export const firewallSections = {
  nft: (host: DemoHost): Answer => printed(nftRules(host)),
  iptables: ({ firewall }: DemoHost): Answer => printed(firewall.iptables),
  ip6tables: ({ firewall }: DemoHost): Answer => printed(firewall.ip6tables),
  ufw: (): Answer => ({ ...printed('Not asked: iptables-save lists the rules of the kernel\n'), asRoot: [1] }),
}
