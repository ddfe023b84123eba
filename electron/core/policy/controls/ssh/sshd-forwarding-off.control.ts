import { defineControl } from '../../control.ts'
import { forwardingRules, judgeSshd } from './sshd-rules.ts'

/** By a socket in the file system an engine, or a daemon that obeys a group, is reached as by a port. */
const keywords = [
  'allowtcpforwarding',
  'allowstreamlocalforwarding',
  'allowagentforwarding',
  'x11forwarding',
  'permittunnel',
  'gatewayports',
]

export default defineControl({
  id: 'sshd-forwarding-off',
  item: 'INF-7',
  severity: 'medium',
  concerns: 'servers',
  title: 'SSH sessions on the host forward nothing',
  rationale:
    'A forwarded port carries the inference port past the firewall to whoever holds a session, and a forwarded agent lends the admin’s keys to root of this host. The jump host is the relay; a GPU server needs to be none.',
  needs: ['sshd'],
  uses: ['sshd-matches', 'updates'],
  remediation: { template: 'sshd-behind-jump' },
  references: ['NIST-800-53:AC-17(3)', 'NIST-800-53:CM-7', 'CIS-8:4.8', 'https://man.openbsd.org/sshd_config#DisableForwarding'],
  evaluate: ({ sshd, 'sshd-matches': matches, updates }) =>
    judgeSshd(sshd, matches, forwardingRules(keywords, updates), {
      pass: 'SSH forwards nothing',
      open: 'SSH sessions may forward',
      matched: 'A Match block allows forwarding',
      hint: 'DisableForwarding yes, with AllowAgentForwarding no and X11Forwarding no where OpenSSH is older than 10.0.',
    }),
})
