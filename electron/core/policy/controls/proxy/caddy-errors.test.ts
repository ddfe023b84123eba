import { expect, test } from 'vitest'
import { given, login, site, toOllama } from './caddy-sites.testing.ts'
import { ask, outcomes } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

/** What is said in place of an error, and who makes errors. */
const closed = 'pass: Every forwarded route needs a login'
const rewrite = (uri: string) => ({ handle: [{ handler: 'rewrite', uri }] })
const errors = (...routes: object[]) => ({ errors: { routes } })
const files = { handle: [{ handler: 'file_server' }] }
const guarded = [{ handle: [login, toOllama] }]
const judged = (...server: Parameters<typeof site>) => outcomes(ask(requiresAuthentication, given(site(...server))))

test.each<[string, object]>([
  ['pages by status, as Caddy documents them', errors(rewrite('/{http.error.status_code}.html'), files)],
  [
    'a page from another host',
    errors(rewrite('/{http.error.status_code}'), { handle: [{ handler: 'reverse_proxy', upstreams: [{ dial: 'http.cat:443' }] }] }),
  ],
  ['a page that is told the address', errors(rewrite('/error.html?from={http.request.remote.host}'), files)],
])('%s', (_, server) => expect(judged(guarded, server)).toEqual([closed]))

test('a path that only the running Caddy knows', () => {
  expect(judged([rewrite('/{http.request.remote.host}'), ...guarded])).toContain('not-evaluated: Part of Caddy is beyond the model')
})

test('in place of a refusal the model is asked', () => {
  expect(judged(guarded, errors({ handle: [toOllama] }))).toContain('fail: Every route answers without a login')
})

test.each(['rate_limit', 'crowdsec', 'waf'])('a plugin that only refuses: %s', (handler) => {
  expect(judged([{ handle: [{ handler }, login, toOllama] }])).toEqual([closed])
  expect(judged([{ handle: [{ handler }, toOllama] }])).toEqual(['fail: Every route answers without a login'])
})

test('a plugin that nobody knows is beyond the model', () => {
  expect(judged([{ handle: [{ handler: 'exec' }, login, toOllama] }])).toContain('not-evaluated: Part of Caddy is beyond the model')
})
