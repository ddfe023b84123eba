import { text } from '../../demo/demo-host.ts'
import { ollama } from '../bases.ts'
import { applied, type CorpusHost, corpusHost } from '../corpus-host.ts'
import { withFiles, withListener, withProcess } from '../sins/host.ts'
import { closedToJump, listensOn } from '../sins/listening.ts'
import { site } from '../sins/proxy.ts'

const path = '/etc/oauth2-proxy.cfg'
const configuration = `http_address = "127.0.0.1:4180"
reverse_proxy = true
trusted_proxy_ips = ["127.0.0.1/32"]
upstreams = ["http://127.0.0.1:11434/"]
provider = "oidc"
oidc_issuer_url = "https://login.dc1.internal"
email_domains = ["example.internal"]
cookie_secret_shape = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx="
cookie_secure = true
cookie_httponly = true
cookie_samesite = "lax"
auth_logging = true
request_logging = true
`

/** It asks for a login at a provider inside, and leads on to Ollama. */
export const oauth2Proxy = [
  withFiles({ [path]: text(configuration) }),
  withListener({ protocol: 'tcp', address: '127.0.0.1', port: 4180, process: 'oauth2-proxy', pid: 2301 }),
  withProcess({
    pid: 2301,
    ppid: 1,
    user: 'oauth2-proxy',
    uid: 995,
    name: 'oauth2-proxy',
    argv: ['/usr/bin/oauth2-proxy', `--config=${path}`],
    cgroup: '/system.slice/oauth2-proxy.service',
  }),
] as const

/** nginx → oauth2-proxy → Ollama: users log in at a provider inside. */
const base = applied({
  base: { ...ollama, name: 'sso' },
  sins: [
    site((before) =>
      before.replaceAll('127.0.0.1:11434', '127.0.0.1:4180').replace(/ {4}auth_basic[^\n]*\n {4}auth_basic_user_file[^\n]*\n/, ''),
    ),
    ...oauth2Proxy,
    withFiles({ '/etc/nginx/.htpasswd': undefined }),
  ],
})

/** One line of its configuration, instead of what sets the same, or beside all others. */
export const says = (line: string) => {
  const name = line.split(' ')[0]
  const others = configuration.split('\n').filter((one) => one.split(' ')[0] !== name)
  return withFiles({ [path]: text([...others, line, ''].join('\n')) })
}

/** Single sign-on through oauth2-proxy, one setting wrong at a time. */
export const sso: readonly CorpusHost[] = [
  corpusHost('sso', 'Users of one domain log in at a provider inside', base),
  corpusHost('sso-loopback-trusted', 'Loopback needs no login, and so nobody behind nginx', base, says('trusted_ips = ["127.0.0.1"]')),
  corpusHost('sso-bearer-tokens', 'Any token of the provider is a session', base, says('skip_jwt_bearer_tokens = true')),
  corpusHost('sso-cookies-in-clear', 'Session cookies are sent over plain HTTP as well', base, says('cookie_secure = false')),
  corpusHost('sso-short-secret', 'A cookie secret of ten letters', base, says('cookie_secret_shape = "xxxxxxxxxx"')),
  corpusHost('sso-headers-of-everybody', 'The headers of every client are believed', base, says('trusted_proxy_ips = ["0.0.0.0/0"]')),
  corpusHost(
    'sso-plain-http',
    'Its plain port is open to the network',
    base,
    listensOn(2301, 'oauth2-proxy', 4180, '0.0.0.0'),
    closedToJump(4180),
    says('http_address = "0.0.0.0:4180"'),
  ),
  corpusHost('sso-quiet', 'Logins are not logged', base, says('auth_logging = false')),
  corpusHost('sso-provider-not-checked', 'The certificate of the provider is not checked', base, says('ssl_insecure_skip_verify = true')),
  corpusHost('sso-api-skipped', 'A rule meant for health checks opens the API', base, says('skip_auth_routes = ["/api"]')),
  corpusHost('sso-tokens-handed-on', 'The model server gets the tokens of its users', base, says('pass_access_token = true')),
  corpusHost('sso-every-account', 'Every account of the provider is a user', base, says('email_domains = ["*"]')),
  corpusHost('sso-by-group', 'Any domain, but of one group only', base, says('email_domains = ["*"]\nallowed_groups = ["llm-users"]')),
]
