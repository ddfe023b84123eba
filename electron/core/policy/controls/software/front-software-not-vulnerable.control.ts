import { defineControl } from '../../control.ts'
import { judgePackaged } from './packaged-software.ts'

const names = ['nginx', 'caddy', 'haproxy', 'oauth2-proxy', 'openssh-server', 'sudo']

export default defineControl({
  id: 'front-software-not-vulnerable',
  item: 'OPS-1',
  severity: 'high',
  title: 'Proxy, log-in and SSH software has no known vulnerabilities',
  rationale:
    'nginx, oauth2-proxy and sshd are what strangers reach first, and sudo stands between the audit account and root. A bypass in oauth2-proxy opens every model behind it.',
  needs: ['updates'],
  uses: ['packages'],
  references: ['NIST-800-53:SI-2', 'CIS-8:7.3', 'ISO-27001:A.8.8'],
  evaluate: ({ updates, packages }, context) => {
    const verdicts = judgePackaged(names, updates, packages.known ? packages.value : undefined, context)
    if (verdicts.length > 0) return verdicts
    const reason = 'None of nginx, Caddy, HAProxy, oauth2-proxy, OpenSSH server and sudo is installed as a package of this host.'
    return [
      {
        status: 'not-applicable',
        subject: '',
        title: 'None of this software is packaged here',
        reason,
        cite: [{ section: 'updates', line: 0 }],
      },
    ]
  },
})
