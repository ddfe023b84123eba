import { defineControl } from '../../control.ts'
import { judgeSshd } from './sshd-rules.ts'

export default defineControl({
  id: 'sshd-logs-logins',
  item: 'MON-2',
  severity: 'medium',
  title: 'The SSH server writes down logins and failures',
  rationale:
    'Guessed passwords and stolen keys show in these lines first. QUIET, FATAL and ERROR leave them out; DEBUG writes more than the privacy of people allows.',
  needs: ['sshd'],
  uses: ['sshd-matches'],
  remediation: { template: 'sshd-behind-jump' },
  references: ['NIST-800-53:AU-2', 'NIST-800-53:AU-12', 'CIS-8:8.5', 'https://man.openbsd.org/sshd_config#LogLevel'],
  evaluate: ({ sshd, 'sshd-matches': matches }) =>
    judgeSshd(
      sshd,
      matches,
      [
        {
          keyword: 'loglevel',
          judge: (value) => (/^(?:info|verbose)$/.test(value) ? undefined : /^debug/.test(value) ? 'warning' : 'fail'),
          expected: 'INFO or VERBOSE',
        },
      ],
      {
        pass: 'sshd logs logins and failures',
        open: 'sshd logs too little or too much',
        matched: 'A Match block changes what sshd logs',
        hint: 'LogLevel VERBOSE',
      },
    ),
})
