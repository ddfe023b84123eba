import { isJumpHost } from '#shared/model/audited-hosts.ts'
import { type ProbeContext, type SectionSpec, script } from '../../probe/section.ts'

/** Files of the service `sshd` and of those that distributions include from it. They are readable for everybody. */
const files = [
  ...['sshd', 'common-auth', 'common-account', 'common-password', 'common-session'],
  ...['system-auth', 'password-auth', 'postlogin', 'system-remote-login', 'system-login', 'base-auth'],
] as const

/** Second factors are asked on jump hosts; on others nothing is read. */
export const collectPam = ({ fleet, host }: ProbeContext): readonly SectionSpec[] =>
  isJumpHost(fleet, host)
    ? [
        script({
          id: 'pam',
          display: 'grep in /etc/pam.d: sshd and what it includes',
          script: `grep -Hn '^[^#]' "$@" 2>&1 | head -n 500 | cut -c1-1000\nexit 0\n`,
          parameters: files.map((name) => `/etc/pam.d/${name}`),
        }),
      ]
    : []
