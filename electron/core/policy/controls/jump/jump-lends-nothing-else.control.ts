import { defineControl } from '../../control.ts'
import { forwardingRules, judgeSshd } from '../ssh/sshd-rules.ts'

const keywords = ['allowagentforwarding', 'x11forwarding', 'permittunnel', 'gatewayports', 'allowstreamlocalforwarding']

export default defineControl({
  id: 'jump-lends-nothing-else',
  item: 'INF-7',
  severity: 'medium',
  concerns: 'jump',
  title: 'The jump host forwards no agent, display, socket or network',
  rationale:
    'An agent that is forwarded lends the keys of an admin to root of the jump host, who then is that admin everywhere. Tunnels, displays and sockets lead past the list of hosts that may be reached.',
  needs: ['sshd'],
  uses: ['sshd-matches', 'updates'],
  remediation: { template: 'sshd-jump-forwarding' },
  references: ['NIST-800-53:AC-17(3)', 'NIST-800-53:CM-7', 'CIS-8:4.8', 'https://man.openbsd.org/sshd_config#AllowAgentForwarding'],
  evaluate: ({ sshd, 'sshd-matches': matches, updates }) =>
    judgeSshd(sshd, matches, forwardingRules(keywords, updates), {
      pass: 'The jump host lends nothing else',
      open: 'The jump host forwards more than ports',
      matched: 'A Match block forwards more than ports',
      hint: 'AllowAgentForwarding no, X11Forwarding no, PermitTunnel no, GatewayPorts no, AllowStreamLocalForwarding no. Admins use ProxyJump, which needs none of them.',
    }),
})
