import { defineControl } from '../../control.ts'
import { judgeDefault } from './default-deny.ts'
import { trustedWhole } from './trusted-whole.ts'

export default defineControl({
  id: 'firewall-default-deny-inbound',
  item: 'INF-7',
  severity: 'high',
  title: 'The firewall denies inbound traffic that no rule allows',
  rationale:
    'A GPU server opens ports that nobody thinks of: a second engine, a metrics exporter, a notebook. With a default of accept each of them is on the network the moment it starts.',
  needs: ['firewall'],
  remediation: { template: 'ufw-segment', otherFirewalls: 'nftables-segment' },
  references: ['NIST-800-53:SC-7', 'NIST-800-53:SC-7(5)', 'CIS-8:4.4', 'ISO-27001:A.8.20', 'ISO-27001:A.8.22'],
  evaluate: ({ firewall }, { fleet }) => {
    const verdicts = judgeDefault(firewall, 'in')
    const trusted = verdicts[0]?.status === 'pass' ? trustedWhole(firewall, fleet.networks) : undefined
    return trusted ? [trusted, ...verdicts.slice(1)] : verdicts
  },
})
