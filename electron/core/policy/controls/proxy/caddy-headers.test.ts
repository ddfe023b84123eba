import { describe, expect, test } from 'vitest'
import type { JsonNode } from '../../../facts/caddy/json-lines.ts'
import { caddyRoutesTo } from '../../../facts/caddy/model/routes.ts'
import { askOAuth, caddy, given, login, site, toOllama } from './caddy-sites.testing.ts'
import { ask, outcomes, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

const open = 'fail: Every route answers without a login'
const closed = 'pass: Every forwarded route needs a login'
const unknown = 'not-evaluated: Whether a login is needed is not known'
const none = 'not-applicable: No proxy forwards to the model server'

const does = (request: object) => ({ handle: [{ handler: 'headers', request }] })
const keyed = (header: object, handler: object = toOllama) => ({ match: [{ header }], handle: [handler] })

describe('what Caddy did to a header counts for the rules behind it, as with Caddy 2.6.2 and 2.11.4', () => {
  test.each<[string, readonly object[], string]>([
    ['set, then asked for', [does({ set: { 'X-Zone': ['staff-zone-7'] } }), keyed({ 'X-Zone': ['staff-zone-7'] })], open],
    ['set to something else', [does({ set: { 'X-Zone': ['guests'] } }), keyed({ 'X-Zone': ['staff-zone-7'] })], none],
    ['of two values that are set together', [does({ set: { 'X-Zone': ['a', 'staff'] } }), keyed({ 'X-Zone': ['staff'] })], none],
    ['set, and any will do', [does({ set: { 'X-Zone': ['guests'] } }), keyed({ 'X-Zone': ['*'] })], open],
    ['set, and the secret is hidden', [does({ set: { 'X-Zone': ['masked'] } }), keyed({ 'X-Zone': ['masked'] })], unknown],
    ['added to the client’s own', [does({ add: { 'X-Zone': ['staff-zone-7'] } }), keyed({ 'X-Zone': ['staff-zone-7'] })], open],
    ['taken away', [does({ delete: ['X-Zone'] }), keyed({ 'X-Zone': ['masked'] })], none],
    ['taken away by a beginning', [does({ delete: ['x-*'] }), keyed({ 'X-Zone': ['masked'] })], none],
    ['taken away, and none may be there', [does({ delete: ['X-Zone'] }), keyed({ 'X-Zone': null })], open],
    [
      'a part replaced',
      [does({ replace: { 'X-Zone': [{ search_regexp: 'a', replace: 'b' }] } }), keyed({ 'X-Zone': ['masked'] })],
      unknown,
    ],
    ['another one', [does({ set: { 'X-Other': ['staff'] } }), keyed({ 'X-Zone': ['masked'] })], closed],
    [
      'the host that is asked for',
      [does({ set: { Host: ['inner.example'] } }), { match: [{ host: ['inner.example'] }], handle: [toOllama] }],
      open,
    ],
    [
      'set where it is not known whether that happens',
      [{ match: [{ expression: 'masked' }], ...does({ set: { 'X-Zone': ['staff'] } }) }, keyed({ 'X-Zone': ['staff'] })],
      unknown,
    ],
  ])('%s', (_, routes, expected) => {
    expect(outcomes(ask(requiresAuthentication, given(site(routes))))).toEqual([expected])
  })

  test('whether a header of an answer is there decides nothing (forward_auth with copy_headers, Caddy 2.11)', () => {
    const copied = (name: string) => [
      does({ delete: [name] }),
      {
        match: [{ not: [{ vars: { [`{http.reverse_proxy.header.${name}}`]: [''] } }] }],
        ...does({ set: { [name]: [`{http.reverse_proxy.header.${name}}`] } }),
      },
    ]
    const asks = { ...askOAuth('/auth'), upstreams: [{ dial: '10.0.3.9:9091' }] }
    const routes = ['Remote-User', 'Remote-Groups', 'Remote-Name', 'Remote-Email', 'X-A', 'X-B'].flatMap(copied)
    const config = site([{ handle: [{ ...asks, handle_response: [{ match: { status_code: [2] }, routes }] }, toOllama] }])
    const { value } = caddy(config) as Extract<ReturnType<typeof caddy>, { known: true }>
    const [first] = caddyRoutesTo(value.instances[0]?.config as JsonNode, [service('ollama')], []).routes
    const states = first?.ways.map(({ outcome: { state } }) => state) ?? []
    expect(states.map(({ assumed, credentials }) => [assumed.length, credentials.length])).toEqual([[0, 1]])
  })
})

// What 2.11.4 sends on of a client of a trusted network: `X-Forwarded-Host` and the first address of `X-Forwarded-For` as he wrote them.
describe('Caddy writes X-Forwarded-Host and -For anew only for those whom it does not trust', () => {
  const trusted = ['192.168.0.0/16']
  const asks = (uri: string, more: object = {}) => ({ ...askOAuth(uri), upstreams: [{ dial: '10.0.3.9:9091' }], ...more })
  const ofServer = { trusted_proxies: { source: 'static', ranges: trusted } }
  const [authelia, authentik] = ['/api/authz/forward-auth', '/outpost.goauthentik.io/auth/caddy']
  const written = {
    headers: { request: { set: { 'X-Forwarded-Uri': ['{http.request.uri}'], 'X-Forwarded-Host': ['{http.request.host}'] } } },
  }
  test.each<[string, object, object, string]>([
    ['nobody', asks(authelia), {}, closed],
    ['somebody', asks(authelia), ofServer, 'not-evaluated: Clients write the URL that Authelia judges'],
    [
      'somebody before this question',
      asks(authentik, { trusted_proxies: trusted }),
      {},
      'not-evaluated: Clients write the URL that authentik judges',
    ],
    ['somebody, and it is written all the same', asks(authelia, written), ofServer, closed],
  ])('it trusts %s', (_, question, server, expected) => {
    const verdicts = ask(requiresAuthentication, given(site([{ handle: [question, toOllama] }], server)))
    expect(outcomes(verdicts)).toEqual([expected])
    if (expected !== closed) expect(verdicts[0]?.reason).toMatch(/X-Forwarded-Host.*trusted_proxies/)
  })
})

describe('parameters and answers', () => {
  const refused = { handle: [{ handler: 'static_response', status_code: 403 }] }
  test.each<[string, readonly object[], string]>([
    ['any parameter at all', [{ match: [{ not: [{ query: {} }] }], handle: [toOllama] }, refused], open],
    ['none', [{ match: [{ query: {} }], handle: [toOllama] }, refused], open],
    [
      'an answer that is replaced by that of the model',
      [
        { handle: [{ handler: 'intercept', handle_response: [{ match: { status_code: [403] }, routes: [{ handle: [toOllama] }] }] }] },
        refused,
      ],
      unknown,
    ],
    [
      'an answer that is replaced by a page',
      [
        { handle: [{ handler: 'intercept', handle_response: [{ routes: [{ handle: [{ handler: 'static_response' }] }] }] }] },
        { handle: [login, toOllama] },
      ],
      closed,
    ],
    [
      'a login that hangs on something unknown, and much else that does',
      [
        { match: [{ expression: 'masked' }], handle: [login] },
        ...Array.from({ length: 6 }, () => ({
          match: [{ expression: 'masked' }],
          handle: [
            { handler: 'headers', request: { set: { 'X-A': ['b'] } } },
            { handler: 'subroute', routes: [] },
          ],
        })),
        { handle: [toOllama] },
      ],
      unknown,
    ],
  ])('%s', (_, routes, expected) => {
    expect(outcomes(ask(requiresAuthentication, given(site(routes))))[0]).toBe(expected)
  })
})

describe('a key that Caddy sends to the engine opens it to all clients', () => {
  const sends = (request: object) => ({ ...toOllama, upstreams: [{ dial: '127.0.0.1:8080' }], headers: { request } })
  test.each<[string, object, string]>([
    ['of its own', { set: { Authorization: ['Bearer masked'] } }, 'fail'],
    ['in another header that LocalAI takes', { set: { 'xi-api-key': ['masked'] } }, 'fail'],
    ['as a cookie', { set: { Cookie: ['token=masked'] } }, 'fail'],
    ['in the place of any', { replace: { Authorization: [{ search_regexp: '^.*$', replace: 'Bearer masked' }] } }, 'fail'],
    ['the client’s, rewritten', { replace: { Authorization: [{ search_regexp: '^Token (.*)$', replace: 'Bearer $1' }] } }, 'pass'],
    ['the client’s, of another header', { set: { Authorization: ['Bearer {http.request.header.X-Api-Key}'] } }, 'pass'],
    ['the client’s, of a cookie', { set: { Authorization: ['Bearer {http.request.cookie.key}'] } }, 'pass'],
    ['none', { delete: ['Authorization'] }, 'pass'],
  ])('%s', (_, request, expected) => {
    const localai = service('localai', { apiKey: 'set' })
    const [found] = ask(
      requiresAuthentication,
      given(site([{ match: [{ path: ['/v1/models'] }], handle: [sends(request)] }]), { services: [localai] }),
    )
    expect(found?.status).toBe(expected)
  })
})
