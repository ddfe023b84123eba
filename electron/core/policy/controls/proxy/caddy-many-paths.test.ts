import { expect, test } from 'vitest'
import { caddy, given, login, noNginx, site, toOllama } from './caddy-sites.testing.ts'
import { ask, facts, outcomes, service } from './proxy-facts.ts'
import requiresAuthentication from './proxy-requires-authentication.control.ts'

/** Many ways of one kind, of which one asks nobody: it is found, or what was not followed is said. */
const judged = (routes: readonly object[]) => outcomes(ask(requiresAuthentication, given(site(routes))))
const many = (count: number, off: number, one: (at: number) => object) =>
  Array.from({ length: count }, (_, at) => ({
    ...one(at),
    handle: [...(one(at) as { handle: object[] }).handle, ...(at === off ? [] : [login]), toOllama],
    terminal: true,
  }))
const open = ['fail: Every route answers without a login']
const beyond = 'not-evaluated: Part of Caddy is beyond the model'

const byPattern = (at: number) => ({
  match: [{ path_regexp: { name: `r${at}`, pattern: `^/(?:x|y)${at}/(.*)$` } }],
  handle: [{ handler: 'rewrite', uri: `/{http.regexp.r${at}.1}` }],
})
const byPrefix = (at: number) => ({
  match: [{ path: [`/s${at}/*`] }],
  handle: [{ handler: 'rewrite', strip_path_prefix: `/s${at}` }],
})

test('many patterns', { timeout: 60_000 }, () => expect(judged(many(45, 43, byPattern))).toEqual(open))

/** `handle_path` in `handle_path`, as Caddy adapts it: each cuts off its own beginning. */
const within = (head: string, routes: readonly object[], group = 'outer') => ({
  group,
  match: [{ path: [`${head}/*`] }],
  handle: [{ handler: 'subroute', routes: [{ handle: [{ handler: 'rewrite', strip_path_prefix: head }] }, ...routes] }],
})

test('many beginnings one in the other', { timeout: 60_000 }, () => {
  const guarded = Array.from({ length: 12 }, (_, at) => within(`/s${at}`, [{ handle: [login, toOllama] }]))
  expect(judged([within('/team', [within('/llm', [{ handle: [toOllama] }], 'inner')]), ...guarded])).toEqual(open)
})

test('many places that get a path of their own', { timeout: 60_000 }, () => {
  const rewrite = { handle: [{ handler: 'rewrite', uri: '/api/tags' }] }
  const own = (at: number) => ({ match: [{ path: [`/w${at}`] }], handle: [{ handler: 'subroute', routes: [rewrite] }] })
  expect(judged(many(45, 1, own))).toEqual(open)
})

test('many beginnings before what takes one off by itself', { timeout: 60_000 }, () => {
  const localai = (count: number, off: number) => {
    const asked = { handler: 'reverse_proxy', upstreams: [{ dial: '127.0.0.1:8080' }] }
    const routes = Array.from({ length: count }, (_, at) => ({
      match: [{ path: [`/p${at}/*`] }],
      handle: [...(at === off ? [] : [login]), asked],
      terminal: true,
    }))
    const config = caddy(site(routes))
    return outcomes(ask(requiresAuthentication, facts('', [service('localai')], { ...noNginx, caddy: config })))
  }
  expect(localai(25, 1).join()).toContain('without a login')
  expect(localai(110, 1)).toContain(beyond)
})

/** Patterns that lead to each other: none of their routes is the last. */
const leading = (count: number) =>
  Array.from({ length: count }, (_, at) => {
    const { match, handle } = byPattern(at)
    return { match, handle: [{ handler: 'subroute', routes: [{ handle }] }] }
  })
const openAfterAll = [
  { match: [{ path: ['/open/*'] }], handle: [{ handler: 'rewrite', strip_path_prefix: '/open' }, toOllama], terminal: true },
  { handle: [login, toOllama], terminal: true },
]

test('many patterns of which one leads to the other', { timeout: 60_000 }, () => {
  expect(judged([...leading(2), ...openAfterAll])).toEqual(open)
  expect(judged([...leading(5), ...openAfterAll])).toEqual([...open, beyond])
  expect(judged([...leading(5).map((route) => ({ ...route, group: 'one' })), ...openAfterAll])).toEqual(open)
})

/** Networks that are turned away, and one that needs no login. */
const networks = (count: number) => [
  {
    match: [{ remote_ip: { ranges: Array.from({ length: count }, (_, at) => `203.0.${at}.0/24`) } }],
    handle: [{ handler: 'static_response', abort: true }],
  },
  { match: [{ remote_ip: { ranges: ['10.0.0.0/8'] } }], handle: [toOllama], terminal: true },
  { handle: [login, toOllama] },
]

test('networks, of which one needs no login', { timeout: 60_000 }, () => {
  expect(judged(networks(40))).toEqual(['warning: Some addresses need no login'])
  expect(judged(networks(70))).toContain(beyond)
})

test.each([
  ['patterns', many(70, 69, byPattern)],
  ['prefixes', many(110, 105, byPrefix)],
])('more %s than are followed', { timeout: 60_000 }, (_, routes) => expect(judged(routes)).toContain(beyond))
