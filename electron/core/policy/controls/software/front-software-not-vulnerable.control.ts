import type { AdvisoryBook } from '../../../advisories/advisory-book.ts'
import { hostPackages, nginxPackages } from '../../../advisories/package-names.ts'
import type { OAuth2Proxy } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { runningCaddy, runningHaproxy, runningNginx } from './front-running.ts'
import { judgePackaged } from './packaged-software.ts'
import { judgeVersion } from './version-verdict.ts'

const others = ['caddy', 'haproxy', 'oauth2-proxy', 'openssh-server', 'sudo']

export default defineControl({
  id: 'front-software-not-vulnerable',
  item: 'OPS-1',
  severity: 'high',
  title: 'Proxy, log-in and SSH software has no known vulnerabilities',
  rationale:
    'nginx, oauth2-proxy and sshd are what strangers reach first, and sudo stands between the audit account and root. A bypass in oauth2-proxy opens every model behind it.',
  steps: 'Update what is named, then restart what runs from it.',
  needs: ['updates'],
  uses: ['packages', 'oauth2-proxy', 'nginx', 'caddy', 'processes'],
  references: ['NIST-800-53:SI-2', 'CIS-8:7.3', 'ISO-27001:A.8.8'],
  evaluate: ({ updates, packages, 'oauth2-proxy': proxies, nginx, caddy, processes }, context) => {
    const has = (name: string) => updates.packages.some((one) => one.name === name)
    const ofNginx = nginxPackages.find(has)
    const names = ofNginx === undefined ? others : [ofNginx, ...others]
    const packaged = has('oauth2-proxy')
    // Of a package the package manager tells, of others the process: what stands in the way of programs need not be what runs.
    const running = (proxies.known ? proxies.value : []).filter(({ container }) => container || !packaged)
    const programs = (packages.known ? packages.value.programs : []).filter(
      ({ name }) => name !== 'oauth2-proxy' || !running.some(({ container }) => !container),
    )
    const verdicts = [
      ...judgePackaged(names, updates, packages.known ? { ...packages.value, programs } : undefined, context),
      ...running.map((proxy) => judgeRunning(proxy, running, context.advisories)),
      ...runningNginx(nginx, ofNginx !== undefined, context.advisories),
      ...runningCaddy(caddy, has('caddy'), context.advisories),
      ...runningHaproxy(processes, has('haproxy')),
    ]
    if (verdicts.length > 0) return verdicts
    const reason = 'None of nginx, Caddy, HAProxy, oauth2-proxy, OpenSSH server and sudo is installed as a package of this host'
    if (!processes.known)
      return [
        {
          subject: '',
          status: 'not-evaluated',
          title: 'Whether a proxy runs is not known',
          reason: `${reason}. ${processes.reason}.`,
          hint: processes.hint,
          cite: [{ section: 'updates', line: 0 }],
        },
      ]
    return [
      {
        status: 'not-applicable',
        subject: '',
        title: 'None of this software is packaged here',
        reason: `${reason}, and no proxy of these runs.`,
        cite: [{ section: 'updates', line: 0 }],
      },
    ]
  },
})

function judgeRunning(proxy: OAuth2Proxy, all: readonly OAuth2Proxy[], book: AdvisoryBook): Verdict {
  const { id, version, container, line } = proxy
  const subject = container || all.some((one) => one !== proxy && !one.container) ? `oauth2-proxy ${id}` : 'oauth2-proxy'
  if (version.known)
    return judgeVersion(
      {
        ...{ subject, label: 'oauth2-proxy', names: hostPackages['oauth2-proxy'] ?? [], version: version.text },
        cite: { section: 'oauth2-proxy', line: version.line },
      },
      book,
    )
  return {
    subject,
    status: 'not-evaluated',
    title: 'oauth2-proxy could not be judged',
    reason: `Which version runs is not known: ${version.why}.`,
    cite: [{ section: 'oauth2-proxy', line }],
  }
}
