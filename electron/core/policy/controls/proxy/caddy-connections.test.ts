import { describe, expect, test } from 'vitest'
import { given, login, site, toOllama } from './caddy-sites.testing.ts'
import managementRestricted from './management-endpoints-restricted.control.ts'
import { ask, outcomes, policyContext } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

const open = 'fail: Every route answers without a login'
const closed = 'pass: Every forwarded route needs a login'
const carried = 'not-evaluated: Whom a content network lets in is not known'
/** Begins as the certificate of Authenticated Origin Pulls does: its issuer. */
const originPull = Buffer.from('0\x82\x01U\x04\x0b\x13\x0bOrigin Pull1 0\x1eorigin-pull.cloudflare.net').toString('base64')
const beyond = 'not-evaluated: Part of Caddy is beyond the model'

describe('client certificates, as Caddy 2.6.2 and 2.11.4 demand them', () => {
  const own = { trusted_ca_certs: ['x'] }
  const leaf = { verifiers: [{ verifier: 'leaf', leaf_certs_loaders: [{ loader: 'file', files: ['/etc/caddy/alice.pem'] }] }] }
  const bundle = '/etc/ssl/certs/ca-certificates.crt'
  const asks = (client: object, match?: object) => ({ ...(match && { match }), client_authentication: client })
  const near = { remote_ip: { ranges: ['10.0.0.0/8'] } }
  test.each<[string, readonly object[], string]>([
    ['of authorities of their own', [asks(own)], closed],
    ['of Cloudflare, for whoever asks by it', [asks({ trusted_ca_certs: [originPull] })], carried],
    ['of its file', [asks({ ca: { provider: 'file', pem_files: ['/etc/caddy/cloudflare-ca.pem'] } })], carried],
    ['of a file of authorities', [asks({ ca: { provider: 'file', pem_files: ['/etc/caddy/ca.pem'] } })], closed],
    ['verified, by no authorities: Go takes those of the system', [asks({ mode: 'require_and_verify' })], open],
    ['of authorities of the system', [asks({ mode: 'require_and_verify', ca: { provider: 'system' } })], open],
    ['of these beside others', [asks({ ca: { provider: 'combined', sources: [{ provider: 'system' }, { provider: 'inline' }] } })], open],
    ['of their file', [asks({ ca: { provider: 'file', pem_files: [bundle] } })], open],
    ['of their file, in the words of old', [asks({ trusted_ca_certs_pem_files: [bundle] })], open],
    ['any', [asks({ mode: 'require', ...own })], open],
    ['one by one, in whatever mode asks for one', [asks({ mode: 'require', trusted_leaf_certs: ['x'] })], closed],
    ['one by one, by a verifier', [asks({ mode: 'require_and_verify', ca: { provider: 'system' }, ...leaf })], closed],
    ['one by one, if there is one', [asks({ mode: 'verify_if_given', ...leaf })], open],
    ['but not from some addresses', [{ match: near }, asks(own)], open],
    ['from some addresses alone', [asks(own, near), {}], open],
    ['from some addresses, and others are dropped', [asks(own, near), { drop: true }], closed],
    ['but for a pattern of names', [{ match: { sni_regexp: { pattern: '^ai' } } }, asks(own)], open],
    ['for the name, from everywhere', [asks(own, { sni: ['ai.example'] }), {}], closed],
  ])('%s', (_, policies, expected) => {
    expect(outcomes(ask(requiresAuthentication, given(site([{ handle: [toOllama] }], { tls_connection_policies: policies }))))).toEqual([
      expected,
    ])
  })
})

describe('what listens beside, before or otherwise is beyond the model', () => {
  const sound = [{ handle: [login, toOllama] }]
  const layer4 = { routes: [{ handle: [{ handler: 'proxy', upstreams: [{ dial: ['127.0.0.1:11434'] }] }] }] }
  const withApp = (name: string, app: object) => ({ apps: { ...site(sound).apps, [name]: app } })
  test.each<[string, unknown, readonly string[]]>([
    ['an app that passes connections on', withApp('layer4', { servers: { s: { listen: [':9000'], ...layer4 } } }), [closed, beyond]],
    ['apps that listen nowhere', withApp('pki', {}), [closed]],
    ['a listener that passes connections on', site(sound, { listener_wrappers: [{ wrapper: 'layer4', ...layer4 }] }), [closed, beyond]],
    ['listeners of Caddy’s own', site(sound, { listener_wrappers: [{ wrapper: 'http_redirect' }, { wrapper: 'tls' }] }), [closed]],
    ['a socket that somebody else opened', site([{ handle: [toOllama] }], { listen: ['fd/3'] }), [beyond]],
    ['a port that only the running Caddy knows', site([{ handle: [toOllama] }], { listen: [':{env.PORT}'] }), [beyond]],
  ])('%s', (_, config, expected) => {
    expect(outcomes(ask(requiresAuthentication, given(config)))).toEqual(expected)
  })
})

test.each<[string, object, string]>([
  ['nobody', {}, 'warning: Admin hosts need no login for management'],
  ['administrators’ hosts alone', { allow: ['10.0.1.5/32'] }, 'warning: Admin hosts need no login for management'],
  ['everybody', { fallback_policy: 'USE' }, 'fail: Clients can choose their own address'],
  ['a network of users', { allow: ['10.9.0.0/16'] }, 'fail: Clients can choose their own address'],
])('the PROXY protocol is believed of %s', (_, rest, expected) => {
  const config = site([{ match: [{ remote_ip: { ranges: ['10.0.1.5'] } }], handle: [toOllama] }], {
    listener_wrappers: [{ wrapper: 'proxy_protocol', ...rest }],
  })
  const [found] = outcomes(ask(managementRestricted, given(config), policyContext({ modelAdmins: ['10.0.1.5'] })))
  expect(found).toBe(expected)
})

/** Caddy 2.11.4 took 10.0.1.5 of `X-Forwarded-For: 10.0.1.5, 203.0.113.9`, with trusted_proxies_strict the other. */
test.each<[string, object, string]>([
  ['the first address of a list', {}, 'not-evaluated: Who may manage models is not known'],
  ['the last that is not trusted', { trusted_proxies_strict: 1 }, 'pass: Management is for administrators only'],
  ['a header that the proxy sets', { client_ip_headers: ['X-Real-IP'] }, 'pass: Management is for administrators only'],
  [
    'a list behind another header',
    { client_ip_headers: ['CF-Connecting-IP', 'x-forwarded-for'] },
    'not-evaluated: Who may manage models is not known',
  ],
  [
    'a list of this machine alone',
    { trusted_proxies: { source: 'static', ranges: ['127.0.0.1/8', '::1'] } },
    'pass: Management is for administrators only',
  ],
])('behind a trusted proxy the address is %s', (_, more, expected) => {
  const config = site([{ match: [{ client_ip: { ranges: ['10.0.1.5'] } }], handle: [login, toOllama] }], {
    trusted_proxies: { source: 'static', ranges: ['10.0.0.5/32'] },
    ...more,
  })
  expect(outcomes(ask(managementRestricted, given(config), policyContext({ modelAdmins: ['10.0.1.5'] })))).toEqual([expected])
})

describe('clients over IPv6 are others than those over IPv4', () => {
  const from = (...ranges: string[]) => [{ remote_ip: { ranges } }]
  const refused = [{ handler: 'static_response', status_code: 403 }]
  const listen = (address: string) => ({ listen: [`${address}:443`] })
  test.each<[string, readonly object[], object, readonly string[]]>([
    ['a login for all of IPv4', [{ match: from('0.0.0.0/0'), handle: [login] }, { handle: [toOllama] }], {}, [open]],
    [
      'that, where nobody comes otherwise',
      [{ match: from('0.0.0.0/0'), handle: [login] }, { handle: [toOllama] }],
      listen('10.0.3.7'),
      [closed],
    ],
    ['a login for both', [{ match: from('0.0.0.0/0', '::/0'), handle: [login] }, { handle: [toOllama] }], {}, [closed]],
    ['all of IPv4 turned away', [{ match: from('0.0.0.0/0'), handle: refused }, { handle: [toOllama] }], {}, [open]],
    [
      'all of IPv6 without a login',
      [{ match: from('::/0'), handle: [toOllama], terminal: true }, { handle: [login, toOllama] }],
      {},
      [open],
    ],
    [
      'private networks without a login',
      [{ match: from('10.0.0.0/8', 'fd00::/8'), handle: [toOllama], terminal: true }, { handle: [login, toOllama] }],
      {},
      ['warning: Some addresses need no login'],
    ],
  ])('%s', (_, routes, server, expected) => {
    expect(outcomes(ask(requiresAuthentication, given(site(routes, server))))).toEqual(expected)
  })
})
