import { routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { directivesNamed } from '../named-directives.ts'
import type { NginxDirective } from '../nginx.ts'
import { scripts } from './access.ts'
import { namedByAsked } from './auth-request.ts'
import { decidesAtRunTime, namedByClient } from './chosen-targets.ts'
import { scripted } from './handler.ts'
import { askedFor, pathOf, type Rewriting } from './inverse.ts'
import { unknownIn } from './known-directives.ts'
import { passesIn } from './leads.ts'
import type { Listen } from './listen.ts'
import { type Location, type LocationSet, locationsOf } from './locations.ts'
import { serve } from './request.ts'
import { redirects } from './rewrite.ts'
import { nearest, nearestAll, own } from './scope.ts'
import type { HttpModel, Server } from './servers.ts'
import { matchTarget, readTarget, type Target } from './target.ts'

interface Followed {
  readonly services: readonly InferenceService[]
  readonly localAddresses: readonly string[]
  readonly met: ReadonlySet<NginxDirective>
  /** Those that led to a route of an engine. */
  readonly fruitful: ReadonlySet<NginxDirective>
  /** What each directive was seen to lead to. */
  readonly reached: ReadonlyMap<NginxDirective, ReadonlySet<InferenceService>>
  readonly hosts: readonly string[]
  readonly listen: Listen
  readonly rewritings: readonly Rewriting[]
  /** Were all paths tried by which clients may get somewhere? */
  readonly complete: boolean
}

/** What may lead to an engine, and no request that was followed got there. */
export function unmet(model: HttpModel, server: Server, around: Followed): readonly (readonly [NginxDirective, string])[] {
  const { services, localAddresses, met, fruitful, reached, rewritings, complete } = around
  const blind = rewritings.some((one) =>
    services.some((service) => routesOf(service).some(({ path }) => askedFor(one, path) === undefined)),
  )
  const all = passesIn(server.locations)
  const leads = (directive: NginxDirective): boolean => {
    const target = readTarget(directive.parameters[0] ?? '')
    const match = target && matchTarget(target, model.upstreams, services, localAddresses)
    return match !== undefined && (match.services.length > 0 || match.uncertain)
  }
  const others =
    all.some(({ directive, location }) => met.has(directive) && !leads(directive) && followsAccel(location)) ||
    all.some(({ location: { scope } }) =>
      nearestAll(scope, ['error_page']).some(({ parameters }) => namedByAsked(parameters.at(-1) ?? '', scope)),
    )
  const strange = unknownAround(server)
  const leading = all.filter(({ directive }) => leads(directive)).map(({ location }) => location)
  const [first] = leading.length > 0 ? strange : strange.filter(leads)
  const names = [...new Set(strange.map(({ name }) => name))].slice(0, 6).join(', ')
  const asking = [
    ...(leading.length > 0 ? [...besides(server, leading), ...changed(server), ...steered(model, server, leading)] : []),
    ...(first ? [[first, `what a module of others does there is not known (${names})`] as const] : []),
  ]
  const cut: readonly (readonly [NginxDirective, string])[] =
    complete || !all.some(({ directive }) => decidesAtRunTime(directive) || leads(directive))
      ? []
      : [[server.directive, 'it rewrites more paths than Gatehouse follows']]
  const found = all.flatMap(({ directive, location }): (readonly [NginxDirective, string])[] => {
    const untried = targetsByPath(model, server, directive)
      .flatMap((target) => matchTarget(target, model.upstreams, services, localAddresses).services)
      .some((service) => !reached.get(directive)?.has(service))
    if (namedByClient(model, server, location, directive)) return [[directive, 'where it leads is decided at run time']]
    if (untried) return [[directive, 'a map leads there by a part of the path that Gatehouse did not find']]
    // What was met on other paths may lead there on those that a pattern takes and nobody found.
    const missed = blind && leads(directive) && !fruitful.has(directive)
    if (met.has(directive) && !missed) return []
    if (decidesAtRunTime(directive))
      return leadsElsewhere(model, server, location, directive, around) ? [] : [[directive, 'where it leads is decided at run time']]
    if (!leads(directive)) return []
    if (blind) return [[directive, 'a pattern that decides which path leads there is beyond Gatehouse']]
    const hidden = location.kind === 'named' || nearest(location.scope, 'internal') !== undefined
    return hidden && others && !asksItself(location)
      ? [[directive, 'a program behind this nginx may send requests there (X-Accel-Redirect)']]
      : []
  })
  return [...cut, ...found, ...asking, ...tunnels(server), ...changing(server.locations, around.listen)]
}

/**
 * What sends requests of its own to locations. For a subrequest no access rule is looked at (ngx_http_core_access_phase); `post_action` follows every answer,
 * a refusal among them (ngx_http_finalize_request).
 */
const askers: readonly (readonly [names: readonly string[], reason: string])[] = [
  [['ssi'], 'a page may ask for any location, past its access rules (SSI)'],
  [['fancyindex_header', 'fancyindex_footer'], 'it asks for a location, past its access rules'],
  [['post_action'], 'it sends every request on once it is answered, those that were refused, too'],
  [[...scripted, ...scripts], 'a script may ask for any location, past its access rules'],
  [
    ['echo_exec', 'echo_location', 'echo_location_async', 'echo_subrequest', 'echo_subrequest_async', 'upload_pass', 'srcache_fetch'],
    'a module that Gatehouse does not know sends requests to other locations',
  ],
]

function besides(
  { scope, directive: { block = [] } }: Server,
  leading: readonly Location[],
): readonly (readonly [NginxDirective, string])[] {
  // A script that is asked who somebody is counts as such already.
  const logins = directivesNamed(block, 'auth_request').map(({ parameters }) => parameters[0])
  const known = directivesNamed(block, 'location').flatMap((one) => (logins.includes(one.parameters.at(-1)) ? (one.block ?? []) : []))
  return askers.flatMap(([names, reason]) => {
    const on = names
      .flatMap((name) => [...directivesNamed(block, name), nearest(scope, name)])
      .find((one) => one && one.parameters[0] !== 'off' && !known.includes(one) && !isOnlyWay(one, leading))
    return on ? [[on, reason] as const] : []
  })
}

/** A script of the access phase where every way to an engine is: whoever it sends there, past other rules or not, came through these. It runs last of them. */
const isOnlyWay = (script: NginxDirective, leading: readonly Location[]): boolean =>
  scripts.includes(script.name) &&
  leading.every(({ scope }) => scope.directives.includes(script) && nearest(scope, 'satisfy')?.parameters[0] !== 'any')

/** What the server says to modules that the model does not know, at any depth, and what holds for all servers. */
function unknownAround({ scope, directive: { block = [] } }: Server): readonly NginxDirective[] {
  const around: NginxDirective[] = []
  for (let at = scope.parent; at?.directive; at = at.parent) around.push(...at.directives.filter(({ name }) => name !== 'server'))
  return [...unknownIn(block), ...unknownIn(around)]
}

/** Headers of the client's are changed before a login is looked at (`more_set_input_headers`, at the end of the rewrite phase): its password among them. */
function changed({ scope, directive: { block = [] } }: Server): readonly (readonly [NginxDirective, string])[] {
  const names = ['more_set_input_headers', 'more_clear_input_headers']
  return names
    .flatMap((name) => [...directivesNamed(block, name), nearest(scope.parent, name) ?? []].flat())
    .filter(({ parameters }) => !parameters.every((word) => /^accept-encoding\b/i.test(word)))
    .map((one) => [one, 'it writes what the client says anew before a login is looked at'])
}

/**
 * A path that clients write outside of the path (`rewrite ^ $arg_to`) sends them wherever they name, past the rules for what they asked for. What is written
 * before it says which locations those can be.
 */
function steered(
  model: HttpModel,
  { directive: { block = [] } }: Server,
  leading: readonly Location[],
): readonly (readonly [NginxDirective, string])[] {
  const sets = directivesNamed(block, 'set')
  const isChosen = (text: string, depth: number): boolean => headOfChosen(text, depth) !== undefined
  /** What stands before the first variable that a client chooses. */
  const headOfChosen = (text: string, depth: number): string | undefined => {
    const first = [...text.matchAll(/\$\{?(\w+)/g)].find(([, name = '']) => {
      if (/^(?:(?:arg|cookie)_\w+|http_(?!host$)\w+|args|query_string|remote_user)$/i.test(name)) return true
      if (depth > 4) return false
      const map = model.maps.get(`$${name.toLowerCase()}`)
      const results = (map?.block ?? []).flatMap(({ parameters: [result = ''] }) => result)
      const byGroups = map !== undefined && isChosen(map.parameters[0] ?? '', depth + 1) && results.some((one) => one.includes('$'))
      const given = sets.filter(({ parameters }) => parameters[0]?.toLowerCase() === `$${name.toLowerCase()}`)
      return byGroups || [...results, ...given.map(({ parameters: [, value = ''] }) => value)].some((one) => isChosen(one, depth + 1))
    })
    return first && text.slice(0, first.index)
  }
  const targets = ['rewrite', 'try_files', 'error_page'].flatMap((name) => directivesNamed(block, name))
  return targets.flatMap((one): (readonly [NginxDirective, string])[] => {
    const to = one.name === 'rewrite' ? one.parameters[1] : one.parameters.at(-1)
    const head = one.name === 'rewrite' && redirects(one) ? undefined : headOfChosen(pathOf(to ?? ''), 0)?.replace(/\$.*$/s, '')
    const leads = ({ kind, path }: Location) => kind === 'regex' || path.startsWith(head ?? '') || (head ?? '').startsWith(path)
    return head !== undefined && leading.some(leads) ? [[one, 'it sends clients to whatever path they name']] : []
  })
}

/** `proxy_connect` (a module of others) carries CONNECT to whatever program a client names, those of this machine among them. */
const tunnels = ({ directive }: Server): readonly (readonly [NginxDirective, string])[] =>
  directivesNamed(directive.block ?? [], 'proxy_connect').map((one) => [one, 'it connects clients to any program that they name'])

/** Who may write to the interface of nginx Plus adds servers to groups (ngx_http_api_module), where neither a login nor a list of addresses is in the way. */
const changing = (set: LocationSet, listen: Listen): readonly (readonly [NginxDirective, string])[] =>
  listen.scope === 'loopback' || listen.scope === 'unix'
    ? []
    : locationsOf(set).flatMap((location) => {
        const api = own(location.scope, 'api')
        const open =
          api?.parameters.includes('write=on') && !asksItself(location) && nearestAll(location.scope, ['allow', 'deny']).length === 0
        return [
          ...(api && open ? [[api, 'clients may change through it where requests go'] as const] : []),
          ...changing(location.nested, listen),
        ]
      })

const MAX_TARGETS = 200

/** Where a `proxy_pass` may lead by the lines of maps that look at the path, or at a part that a location took of it. */
function targetsByPath(
  model: HttpModel,
  { directive: { block = [] } }: Server,
  { parameters: [written = ''] }: NginxDirective,
): readonly Target[] {
  if (!decidesAtRunTime({ parameters: [written] })) return []
  const taken = directivesNamed(block, 'location').flatMap(({ parameters }) =>
    [...parameters.join(' ').matchAll(/\(\?P?<(\w+)>/g)].map(([, name = '']) => name.toLowerCase()),
  )
  const byPath = (text: string, depth: number): boolean =>
    [...text.matchAll(/\$\{?(\w+)/g)].some(([, name = '']) => {
      const map = depth < 4 ? model.maps.get(`$${name.toLowerCase()}`) : undefined
      return (
        /^(?:\d|uri|document_uri|request_uri)$/.test(name) ||
        taken.includes(name.toLowerCase()) ||
        (map !== undefined && byPath(map.parameters[0] ?? '', depth + 1))
      )
    })
  let texts: readonly string[] = [written]
  for (let round = 0; round < 4; round++)
    texts = texts
      .flatMap((text) => {
        const found = [...text.matchAll(/\$\{?(\w+)\}?/g)].find(([, name = '']) => {
          const map = model.maps.get(`$${name.toLowerCase()}`)
          return map !== undefined && byPath(map.parameters[0] ?? '', 0)
        })
        const lines = found && model.maps.get(`$${(found[1] ?? '').toLowerCase()}`)?.block
        return found && lines
          ? lines.flatMap(({ parameters: [to] }) => (to === undefined ? [] : [text.replace(found[0], () => to)]))
          : [text]
      })
      .slice(0, MAX_TARGETS)
  return texts.flatMap((text) => (text === written || decidesAtRunTime({ parameters: [text] }) ? [] : (readTarget(text) ?? [])))
}

/** Asked for its own path, it leads to something that is known. */
function leadsElsewhere(
  model: HttpModel,
  server: Server,
  location: Location,
  directive: NginxDirective,
  { hosts, listen, services, localAddresses }: Followed,
): boolean {
  if (location.kind === 'regex' || location.kind === 'named') return false
  const request = { method: 'GET', path: location.path, scheme: 'http', anyHost: true, port: listen.port, mergeSlashes: true } as const
  const outcomes = serve(model, server, { ...request, host: hosts[0] ?? '' }).flatMap(({ outcome }) =>
    outcome.directive === directive ? [outcome] : [],
  )
  return outcomes.every((outcome) => {
    if (outcome.kind !== 'proxied') return false
    const { services: found, uncertain } = matchTarget(outcome.target, model.upstreams, services, localAddresses)
    return found.length === 0 && !uncertain
  })
}

/** The access rules of the location run for who is sent there, too. */
const asksItself = ({ scope }: Location): boolean =>
  nearest(scope, 'satisfy')?.parameters[0] !== 'any' &&
  (nearest(scope, 'auth_basic')?.parameters[0] ?? 'off') !== 'off' &&
  nearest(scope, 'auth_basic_user_file') !== undefined

/** A program that is passed requests may answer with another path to go to, unless that is ignored. */
const followsAccel = ({ scope }: Location): boolean =>
  !nearestAll(scope, ['proxy_ignore_headers']).some(({ parameters }) => parameters.some((word) => /^x-accel-redirect$/i.test(word)))
