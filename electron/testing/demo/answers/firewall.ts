import { type Answer, printed } from '../answer.ts'
import type { DemoHost } from '../demo-host.ts'

export const firewallSections = {
  nft: ({ firewall }: DemoHost): Answer => printed(firewall.nft),
  iptables: ({ firewall }: DemoHost): Answer => printed(firewall.iptables),
  ip6tables: ({ firewall }: DemoHost): Answer => printed(firewall.ip6tables),
  ufw: (): Answer => ({ ...printed('Not asked: iptables-save lists the rules of the kernel\n'), asRoot: [1] }),
}
