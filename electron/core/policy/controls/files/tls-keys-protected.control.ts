import { defineControl } from '../../control.ts'
import { judgeNamedFiles } from './judge-files.ts'

export default defineControl({
  id: 'tls-keys-protected',
  item: 'INF-2',
  severity: 'high',
  title: 'Private keys of the proxy are readable for root alone',
  rationale:
    'Whoever reads the key poses as the server and reads passwords and prompts of all its users. nginx reads it as root before it gives up its rights, so no other account needs it.',
  needs: ['nginx', 'guarded-files'],
  uses: ['accounts', 'os'],
  references: [
    'NIST-800-53:SC-12',
    'NIST-800-53:AC-3',
    'CIS-8:3.3',
    'ISO-27001:A.8.24',
    'https://nginx.org/en/docs/http/configuring_https_servers.html',
  ],
  evaluate: (facts) =>
    judgeNamedFiles(facts, {
      directive: 'ssl_certificate_key',
      what: 'private key',
      passTitle: 'Only root reads the private key',
      readTitle: 'Others can read the private key',
      writeTitle: 'Others can replace the private key',
      expected: '0600 root:root',
    }),
})
