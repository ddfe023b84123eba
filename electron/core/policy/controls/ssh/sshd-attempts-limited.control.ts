import { defineControl } from '../../control.ts'
import { judgeSshd } from './sshd-rules.ts'

const seconds = (value: string): number => {
  const match = /^(\d+)([smh]?)$/.exec(value)
  return match ? Number(match[1]) * ({ '': 1, s: 1, m: 60, h: 3600 }[match[2] ?? ''] ?? 1) : Number.NaN
}

export default defineControl({
  id: 'sshd-attempts-limited',
  item: 'INF-7',
  severity: 'low',
  title: 'SSH gives few tries and little time to log in',
  rationale:
    'Each connection may try as often as MaxAuthTries says and hold a slot as long as LoginGraceTime says. Without bounds a guesser is cheap, and open connections keep the admins out.',
  needs: ['sshd'],
  uses: ['sshd-matches'],
  remediation: { template: 'sshd-behind-jump' },
  references: ['NIST-800-53:AC-7', 'CIS-8:4.1', 'https://man.openbsd.org/sshd_config#MaxAuthTries'],
  evaluate: ({ sshd, 'sshd-matches': matches }) =>
    judgeSshd(
      sshd,
      matches,
      [
        {
          keyword: 'maxauthtries',
          judge: (value) => (Number(value) >= 1 && Number(value) <= 4 ? undefined : 'warning'),
          expected: 'at most 4',
        },
        {
          keyword: 'logingracetime',
          judge: (value) => (seconds(value) >= 1 && seconds(value) <= 60 ? undefined : 'warning'),
          expected: '1 to 60 seconds',
        },
      ],
      { pass: 'Tries and time are bounded', open: 'SSH gives many tries or much time', matched: 'A Match block gives more tries' },
    ),
})
