import { type Answer, absent, printed } from '../answer.ts'
import type { DemoHost } from '../demo-host.ts'

export const firewallSections = {
  nft: ({ firewall }: DemoHost): Answer => printed(firewall.nft),
  iptables: ({ firewall }: DemoHost): Answer => printed(firewall.iptables),
  ip6tables: ({ firewall }: DemoHost): Answer => printed(firewall.ip6tables),
  ufw: ({ firewall }: DemoHost): Answer | undefined => (firewall.ufw === undefined ? absent : printed(firewall.ufw)),
}
