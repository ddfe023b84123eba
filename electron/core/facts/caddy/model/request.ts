import { entries, field, isTrue, items, type JsonNode, textOf, texts } from '../json-lines.ts'
import { type HeaderChange, headersHandled } from './headers-set.ts'
import { type Client, matchSets } from './matchers.ts'
import { rewritten } from './rewrite.ts'

/** Somebody asked who the client is. `forward-auth`: another program says so (`asks`). `module`: an extension that is not modelled. */
export interface Credential {
  readonly kind: 'basic' | 'forward-auth' | 'module'
  readonly node: JsonNode
  /** `seen`: the path of the request at that time. */
  readonly asks?:
    | {
        readonly dials: readonly string[]
        readonly method: string
        readonly path: string
        readonly seen: string
        readonly handled: readonly string[]
      }
    | undefined
}

/** A request on its way. */
export interface State {
  readonly method: string
  /** Decoded. */
  readonly path: string
  /** As the client sent it. */
  readonly original: string
  readonly captures: ReadonlyMap<string, string>
  /** In routes for errors: what is said otherwise. */
  readonly errorStatus?: number | undefined
  readonly groups: ReadonlySet<string>
  readonly credentials: readonly Credential[]
  /** Something that is not modelled decided for this way. */
  readonly assumed: readonly JsonNode[]
  readonly spoofable: boolean
  readonly hsts: boolean
  /** The proxy replaces the key that the client sends. */
  readonly keyReplaced: boolean
  /** Headers, in lower case, that were set or taken away: nothing of the client's gets on under them. */
  readonly handled: readonly string[]
  /** What was done to headers, for rules that look at them afterwards. */
  readonly changes: readonly HeaderChange[]
}

export type Outcome =
  | {
      readonly kind: 'proxied'
      readonly node: JsonNode
      readonly dials: readonly string[]
      readonly dynamic: boolean
      readonly state: State
    }
  | { readonly kind: 'answered'; readonly status: number; readonly node: JsonNode; readonly state: State }
  | { readonly kind: 'unmodelled'; readonly reason: string; readonly node: JsonNode; readonly state: State }

export interface Context {
  readonly client: Client
  readonly server: JsonNode
  /** Work left; when it is spent, the rest is unmodelled. */
  readonly budget: { left: number }
}

/** What a handler works in. */
interface Inside extends Context {
  /** An error goes to the error routes around it, which may pass the request on as well: then a refusal protects nothing. */
  readonly onError: (status: number, node: JsonNode, state: State) => readonly Outcome[]
}

type Next = (state: State) => readonly Outcome[]
const MAX_OUTCOMES = 32

/** A request as it comes to a server, before any route: it has shown nothing, and nothing was done to it. */
export const startOf = (method: string, path: string): State => ({
  method,
  path,
  original: path,
  captures: new Map(),
  groups: new Set(),
  credentials: [],
  assumed: [],
  spoofable: false,
  hsts: false,
  keyReplaced: false,
  handled: [],
  changes: [],
})

/** What Caddy does with a request on this server: routes in order, each with the rest of them as its next handler (caddyhttp/routes.go). */
export function serve(context: Context, state: State): readonly Outcome[] {
  const empty: Next = (end) => [{ kind: 'answered', status: 200, node: context.server, state: end }]
  const answered: Inside['onError'] = (status, node, end) => [{ kind: 'answered', status, node, state: end }]
  const errors = items(field(context.server, 'errors', 'routes'))
  const onError: Inside['onError'] = (status, node, failed) => {
    const last: Next = (end) => answered(status, node, end)
    // The server's error routes see the request as the client sent it (caddyhttp/server.go).
    const restored: State = { ...failed, method: state.method, path: state.path, groups: new Set(), errorStatus: status }
    return errors.length === 0 ? last(failed) : run(errors, 0, last, { ...context, onError: answered }, restored)
  }
  return bounded(run(items(field(context.server, 'routes')), 0, empty, { ...context, onError }, state), context.server)
}

/** One more than there is room for may be the one that gets in. */
function bounded(all: readonly Outcome[], node: JsonNode): readonly Outcome[] {
  if (all.length <= MAX_OUTCOMES) return all
  const outcomes = [...new Map(all.map((one) => [signature(one), one])).values()]
  const more = outcomes[MAX_OUTCOMES]
  const reason = 'more may become of a request than Gatehouse follows'
  return more ? [...outcomes.slice(0, MAX_OUTCOMES), { kind: 'unmodelled', reason, node, state: more.state }] : outcomes
}

const numbers = new WeakMap<JsonNode, number>()
let last = 0

function numberOf(node: JsonNode): number {
  const before = numbers.get(node)
  if (before !== undefined) return before
  last += 1
  numbers.set(node, last)
  return last
}

/** The same for outcomes that are judged alike. */
const signature = ({ kind, node, state }: Outcome): string =>
  JSON.stringify([
    ...[kind, numberOf(node), state.method, state.path, state.credentials.map((one) => [one.kind, numberOf(one.node), one.asks])],
    ...[state.assumed.length > 0, state.spoofable, state.hsts, state.keyReplaced, state.handled],
  ])

function run(routes: readonly JsonNode[], from: number, next: Next, context: Inside, state: State): readonly Outcome[] {
  for (let at = from; at < routes.length; at += 1) {
    const route = routes[at] as JsonNode
    if (--context.budget.left < 0) return [{ kind: 'unmodelled', reason: 'it takes more steps than Gatehouse follows', node: route, state }]
    const { client } = context
    const match = matchSets(items(field(route, 'match')), { client, method: state.method, path: state.path, changes: state.changes })
    const seen: State = match.spoofable ? { ...state, spoofable: true } : state
    if (match.value === false) {
      if (seen !== state) return run(routes, at + 1, next, context, seen)
      continue
    }
    const group = textOf(field(route, 'group')) ?? ''
    if (group !== '' && state.groups.has(group)) continue
    const after: Next = (later) => run(routes, at + 1, next, context, later)
    const either = match.value === undefined ? harmless(route, seen) : undefined
    if (either) return after(either)
    const entered = enter(route, group, match.captures, after, context, match.value === undefined ? assume(seen, route) : seen)
    // Both ways are open where it is not known whether it fits.
    return match.value === undefined ? bounded([...entered, ...after(assume(seen, route))], route) : entered
  }
  return next(state)
}

/**
 * What follows from a route of which it is not known whether it fits, where it decides nothing: one that sets headers alone, as for each header that
 * `forward_auth` copies from an answer. Undefined where it may do more.
 */
function harmless(route: JsonNode, state: State): State | undefined {
  const handlers = items(field(route, 'handle'))
  const names = handlers.map((node) => textOf(field(node, 'handler')) ?? '')
  if (
    isTrue(field(route, 'terminal')) ||
    textOf(field(route, 'group')) ||
    !names.every((name) => name === 'headers' || transparent.has(name))
  )
    return undefined
  const requests = handlers.flatMap((node) => (textOf(field(node, 'handler')) === 'headers' ? (field(node, 'request') ?? []) : []))
  return {
    ...state,
    keyReplaced: state.keyReplaced || requests.some(replacesKey),
    changes: [...state.changes, ...requests.map((node) => ({ node, certain: false }))],
  }
}

const assume = (state: State, node: JsonNode): State => ({ ...state, assumed: [...state.assumed, node] })

function enter(
  route: JsonNode,
  group: string,
  captures: ReadonlyMap<string, string> | undefined,
  after: Next,
  context: Inside,
  state: State,
): readonly Outcome[] {
  const inside: State = {
    ...state,
    ...(group !== '' && { groups: new Set([...state.groups, group]) }),
    ...(captures && captures.size > 0 && { captures: new Map([...state.captures, ...captures]) }),
  }
  const last: Next = isTrue(field(route, 'terminal')) ? (end) => [{ kind: 'answered', status: 200, node: route, state: end }] : after
  return handle(items(field(route, 'handle')), 0, last, context, inside)
}

function handle(handlers: readonly JsonNode[], at: number, last: Next, context: Inside, state: State): readonly Outcome[] {
  const node = handlers[at]
  if (!node) return last(state)
  return step(node, (later) => handle(handlers, at + 1, last, context, later), context, state)
}

/** Handlers that change nothing that is judged here and call the next one. */
const transparent = new Set([
  'vars',
  'map',
  'encode',
  'push',
  'templates',
  'request_body',
  'tracing',
  'log_append',
  'copy_response_headers',
  'replace_response',
])

/** Plugins that refuse some requests, whoever sends them, and let the others through, and what they say then: who sends too many, or from where. */
const refusing = new Map([
  ['rate_limit', 429],
  ['crowdsec', 403],
  ['appsec', 403],
  ['waf', 403],
])

function step(node: JsonNode, next: Next, context: Inside, state: State): readonly Outcome[] {
  const name = textOf(field(node, 'handler')) ?? ''
  if (transparent.has(name)) return next(state)
  const refusal = refusing.get(name)
  if (refusal !== undefined) return bounded([...next(state), ...context.onError(refusal, node, state)], node)
  switch (name) {
    case 'subroute':
      return run(items(field(node, 'routes')), 0, next, withErrors(node, next, context), state)
    case 'invoke': {
      const route = field(context.server, 'named_routes', textOf(field(node, 'name')) ?? '')
      return route ? enter(route, '', undefined, next, context, state) : context.onError(500, node, state)
    }
    case 'headers':
      return next({
        ...state,
        hsts: state.hsts || setsHsts(field(node, 'response')),
        keyReplaced: state.keyReplaced || replacesKey(field(node, 'request')),
        handled: [...state.handled, ...headersHandled(field(node, 'request'))],
        changes: [...state.changes, ...[field(node, 'request') ?? []].flat().map((one) => ({ node: one, certain: true }))],
      })
    case 'rewrite': {
      const after = rewritten(node, state)
      return after ? next({ ...state, ...after }) : [{ kind: 'unmodelled', reason: 'what it rewrites to is not known', node, state }]
    }
    case 'intercept':
      return bounded([...next(state), ...intercepted(node, context, state)], node)
    case 'authentication':
      return authenticate(node, next, context, state)
    case 'reverse_proxy':
      return proxy(node, next, context, state)
    case 'static_response': {
      const status = Number(textOf(field(node, 'status_code')) ?? 200)
      // Early hints are no last word (modules/caddyhttp/staticresp.go).
      if (status === 103) return next(state)
      return [{ kind: 'answered', status: Number.isInteger(status) ? status : 0, node, state }]
    }
    case 'error':
      return context.onError(Number(textOf(field(node, 'status_code')) ?? 500) || 500, node, state)
    case 'file_server':
      return isTrue(field(node, 'pass_thru')) ? next(state) : context.onError(404, node, state)
    case 'acme_server':
      return state.path.startsWith('/acme/') ? [{ kind: 'answered', status: 0, node, state }] : next(state)
    case 'metrics':
    case 'copy_response':
      return [{ kind: 'answered', status: 200, node, state }]
    default:
      return [{ kind: 'unmodelled', reason: `handler ${name.slice(0, 60) || 'without a name'} is not known`, node, state }]
  }
}

/** A subroute catches the errors inside it when it has error routes, and goes on after them. */
function withErrors(subroute: JsonNode, next: Next, context: Inside): Inside {
  const routes = items(field(subroute, 'errors', 'routes'))
  return routes.length === 0
    ? context
    : { ...context, onError: (errorStatus, _node, failed) => run(routes, 0, next, context, { ...failed, errorStatus }) }
}

/** What an answer is replaced by (modules/caddyhttp/intercept), where that passes the request on: whatever was answered, a refusal too. */
function intercepted(node: JsonNode, context: Inside, state: State): readonly Outcome[] {
  const ended: Next = (end) => [{ kind: 'answered', status: 200, node, state: end }]
  return items(field(node, 'handle_response'))
    .flatMap((response) => run(items(field(response, 'routes')), 0, ended, context, assume(state, node)))
    .filter(({ kind }) => kind !== 'answered')
}

function authenticate(node: JsonNode, next: Next, context: Inside, state: State): readonly Outcome[] {
  const providers = field(node, 'providers')
  const names = providers?.kind === 'object' ? [...providers.entries.keys()] : []
  const refused = context.onError(401, node, state)
  if (names.length === 0) return refused
  const kind = names.every((name) => name === 'http_basic') ? 'basic' : 'module'
  return [...next({ ...state, credentials: [...state.credentials, { kind, node }] }), ...refused]
}

function proxy(node: JsonNode, next: Next, context: Inside, state: State): readonly Outcome[] {
  const dials = items(field(node, 'upstreams')).flatMap((upstream) => textOf(field(upstream, 'dial')) ?? [])
  const change = field(node, 'rewrite')
  const asked = change ? rewritten(change, state) : state
  if (!asked) return [{ kind: 'unmodelled', reason: 'what it asks for is not known', node, state }]
  // Of nothing Go's client makes the root.
  const path = asked.path || '/'
  const sent: State = { ...state, ...asked, path, keyReplaced: state.keyReplaced || replacesKey(field(node, 'headers', 'request')) }
  const hsts = state.hsts || setsHsts(field(node, 'headers', 'response'))
  const dynamic = field(node, 'dynamic_upstreams') !== undefined
  const main: Outcome = { kind: 'proxied', node, dials, dynamic, state: { ...sent, hsts } }
  const further = items(field(node, 'handle_response')).flatMap((response): readonly Outcome[] => {
    const routes = items(field(response, 'routes'))
    const codes = texts(field(response, 'match', 'status_code')).map(Number)
    const all = field(response, 'match') === undefined
    // What else the program behind says, in a header or as another status, is up to it: so is whether the request goes on here.
    const other = !all && !codes.every((code) => [2, 4, 5].includes(code) || (code >= 200 && code < 300) || (code >= 400 && code < 600))
    const bySomething = other || (!all && codes.length === 0)
    const yes = all || codes.some((code) => code === 2 || (code >= 200 && code < 300))
    const no = all || codes.some((code) => code === 4 || code === 5 || (code >= 400 && code < 600))
    const credential: Credential = {
      kind: 'forward-auth',
      node,
      asks: { dials, method: sent.method, path, seen: state.path, handled: state.handled },
    }
    return [
      ...(yes ? run(routes, 0, next, context, { ...state, credentials: [...state.credentials, credential] }) : []),
      // Who is refused there goes on here.
      ...(no ? run(routes, 0, next, context, state) : []),
      ...(bySomething ? run(routes, 0, next, context, assume(state, node)).filter(({ kind }) => kind !== 'answered') : []),
    ]
  })
  // Nobody may answer there, and error routes may pass the request on to something else.
  const failing = context.onError(502, node, assume(state, node)).filter(({ kind }) => kind === 'proxied')
  return bounded([main, ...further, ...failing], node)
}

/** `max-age=0` takes it back (RFC 6797, 6.1.1). */
const setsHsts = (operations: JsonNode | undefined): boolean =>
  (['set', 'add'] as const).some((operation) =>
    entries(field(operations, operation)).some(
      ([header, values]) =>
        header.toLowerCase() === 'strict-transport-security' && texts(values).some((text) => /max-age\s*=\s*"?0*[1-9{]/i.test(text)),
    ),
  )

/** Headers in which engines take a key (LocalAI: `core/http/middleware/auth.go`, a cookie too). */
const keyHeaders = /^(?:authorization|x-api-key|xi-api-key|cookie)$/i

/** What the client says somewhere, passed on. */
const ofClient = /\{http\.request\.(?:header|cookie|uri\.query|orig_uri\.query)\./

/**
 * A key of the proxy's own. Passing on the client's, under whatever name, or dropping it is none. One that is added is the only one where a client
 * sends none; one that takes the place of a part of the client's is the proxy's unless it keeps a group of it.
 */
const replacesKey = (operations: JsonNode | undefined): boolean =>
  (['set', 'add', 'replace'] as const).some((operation) =>
    entries(field(operations, operation)).some(
      ([header, values]) =>
        (keyHeaders.test(header) || (operation === 'replace' && header === '*')) &&
        (operation === 'replace'
          ? items(values).some((one) => !/\$[\d{]/.test(textOf(field(one, 'replace')) ?? ''))
          : !texts(values).every((text) => ofClient.test(text))),
    ),
  )
