import { defineControl } from '../../control.ts'
import { judgeSshd } from './sshd-rules.ts'

export default defineControl({
  id: 'sshd-no-root-login',
  item: 'INF-7',
  severity: 'high',
  title: 'Nobody logs in as root over SSH',
  rationale:
    'A login as root leaves no trace of who it was, and one stolen key is the whole host. People log in under their own names and become root through sudo, which is written down.',
  needs: ['sshd'],
  uses: ['sshd-matches'],
  remediation: { template: 'sshd-behind-jump' },
  references: [
    'NIST-800-53:AC-6(2)',
    'NIST-800-53:IA-2',
    'CIS-8:5.4',
    'ISO-27001:A.8.2',
    'https://man.openbsd.org/sshd_config#PermitRootLogin',
  ],
  evaluate: ({ sshd, 'sshd-matches': matches }) =>
    judgeSshd(
      sshd,
      matches,
      [
        {
          keyword: 'permitrootlogin',
          judge: (value) => (value === 'no' ? undefined : value === 'yes' ? 'fail' : 'warning'),
          expected: 'no',
        },
      ],
      {
        pass: 'root cannot log in',
        open: 'root may log in over SSH',
        matched: 'root may log in through a Match block',
        hint: 'PermitRootLogin no',
      },
    ),
})
