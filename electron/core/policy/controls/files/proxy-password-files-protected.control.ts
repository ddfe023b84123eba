import { defineControl } from '../../control.ts'
import { caddyPasswords } from './caddy-passwords.ts'
import { type FileKind, judgeNamedFiles } from './judge-files.ts'
import { nginxKeys } from './nginx-keys.ts'
import { otherProxies } from './other-proxies.ts'

const kind: FileKind = {
  directive: 'auth_basic_user_file',
  what: 'password file',
  passTitle: 'The password file is closed to others',
  readTitle: 'Others can read the password file',
  writeTitle: 'Others can change the password file',
  expected: '0640 root and the group of the proxy',
}

export default defineControl({
  id: 'proxy-password-files-protected',
  item: 'INF-3',
  severity: 'high',
  title: 'Password files and keys of the proxy are closed to others',
  rationale:
    'Hashes of password files are broken at leisure, md5 and crypt within hours, and keys in a configuration need no breaking. Whoever can write the file adds a login with one line.',
  needs: ['nginx', 'guarded-files'],
  uses: ['accounts', 'os', 'caddy', 'processes', 'units'],
  remediation: { template: 'htpasswd-users' },
  references: [
    'NIST-800-53:IA-5',
    'NIST-800-53:AC-3',
    'CIS-8:3.3',
    'ISO-27001:A.5.17',
    'https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html',
    'https://caddyserver.com/docs/caddyfile/directives/basic_auth',
  ],
  evaluate: (facts) => {
    const nginx = judgeNamedFiles(facts, kind)
    const all = [
      ...(facts.nginx.installed ? [...nginx, ...nginxKeys(facts)] : []),
      ...caddyPasswords(facts, kind),
      ...otherProxies(facts.processes, 'Passwords'),
    ]
    const judged = all.filter(({ status }) => status !== 'not-applicable')
    return [judged, all.slice(0, 1), nginx].find((some) => some.length > 0) ?? nginx
  },
})
