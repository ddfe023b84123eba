import { directivesNamed } from '../named-directives.ts'
import type { NginxDirective } from '../nginx.ts'
import { scripts } from './access.ts'
import type { Journey, Outcome } from './journey.ts'
import type { Location } from './locations.ts'
import { type ChosenText, chosenTexts } from './possible-texts.ts'
import { nearest, nearestAll, type Scope } from './scope.ts'
import { readTarget } from './target.ts'
import { escapeUri } from './uri.ts'
import { expandText, type RequestState } from './variables.ts'

const passing = ['proxy_pass', 'grpc_pass', 'fastcgi_pass', 'uwsgi_pass', 'scgi_pass', 'memcached_pass']
export const scripted = ['content_by_lua_block', 'content_by_lua_file', 'content_by_lua', 'js_content', 'perl']
/** Answers of nginx's own: it refuses every method but GET and HEAD, as memcached does (ngx_http_empty_gif_handler and its like). */
const reading = ['empty_gif', 'stub_status', 'flv', 'mp4']

/**
 * Handlers are not inherited by inner locations, but `if` and `limit_except` inside a location keep what passes requests on there, and `if` every other
 * handler, too. The last one written wins.
 */
export function handlerOf(scope: Scope, location: Location | undefined): NginxDirective | undefined {
  let names = [...passing, ...scripted, ...reading]
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const found = at.directives.filter(({ name }) => names.includes(name)).at(-1)
    if (found) return found
    if (at.directive?.name === 'limit_except') names = [...passing, ...scripted]
    if (at === location?.scope || at.directive?.name === 'server') return undefined
  }
  return undefined
}

/** Where `proxy_pass` leads, for each text that its variables may have, and what must hold for that. */
export function passed(
  journey: Journey,
  scope: Scope,
  directive: NginxDirective,
  location: Location | undefined,
): readonly (Omit<ChosenText, 'text'> & { readonly outcome: Outcome })[] {
  const { state, model } = journey
  // An error page is fetched with GET, as is what a subrequest asks.
  const method = nearest(scope, 'proxy_method')?.parameters[0]?.toUpperCase() ?? state.method
  const written = withoutQuery(directive.parameters[0] ?? '')
  const chosen = chosenTexts(written, { model, state })
  const later = resetLater(journey, written) && !chosen.some(({ text }) => text === undefined) ? [{ text: undefined }] : []
  return [...chosen, ...later].map(({ text, ...rest }) => {
    const outcome = pass(journey, directive, location, text)
    if (outcome.kind !== 'proxied') return { ...rest, outcome }
    return { ...rest, outcome: { ...outcome, method, ...(splits(journey, scope, outcome.path) && { splits: true }) } }
  })
}

/** May a script of the access phase give another value to what `set` made (`ngx.var.target = …`)? One of an `auth_request` may, too: a subrequest has the same variables. */
const resetLater = ({ model, server }: Journey, written: string): boolean =>
  [...written.matchAll(/\$\{?(\w+)/g)].some(([, name = '']) => model.settable.has(name.toLowerCase())) &&
  [...scripts, ...scripted].some(
    (name) => nearest(server.scope, name) !== undefined || directivesNamed(server.directive.block ?? [], name).length > 0,
  )

/** Does the end of a line that a client writes as %0A get into what the program is sent? What follows it is then a request of the client's own. */
const splits = ({ state, model }: Journey, scope: Scope, path: string | undefined): boolean =>
  state.uri.includes('\n') &&
  (path?.includes('\n') === true ||
    nearestAll(scope, ['proxy_set_header']).some(({ parameters: [, value = ''] }) => {
      const sent = expandText(value, { model, state, persona: 'silent' })
      return sent.known && sent.text.includes('\n')
    }))

/** The client's own query behind a path changes neither the program nor the path that it is asked for. */
const withoutQuery = (written: string): string =>
  written.replace(/(?:\$is_args|\$\{is_args\}|\?)(?:\$args|\$\{args\}|\$query_string|\$\{query_string\})$/, '')

function pass(journey: Journey, directive: NginxDirective, location: Location | undefined, text: string | undefined): Outcome {
  const { state } = journey
  const written = directive.parameters[0] ?? ''
  const target = text === undefined ? undefined : readTarget(text)
  // nginx makes an error of what is no address.
  if (text !== undefined && !target) return { kind: 'answered', status: 500, directive }
  if (!target) return { kind: 'unmodelled', reason: 'where it leads is decided at run time', directive }
  const clientPath = journey.newPath ? escapeUri(state.uri) : state.requestUri
  const resolved = true
  if (target.uri === undefined) return { kind: 'proxied', directive, target, path: clientPath, resolved: journey.newPath }
  // With variables the path is taken as it comes out, decoded where they are; without, it replaces the part that the location matched.
  if (written.includes('$'))
    return { kind: 'proxied', directive, target, path: target.uri.split('?', 1)[0], resolved: !AS_SENT.test(written) }
  if (journey.broken) return { kind: 'proxied', directive, target, path: escapeUri(state.uri), resolved }
  const matched = location && (location.kind === 'prefix' || location.kind === 'exact') ? location.path.length : 0
  // Behind a query of its own the rest of the client's path is a part of that.
  const path = target.uri.includes('?') ? target.uri.split('?', 1)[0] : target.uri + escapeUri(state.uri.slice(matched))
  return { kind: 'proxied', directive, target, path, resolved }
}

/** The path as the client wrote it. */
const AS_SENT = /\$\{?request_uri\b/

/** Names, in lower case, of headers that tell what is behind of the path as the client wrote it. */
export const headersAsSent = (scope: Scope): readonly string[] =>
  nearestAll(scope, ['proxy_set_header']).flatMap(({ parameters: [name = '', value = ''] }) =>
    AS_SENT.test(setTo(scope, value)) ? [name.toLowerCase()] : [],
  )

/** Names, in lower case, of headers that nginx sets itself: nothing of the client's gets behind it under them. `$http_host` is the client's, whatever server answers (RFC 9112, 3.2.2). */
export const headersSet = (scope: Scope): readonly string[] =>
  nearestAll(scope, ['proxy_set_header']).flatMap(({ parameters: [name = '', value = ''] }) =>
    /\$\{?(?:proxy_add_x_forwarded_for|http_)/.test(setTo(scope, value)) ? [] : [name.toLowerCase()],
  )

/** What a variable of its own stands for, as far as `set` says it around the block. */
function setTo(scope: Scope, value: string): string {
  const name = /^\$\{?(\w+)\}?$/.exec(value)?.[1]
  for (let at: Scope | undefined = name === undefined ? undefined : scope; at; at = at.parent) {
    const set = at.directives.findLast((one) => one.name === 'set' && one.parameters[0] === `$${name}`)
    if (set) return set.parameters[1] ?? ''
  }
  return value
}

/**
 * What the static module says where no file exists: it refuses other methods before it looks (ngx_http_static_handler). Of the folder itself it says 403 where
 * there is one, and 404 where there is none.
 */
export const fileStatuses = ({ method, uri }: Pick<RequestState, 'method' | 'uri'>): readonly [number, ...number[]] =>
  !['GET', 'HEAD', 'POST'].includes(method) ? [405] : uri === '/' ? [403, 404] : [404]

/** What a handler that only reads says itself: undefined for any other, and where it asks the program behind it. */
export function readingStatuses(
  { name }: NginxDirective,
  asked: Pick<RequestState, 'method' | 'uri'>,
): readonly [number, ...number[]] | undefined {
  if (!reading.includes(name) && name !== 'memcached_pass') return undefined
  if (!['GET', 'HEAD'].includes(asked.method)) return [405]
  if (name === 'memcached_pass') return undefined
  return name === 'flv' || name === 'mp4' ? fileStatuses(asked) : [200]
}

/** `proxy_cache` whose key holds nothing of what a client shows: the answer to the first one is then that to all. */
export function rememberedForAll(scope: Scope): NginxDirective | undefined {
  const cache = nearest(scope, 'proxy_cache')
  if (!cache || cache.parameters[0] === 'off') return undefined
  const key = nearest(scope, 'proxy_cache_key')?.parameters[0] ?? ''
  return /\$\{?(?:http_|cookie_|arg_|args|remote_|request\b|request_uri|binary_remote|ssl_client_)/.test(key) &&
    !/^\$\{?request_uri\}?$/.test(key)
    ? undefined
    : cache
}
