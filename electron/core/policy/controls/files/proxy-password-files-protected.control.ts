import { defineControl } from '../../control.ts'
import { judgeNamedFiles } from './judge-files.ts'

export default defineControl({
  id: 'proxy-password-files-protected',
  item: 'INF-3',
  severity: 'high',
  title: 'Password files of the proxy are closed to other accounts',
  rationale:
    'Hashes of htpasswd files are broken at leisure, md5 and crypt within hours. Whoever can write the file needs no breaking: one line more is a login.',
  needs: ['nginx', 'guarded-files'],
  uses: ['accounts', 'os'],
  references: [
    'NIST-800-53:IA-5',
    'NIST-800-53:AC-3',
    'CIS-8:3.3',
    'ISO-27001:A.5.17',
    'https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html',
  ],
  evaluate: (facts) =>
    judgeNamedFiles(facts, {
      directive: 'auth_basic_user_file',
      what: 'password file',
      passTitle: 'The password file is closed to others',
      readTitle: 'Others can read the password file',
      writeTitle: 'Others can change the password file',
      expected: '0640 root and the group of the proxy',
    }),
})
