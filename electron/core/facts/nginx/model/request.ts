import type { NginxDirective } from '../nginx.ts'
import { type AuthAnswer, deniesAll, failingAsk, type Gate, gateOf, refusalsOf } from './access.ts'
import { answerOf, isYes, namedByAsked } from './auth-request.ts'
import { settled } from './captures.ts'
import { decided } from './decided.ts'
import { type ErrorPage, earlyStatuses, errorPage, failureStatuses, pagesFor, statusesBeforeAccess, toldBy } from './error-page.ts'
import { fileStatuses, handlerOf, passed, readingStatuses, scripted } from './handler.ts'
import { pathOf } from './inverse.ts'
import { type Answer, ended, follow, type Journey, type Outcome, type Request } from './journey.ts'
import { chooseLocation, type Location } from './locations.ts'
import { possibleTexts } from './possible-texts.ts'
import { type Passage, passages, redirects } from './rewrite.ts'
import { limited, nearest, nearestAll, own, type Scope } from './scope.ts'
import { firstName, takenOfName } from './server-names.ts'
import type { HttpModel, Server } from './servers.ts'
import { askedBeside, literal } from './subrequests.ts'
import { normaliseUri } from './uri.ts'
import { expandText } from './variables.ts'

const MAX_HOPS = 10
const MAX_ANSWERS = 64
const MAX_STEPS = 400
/** Scripts that may send a request wherever they want, or refuse it. */
const steering = [
  'server_rewrite_by_lua_block',
  'server_rewrite_by_lua_file',
  'rewrite_by_lua_block',
  'rewrite_by_lua_file',
  'rewrite_by_lua',
]

/** What nginx does with a request that has reached this server. Pure; bounded; never empty. */
export function serve(model: HttpModel, server: Server, request: Request): readonly Answer[] {
  return begin(model, server, request)
}

/** `main`: the request that this one is made for, beside it; variables are those of both. */
function begin(model: HttpModel, server: Server, request: Request, main?: Journey): readonly Answer[] {
  const uri = normaliseUri(request.path, request.mergeSlashes)
  const none = { scope: server.scope, gates: [], assumptions: [] }
  if (uri === undefined) return [{ ...none, outcome: { kind: 'answered', status: 400, directive: server.directive } }]
  const { method, path, scheme, host, anyHost, port } = request
  const shared = { method, uri, scheme, host, serverName: firstName(server), anyHost, port, captures: takenOfName(server, host) }
  const mainMethod = main && (main.state.mainMethod ?? main.state.method)
  const state = { ...shared, mainMethod, requestUri: main?.state.requestUri ?? path, variables: main?.state.variables ?? new Map() }
  const start: Journey = {
    model,
    server,
    state,
    gates: [],
    assumptions: [],
    hops: 0,
    internal: false,
    newPath: main !== undefined,
    broken: false,
    onErrorPage: false,
    pages: [],
    inSubrequest: main !== undefined,
    steps: main?.steps ?? { left: MAX_STEPS },
  }
  const early = main ? [] : failing({ ...start, uncertified: true }, server.scope, earlyStatuses(scheme === 'https'))
  const answers = decided([...throughServer(start), ...early])
  return answers.length > MAX_ANSWERS ? [...answers.slice(0, MAX_ANSWERS), lost(start, server.scope)] : answers
}

/** A client can make its request fail with one of these, and so be sent to the page for it. Only where that leads on is worth following. */
function failing(journey: Journey, scope: Scope, statuses: readonly number[]): readonly Answer[] {
  if (journey.onErrorPage || journey.inSubrequest) return []
  return pagesFor(scope, statuses)
    .flatMap((page) => toErrorPage(journey, page, scope))
    .filter(({ outcome }) => outcome.kind !== 'answered')
}

/** Nothing may be called closed or protected because of what was not followed. */
const lost = (journey: Journey, scope: Scope, location?: Location): Answer =>
  ended(
    journey,
    scope,
    { kind: 'unmodelled', reason: 'it has more ways than Gatehouse follows', directive: location?.directive ?? journey.server.directive },
    location,
  )

/** One step further; false where enough was followed. */
const goesOn = ({ steps }: Journey): boolean => {
  steps.left -= 1
  return steps.left >= 0
}

/** The rewrite phase of the server, which a redirect inside nginx to a path passes once more, then the search for a location. */
function throughServer(journey: Journey): readonly Answer[] {
  if (!goesOn(journey)) return [lost(journey, journey.server.scope)]
  return passages(journey.server.scope, journey.model, journey.state).flatMap((passage) => {
    const next = follow(journey, passage)
    if (passage.unfollowed) return [lost(next, passage.scope)]
    return passage.answer ? returned(next, passage) : search(next)
  })
}

function returned(journey: Journey, passage: Passage, location?: Location): readonly Answer[] {
  const directive = passage.answer as NginxDirective
  const [first = '', second] = directive.parameters
  if (directive.name === 'rewrite') {
    if (!redirects(directive)) return failed(journey, passage.scope, 500, directive, location)
    const status = directive.parameters[2] === 'permanent' ? 301 : 302
    return [ended(journey, passage.scope, { kind: 'answered', status, directive }, location)]
  }
  const status = /^\d{3}$/.test(first) ? Number(first) : 302
  // With a text or an address to redirect to, the answer stands as it is.
  if (second !== undefined || status < 300) return [ended(journey, passage.scope, { kind: 'answered', status, directive }, location)]
  return failed(journey, passage.scope, status, directive, location)
}

/** An error that nginx makes itself goes to its `error_page`, which may be a location that passes the request on (`return 418; error_page 418 = @model`). */
function failed(
  journey: Journey,
  scope: Scope,
  status: number,
  directive: NginxDirective,
  location?: Location,
  shown = status,
): readonly Answer[] {
  const page = journey.onErrorPage ? undefined : errorPage(scope, status)
  if (page && journey.inSubrequest) return toldBy(page.directive, status, toErrorPage(journey, page, scope))
  return page ? toErrorPage(journey, page, scope) : [ended(journey, scope, { kind: 'answered', status: shown, directive }, location)]
}

/** A named location gets the request as it is; a path gets a GET. */
function toErrorPage(journey: Journey, page: ErrorPage, scope: Scope): readonly Answer[] {
  const { model, state } = journey
  const to = expandText(page.to, { model, state, persona: 'silent' })
  const method = (to.known ? to.text : page.to).startsWith('@') || journey.state.method === 'HEAD' ? journey.state.method : 'GET'
  const onErrorPage = nearest(scope, 'recursive_error_pages')?.parameters[0] !== 'on'
  // The same page for the same path once more is a circle, which nginx ends with 500 after ten rounds.
  const key = `${page.to} ${journey.state.uri}`
  if (!onErrorPage && journey.pages.includes(key))
    return [ended(journey, scope, { kind: 'answered', status: 500, directive: page.directive })]
  const next = { ...journey, onErrorPage, pages: [...journey.pages, key], state: { ...journey.state, method } }
  return redirect(next, page.to, page.directive, scope)
}

function search(journey: Journey): readonly Answer[] {
  const { server, state } = journey
  if (journey.hops > MAX_HOPS) return [ended(journey, server.scope, { kind: 'answered', status: 500, directive: server.directive })]
  const choice = chooseLocation(server.locations, state.uri)
  switch (choice.found) {
    case 'unknown': {
      const reason = 'its pattern cannot be run by Gatehouse'
      return [ended(journey, server.scope, { kind: 'unmodelled', reason, directive: choice.pattern.directive })]
    }
    case 'auto-redirect': {
      const { scope, directive } = choice.location
      if (closedToClients(journey, scope)) return failed(journey, scope, 404, directive, choice.location)
      return [ended(journey, scope, { kind: 'answered', status: 301, directive }, choice.location)]
    }
    case 'none':
      return content(journey, server.scope, undefined)
    default: {
      const captures = choice.captures.length > 0 ? choice.captures : state.captures
      const variables = new Map<string, string | undefined>([...state.variables, ...Object.entries(choice.groups)])
      return enter({ ...journey, state: { ...state, captures, variables } }, choice.found)
    }
  }
}

/** `internal`: only for requests that nginx sends on itself. Inner locations inherit it. */
const closedToClients = (journey: Journey, scope: Scope): boolean =>
  nearest(scope, 'internal') !== undefined && !journey.internal && !journey.inSubrequest

function enter(journey: Journey, location: Location): readonly Answer[] {
  if (!goesOn(journey)) return [lost(journey, location.scope, location)]
  if (closedToClients(journey, location.scope)) return failed(journey, location.scope, 404, location.directive, location)
  const script = steering.map((name) => nearest(location.scope, name)).find((directive) => directive !== undefined)
  if (script)
    return [
      ended(
        journey,
        location.scope,
        { kind: 'unmodelled', reason: 'a script may send it elsewhere or refuse it', directive: script },
        location,
      ),
    ]
  const entered = limited(location.scope, journey.state.method)
  return passages(entered, journey.model, journey.state).flatMap((passage) => {
    const next = follow(journey, passage)
    if (passage.unfollowed) return [lost(next, passage.scope, location)]
    if (passage.answer) return returned(next, passage, location)
    if (passage.again && passage.rewritten) return search({ ...next, hops: next.hops + 1 })
    return content(next, passage.scope, location)
  })
}

/** What counts requests, and the realm, are evaluated before anything is passed on. */
const settledBefore = (journey: Journey, scope: Scope): Journey => {
  const zones = [
    ...nearestAll(scope, ['limit_req']).map(({ parameters }) => parameters.find((word) => word.startsWith('zone='))?.slice(5) ?? ''),
    ...nearestAll(scope, ['limit_conn']).map(({ parameters: [zone = ''] }) => zone),
  ]
  const texts = [...zones.map((zone) => journey.model.countedBy.get(zone) ?? ''), nearest(scope, 'auth_basic')?.parameters[0] ?? '']
  return { ...journey, state: texts.reduce((state, text) => settled(text, journey.model, state), journey.state) }
}

/** Access, then `try_files`, then the handler of the location. */
function content(before: Journey, scope: Scope, location: Location | undefined): readonly Answer[] {
  const journey = before.inSubrequest ? before : settledBefore(before, scope)
  const gate = journey.inSubrequest ? undefined : gateOf(scope, journey.model, journey.state, (uri) => askAuth(journey, uri))
  const closed = gate !== undefined && gate.satisfy === 'all' && deniesAll(gate.addresses)
  const refusing = gate?.satisfy === 'all' ? gate.credentials.find(({ refusal }) => refusal !== undefined) : undefined
  const refused = gate ? onRefusal(journey, scope, gate) : []
  const early = failing(journey, scope, statusesBeforeAccess(scope, location?.kind === 'named'))
  if (closed) {
    const directive = gate.addresses[0] as NginxDirective
    return [ended(journey, scope, { kind: 'answered', status: 403, directive }, location), ...refused, ...early]
  }
  if (gate && refusing) {
    const outcome: Outcome = { kind: 'answered', status: refusing.refusal ?? 500, directive: refusing.directive }
    return [ended({ ...journey, gates: [...journey.gates, gate] }, scope, outcome, location), ...refused, ...early]
  }
  const next = gate ? { ...journey, gates: [...journey.gates, gate] } : journey
  return [...(tryFiles(next, scope) ?? handle(next, scope, location)), ...mirrored(next, scope), ...refused, ...early]
}

/** What nginx asks for beside a request, past the access rules there. What it answers itself goes nowhere. */
function mirrored(journey: Journey, scope: Scope): readonly Answer[] {
  if (journey.inSubrequest) return []
  return askedBeside(scope, journey.state.method).flatMap(([method, path]) =>
    beside(journey, method, path).filter(({ outcome }) => outcome.kind !== 'answered'),
  )
}

/** A subrequest, after what its request has passed. */
const beside = (journey: Journey, method: string, path: string): readonly Answer[] =>
  begin(journey.model, journey.server, { ...journey.state, method, path: literal(path), mergeSlashes: true }, journey).map((answer) => ({
    ...answer,
    gates: [...journey.gates, ...answer.gates],
    assumptions: [...journey.assumptions, ...answer.assumptions],
  }))

function tryFiles(journey: Journey, scope: Scope): readonly Answer[] | undefined {
  const directive = own(scope, 'try_files')
  const last = directive?.parameters.at(-1)
  if (!directive || last === undefined) return undefined
  // A model server's routes are taken not to exist as files.
  const code = /^=(\d{3})$/.exec(last)
  if (code) return failed(journey, scope, Number(code[1]), directive)
  const looked = settled(directive.parameters.slice(0, -1).join(' '), journey.model, journey.state)
  return redirect({ ...journey, state: looked }, last, directive, scope)
}

/** To a named location with the path as it is, or to a new path. Both run every phase again, access included. */
function redirect(journey: Journey, to: string, directive: NginxDirective, scope: Scope): readonly Answer[] {
  const next = { ...journey, internal: true, hops: journey.hops + 1 }
  if (next.hops > MAX_HOPS) return [ended(journey, scope, { kind: 'answered', status: 500, directive })]
  return possibleTexts(pathOf(to), { model: journey.model, state: journey.state }).flatMap((text) => {
    if (text === undefined && namedByAsked(to, scope)) return [ended(journey, scope, { kind: 'answered', status: 302, directive })]
    if (text === undefined) return [ended(journey, scope, { kind: 'unmodelled', reason: 'its target is not known', directive })]
    if (text.startsWith('@')) {
      const named = journey.server.locations.named.get(text)
      return named ? enter(next, named) : [ended(journey, scope, { kind: 'answered', status: 500, directive })]
    }
    return throughServer({ ...next, newPath: true, broken: false, state: { ...next.state, uri: text.split('?', 1)[0] || '/' } })
  })
}

/** Who is refused is sent to the error page, which may itself be passed on: then the refusal protects nothing. */
function onRefusal(journey: Journey, scope: Scope, gate: Gate): readonly Answer[] {
  if (journey.onErrorPage) return []
  // The address that a header stated stays.
  const believing = { ...gate, satisfy: 'all' as const, addresses: [], credentials: [], opensToAll: false }
  const next = gate.trusts.length > 0 ? { ...journey, gates: [...journey.gates, believing] } : journey
  return refusalsOf(gate).flatMap((status) => {
    const page = errorPage(scope, status)
    if (!page) return []
    const failing = status === 500 ? failingAsk(gate) : undefined
    const onward = failing ? { ...next, assumptions: [...next.assumptions, { kind: 'unmodelled' as const, directive: failing }] } : next
    return toErrorPage(onward, page, scope)
      .filter(({ outcome }) => !failing || outcome.kind !== 'answered')
      .map((answer) => ({ ...answer, afterRefusal: status }))
  })
}

function handle(journey: Journey, scope: Scope, location: Location | undefined): readonly Answer[] {
  const found = handlerOf(scope, location)
  if (found?.name === 'proxy_pass' || found?.name === 'grpc_pass')
    return [
      ...passed(journey, scope, found, location).map(({ outcome, assumption }) =>
        ended(assumption ? { ...journey, assumptions: [...journey.assumptions, assumption] } : journey, scope, outcome, location),
      ),
      ...onFailure(journey, scope, found),
    ]
  if (found && scripted.includes(found.name))
    return [ended(journey, scope, { kind: 'unmodelled', reason: 'a script answers', directive: found }, location)]
  const directive = found ?? scope.directive ?? journey.server.directive
  const read = found && readingStatuses(found, journey.state)
  if (read?.[0] === 200) return [ended(journey, scope, { kind: 'answered', status: 200, directive }, location)]
  if (found && !read)
    return [ended(journey, scope, { kind: 'answered', status: 0, directive }, location), ...onFailure(journey, scope, found)]
  const [status, ...others] = read ?? fileStatuses(journey.state)
  return (
    (found ? undefined : toIndex(journey, scope)) ?? [
      ...failed(journey, scope, status, directive, location, 0),
      ...others
        .flatMap((other) => failed(journey, scope, other, directive, location, 0))
        .filter(({ outcome }) => outcome.kind !== 'answered'),
    ]
  )
}

/** `index` with a path of its own sends whoever asks for a folder there, whether anything is there or not (ngx_http_index_handler). */
function toIndex(journey: Journey, scope: Scope): readonly Answer[] | undefined {
  const directive = nearestAll(scope, ['index']).find(({ parameters }) => parameters.some((word) => word.startsWith('/')))
  const to = directive?.parameters.find((word) => word.startsWith('/'))
  const { method, uri } = journey.state
  if (!directive || to === undefined || !uri.endsWith('/') || !['GET', 'HEAD', 'POST'].includes(method)) return undefined
  return redirect(journey, to, directive, scope)
}

/**
 * The program behind may fail, or with `proxy_intercept_errors` say any error; then the `error_page` for it is sent, which may lead to another program.
 * Whether that comes to pass is up to the program.
 */
function onFailure(journey: Journey, scope: Scope, directive: NginxDirective): readonly Answer[] {
  if (journey.onErrorPage) return []
  const pages = pagesFor(scope, failureStatuses(scope, directive))
  const next = { ...journey, assumptions: [...journey.assumptions, { kind: 'unmodelled' as const, directive }] }
  if (journey.inSubrequest)
    // The program says that it knows nobody, and the page makes a yes of it.
    return pages.flatMap((page) => toldBy(page.directive, 401, toErrorPage(next, page, scope))).filter(({ outcome }) => isYes(outcome))
  return pages.flatMap((page) => toErrorPage(next, page, scope)).filter(({ outcome }) => outcome.kind !== 'answered')
}

/** Where an `auth_request` leads. */
function askAuth(journey: Journey, uri: string): AuthAnswer {
  const path = literal(uri)
  if (!path.startsWith('/')) return { everybody: false, asks: [] }
  // With GET, whatever the client sent (ngx_http_subrequest).
  const answers = begin(journey.model, journey.server, { ...journey.state, method: 'GET', path, mergeSlashes: true }, journey)
  return answerOf(answers, journey.steps.left < 0 ? journey.server.directive : undefined)
}
