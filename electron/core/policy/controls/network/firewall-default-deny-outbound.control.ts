import { defineControl } from '../../control.ts'
import { judgeDefault } from './default-deny.ts'

export default defineControl({
  id: 'firewall-default-deny-outbound',
  item: 'INF-7',
  severity: 'medium',
  title: 'The firewall denies outbound traffic that no rule allows',
  rationale:
    'Whoever gets a foothold in an inference server sends weights and prompts out over any port that is open. Only model storage and package sources need to be reached.',
  needs: ['firewall'],
  remediation: { template: 'ufw-segment', otherFirewalls: 'nftables-segment' },
  references: ['NIST-800-53:SC-7', 'NIST-800-53:AC-4', 'CIS-8:13.4', 'ISO-27001:A.8.20', 'OWASP-LLM:LLM02'],
  evaluate: ({ firewall }) => judgeDefault(firewall, 'out'),
})
