import { defineControl } from '../../control.ts'
import { caddyKeys } from './caddy-keys.ts'
import { type FileKind, judgeNamedFiles } from './judge-files.ts'
import { otherProxies } from './other-proxies.ts'

const kind: FileKind = {
  directive: 'ssl_certificate_key',
  what: 'private key',
  passTitle: 'Only root reads the private key',
  readTitle: 'Others can read the private key',
  writeTitle: 'Others can replace the private key',
  expected: '0600 root:root',
}

export default defineControl({
  id: 'tls-keys-protected',
  item: 'INF-2',
  severity: 'high',
  title: 'Private keys of the proxy are readable for it alone',
  rationale:
    'Whoever reads the key poses as the server and reads passwords and prompts of all its users. nginx reads it as root before it gives up its rights, Caddy with its own account: no other needs it.',
  steps:
    'Close the key (chmod 600) and give it to the account that reads it: root for nginx. Have a new one certified where others could read it.',
  needs: ['nginx', 'guarded-files'],
  uses: ['accounts', 'os', 'caddy', 'processes', 'units'],
  references: [
    'NIST-800-53:SC-12',
    'NIST-800-53:AC-3',
    'CIS-8:3.3',
    'ISO-27001:A.8.24',
    'https://nginx.org/en/docs/http/configuring_https_servers.html',
    'https://caddyserver.com/docs/conventions',
  ],
  evaluate: (facts) => {
    const all = [
      ...(facts.nginx.installed ? judgeNamedFiles(facts, kind) : []),
      ...caddyKeys(facts, kind),
      ...otherProxies(facts.processes, 'Keys'),
    ]
    const judged = all.filter(({ status }) => status !== 'not-applicable')
    if (judged.length > 0) return judged
    if (all[0]) return [all[0]]
    const none = { subject: '', cite: [] }
    if (!facts.processes.known)
      return [{ ...none, status: 'not-evaluated', title: 'Whether a proxy runs is not known', reason: facts.processes.reason }]
    const reason = 'nginx is not installed, and no other proxy runs.'
    return [{ ...none, status: 'not-applicable', title: 'No proxy uses a private key', reason }]
  },
})
