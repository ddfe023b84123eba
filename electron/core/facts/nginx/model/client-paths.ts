import { directivesNamed } from '../named-directives.ts'
import type { NginxDirective } from '../nginx.ts'
import { beginningsAsked, MAX_BEGINNINGS, PATH } from './asked-beginnings.ts'
import { composed } from './composed.ts'
import { conditionOf } from './condition-words.ts'
import { askedFor, hasMore, type Rewriting, type Told, takenBySample } from './inverse.ts'
import { type LocationSet, locationsOf } from './locations.ts'
import { compilePattern } from './pattern.ts'
import { MAX_REWRITINGS, mayFollow, rewritingsOf } from './rewritings.ts'
import { nearestAll, own } from './scope.ts'
import { concerning, type HttpModel, type Server } from './servers.ts'
import { readTarget } from './target.ts'
import { decidingIn, tellingLines } from './telling-lines.ts'

/** What a client may ask a server for. */
export interface ClientPaths {
  /** Was nothing left out of what `to` gave because there was too much of it? */
  readonly complete: () => boolean
  readonly rewritings: readonly Rewriting[]
  /** Paths by which a client may get to this one of an engine. */
  readonly to: (path: string) => readonly string[]
  /** Beginnings of paths behind which the end of a line may get into what an engine is sent. */
  readonly splitting: readonly string[]
  /** Beginnings of paths that locations pass on. */
  readonly passed: readonly string[]
  /** Are these all? */
  readonly allPassed: boolean
}

const MAX_HEADS = 400

/**
 * Paths that tell clients apart which this server treats differently: what its locations begin with, and what its rewrites take apart. Where
 * that is more than is asked for, it is said (`complete`): what was not asked passes nothing.
 */
export function clientPathsOf(server: Server, model: Pick<HttpModel, 'maps'>): ClientPaths {
  const asSent = beginningsAsked(concerning(server))
  const heads = headsOf(server)
  const rewritings = rewritingsOf(server, model)
  const { told, cut: cutTexts } = toldOfGroups(server, model)
  const allTold = [...cutTexts].every((name) => WHOLE.includes(name) && rewritings.length === 0)
  let complete =
    heads.length <= MAX_HEADS &&
    rewritings.length <= MAX_REWRITINGS &&
    !rewritings.some(({ pattern }) => hasMore(pattern)) &&
    allTold &&
    (asSent === undefined || asSent.length <= MAX_BEGINNINGS)
  // Of the whole path, too, where a pattern makes the program's path of a part of it.
  const whole = rewritings.length === 0 ? [] : WHOLE.flatMap((name) => told.get(name) ?? [])
  const beginnings = whole.flatMap((text): readonly Head[] => {
    const client = `/${text.replace(/^\/|\/$/g, '')}`
    return [
      { client, exact: true },
      { client, exact: false },
    ]
  })
  const decoded = passesDecoded(server.directive.block ?? [])
  const cutsOff = endsAtMark(concerning(server))
  const passed = [...new Set(passedIn(server.locations))]
  const to = (path: string) => {
    const followed = { heads: [...heads.slice(0, MAX_HEADS), ...beginnings], rewritings: rewritings.slice(0, MAX_REWRITINGS), told }
    const { paths: all, cut } = candidates(followed, path, asSent?.slice(0, MAX_BEGINNINGS))
    if (cut) complete = false
    const disguised = [...(decoded ? all.flatMap((one) => encodedTwice(one, path)) : []), ...(cutsOff ? all.map((one) => `${one}%3F`) : [])]
    return disguised.length > 0 ? [...new Set([...all, ...disguised])] : all
  }
  return {
    complete: () => complete,
    rewritings,
    to,
    splitting: splittingIn(server),
    passed: passed.slice(0, MAX_PASSED),
    allPassed: passed.length <= MAX_PASSED,
  }
}

/** Variables that may hold a part of the path as nginx decoded it: `$uri`, a group, one that was set. */
const DECODED = /\$(?!\{?(?:request_uri|args|is_args|query_string|scheme|host|http_\w+|remote_\w+|proxy_\w+|server_\w+)\b)/

/** Does a path get to a program as nginx decoded it, to be decoded there once more? */
const passesDecoded = (directives: readonly NginxDirective[]): boolean =>
  directives.some(({ name, parameters: [to = ''], block = [] }) => (name === 'proxy_pass' && DECODED.test(to)) || passesDecoded(block))

/**
 * Does a path get into where `try_files` and the like send a request as nginx decoded it? What stands behind a question mark that a client wrote as a number is a query there
 * (ngx_http_split_args), and part of the path for the rules before.
 */
const endsAtMark = (directives: readonly NginxDirective[]): boolean =>
  directives.some(({ name, parameters, block = [] }) => {
    const to = parameters.at(-1) ?? ''
    return (/^(?:error_page|try_files|index)$/.test(name) && /^[/$]/.test(to) && DECODED.test(to)) || endsAtMark(block)
  })

/** With a letter of the program's path that is still a number once nginx has decoded it, so that rules for paths do not know it: its first and its last one. */
const encodedTwice = (path: string, route: string): readonly string[] => {
  const start = path.endsWith(route) ? path.length - route.length : 0
  const numbered = (letter: string) => `%25${letter.charCodeAt(0).toString(16)}`
  return [path.slice(0, start) + path.slice(start).replace(/[A-Za-z]/, numbered), path.replace(/[A-Za-z](?=[^A-Za-z]*$)/, numbered)]
}

/** With two slashes before the program's path, which rules for paths do not know where nginx leaves them, and a pattern such as `^/x/+(.*)` takes away. */
export const slashTwice = (path: string, route: string): readonly string[] =>
  path !== route && path.endsWith(route) ? [`${path.slice(0, path.length - route.length)}/${route}`] : []

/** An end of a line, and a request behind it: what a client writes where such a path is passed on. */
export const splitOff = (path: string, { method, path: wanted }: { readonly method: string; readonly path: string }): string =>
  `${path}%20HTTP/1.1%0D%0AHost:x%0D%0A%0D%0A${method}%20${wanted}`

const passedIn = (set: LocationSet): readonly string[] =>
  locationsOf(set).flatMap(({ kind, path, pattern, scope, nested }) => {
    const head = kind === 'prefix' ? path : pattern && takenBySample(pattern.source)
    return [...(head?.startsWith('/') && own(scope, 'proxy_pass') ? [head] : []), ...passedIn(nested)]
  })

/** Beginnings of paths whose rest nginx may put decoded into what it sends, as a path or in a header. */
function splittingIn(server: Server): readonly string[] {
  const found = new Set<string>()
  const walk = (set: LocationSet): void => {
    for (const { kind, path, pattern, scope, nested } of locationsOf(set)) {
      const pass = own(scope, 'proxy_pass')
      const sent = [pass?.parameters[0], ...nearestAll(scope, ['proxy_set_header']).map(({ parameters }) => parameters[1])]
      const head = kind === 'prefix' ? path : pattern && takenBySample(pattern.source)
      if (pass && head?.startsWith('/') && sent.some((text = '') => DECODED.test(text))) found.add(head)
      walk(nested)
    }
  }
  walk(server.locations)
  return [...found].slice(0, MAX_HEADS)
}

/** A variable of the configuration's own in a path: what it stands for may be the client's. */
const SAID = /\$(?!\{?(?:\d|uri|document_uri|request_uri|args|is_args|query_string)\b)/

/** Beginnings of paths under which this server may offer an engine, and what replaces them upstream. */
interface Head {
  readonly client: string
  /** Path that proxy_pass puts in its place; undefined when a rewrite decides. */
  readonly upstream?: string | undefined
  readonly exact: boolean
}

function headsOf(server: Server): readonly Head[] {
  const heads = new Map<string, Head>()
  const add = (head: Head) => heads.set(JSON.stringify(head), head)
  const rewrites = (directives: readonly NginxDirective[]): boolean =>
    directives.some((one) => one.name === 'rewrite' || (one.name === 'if' && rewrites(one.block ?? [])))
  const fromRewrites = (directives: readonly NginxDirective[]): void => {
    for (const one of directives) {
      if (one.name === 'rewrite')
        add({ client: compilePattern(one.parameters[0] ?? '', false).literalHead.replace(/\/$/, ''), exact: false })
      if (one.name === 'if') {
        const sample = pathAskedFor(one)
        if (sample !== undefined) add({ client: sample, exact: true })
        fromRewrites(one.block ?? [])
      }
    }
  }
  const walk = (set: LocationSet): void => {
    for (const location of locationsOf(set)) {
      const pass = own(location.scope, 'proxy_pass')
      const uri = pass && readTarget(pass.parameters[0] ?? '')?.uri
      const rewriting = rewrites(location.scope.directives)
      if (location.kind === 'exact' || location.kind === 'prefix')
        if (location.scope.directives.some((one) => asksForAnother(one, server))) add({ client: location.path, exact: true })
      fromRewrites(location.scope.directives)
      if (uri !== undefined || rewriting) {
        if (location.kind === 'regex') add({ client: (location.pattern?.literalHead ?? '').replace(/\/$/, ''), exact: false })
        else if (location.kind !== 'named') {
          if (uri !== undefined) add({ client: location.path, upstream: uri, exact: location.kind === 'exact' })
          if (uri !== undefined && (SAID.test(uri) || uri.includes('?'))) add({ client: location.path, exact: true })
          if (rewriting) add({ client: location.path.replace(/\/$/, ''), exact: false })
        }
      }
      walk(location.nested)
    }
  }
  fromRewrites(server.scope.directives)
  walk(server.locations)
  return [...heads.values()]
}

/** Where an `if` looks at the path, one that fits: a rewrite behind it may take any that got so far. */
function pathAskedFor(directive: NginxDirective): string | undefined {
  const [left, operator, pattern] = conditionOf(directive)
  return PATH.test(left) && operator.includes('~') ? takenBySample(pattern) : undefined
}

/** For a path of its own, whatever the client asked for. */
function asksForAnother({ name, parameters: [path = ''] }: NginxDirective, { locations }: Server): boolean {
  if (/^add_(?:before|after)_body$/.test(name)) return true
  const to = name === 'mirror' ? (locations.exact.get(path) ?? locations.prefix.get(path)) : undefined
  const pass = to && own(to.scope, 'proxy_pass')
  return pass !== undefined && readTarget(pass.parameters[0] ?? '')?.uri !== undefined
}

const MAX_TOLD = 100
const WHOLE = ['uri', 'document_uri', 'request_uri']

/** By which texts maps and conditions tell apart what a pattern took of a path (`map $svc $realm { public off; }`). `cut`: variables of which there are more. */
function toldOfGroups(server: Server, { maps }: Pick<HttpModel, 'maps'>): { readonly told: Told; readonly cut: ReadonlySet<string> } {
  const told = new Map<string, string[]>()
  const cut = new Set<string>()
  const note = (source: string, text: string | undefined) => {
    if (text === undefined) return
    const names: string[] = []
    // `$request_method:$svc` is told apart by its parts.
    const parts = source.split(/\$\{?(\d|[a-z_]\w*)\}?/i)
    const shape = parts.map((part, at) => {
      if (at % 2 === 0) return part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
      names.push(part)
      return '(.*)'
    })
    const found = names.length > 4 ? null : new RegExp(`^${shape.join('')}$`, 's').exec(text)
    names.forEach((name, at) => {
      if (!found) return
      const texts = [...new Set([...(told.get(name) ?? []), found[at + 1] ?? ''])]
      if (texts.length > MAX_TOLD) cut.add(name)
      told.set(name, texts.slice(0, MAX_TOLD))
    })
  }
  const sample = (pattern: string) => takenBySample(pattern)?.replace(/^\//, '')
  const { block = [] } = server.directive
  const deciding = decidingIn(concerning(server))
  for (const map of maps.values())
    for (const { name } of tellingLines(map, deciding))
      note(map.parameters[0] ?? '', /^~/.test(name) ? sample(name.replace(/^~\*?/, '')) : name.replace(/^\\/, ''))
  for (const condition of directivesNamed(block, 'if')) {
    const [source, operator, text] = conditionOf(condition)
    if (operator === '') continue
    note(source, operator.includes('~') ? sample(text) : text)
  }
  for (const {
    parameters: [name = '', value = ''],
  } of directivesNamed(block, 'set'))
    for (const text of told.get(name.slice(1)) ?? []) note(value, text)
  return { told, cut }
}

/** What rewrites and patterns make a route of at once, and what of those that others make of it. */
const MAX_DIRECT = 500
const MAX_CANDIDATES = 120
const MAX_PASSED = 100

/** Paths that a client may ask for to get to a route: its own, those that locations and rewrites make it of, and these made of others. */
function candidates(
  { heads, rewritings, told }: { readonly heads: readonly Head[]; readonly rewritings: readonly Rewriting[]; readonly told: Told },
  path: string,
  asSent: readonly string[] | undefined,
): { readonly paths: readonly string[]; readonly cut: boolean } {
  const all = new Set([path])
  for (const { client, upstream, exact } of heads) {
    if (exact) all.add(client)
    else if (upstream === undefined) all.add(client + path)
    else if (path.startsWith(upstream)) all.add(client + path.slice(upstream.length))
  }
  const direct = rewritings.flatMap((one) => (askedFor(one, path, told) ?? []).map((from) => [from, one] as const))
  const found = new Map<string, Rewriting>()
  // What a location makes may be made of more than what is made beside them all.
  for (const [from, one] of direct) if (!found.get(from) || !one.inServer) found.set(from, one)
  const start = [...[...all].flatMap((one) => (found.has(one) ? [] : [[one] as const])), ...[...found].slice(0, MAX_DIRECT)]
  // Beside those that were found above, however many they are.
  const { paths: made, cut } = composed(
    start,
    rewritings.filter(({ before }) => before !== 'nothing'),
    {
      room: MAX_CANDIDATES,
      made: (one, from) => (from === path ? [] : (askedFor(one, from, told) ?? [])),
      fits: (first, second) => (second ? mayFollow(first, second) : first.before === undefined),
    },
  )
  const paths = [...made].filter((one) => one.startsWith('/'))
  // The same one may be sent otherwise.
  const sent = asSent ? paths.flatMap((one) => [one, ...encoded(one), ...asSent.map((head) => backFrom(head, one))]) : paths
  return { paths: sent, cut: cut || found.size > MAX_DIRECT }
}

/** `/v1/../api/pull`: it begins as it was asked to, and nginx finds its way back. */
export const backFrom = (head: string, path: string): string => {
  const folders = head.split('/').filter((one) => one !== '').length
  return `${head.replace(/\/$/, '')}${'/..'.repeat(folders)}${path}`
}

/** Letters as percent signs and their numbers, which every engine takes for the letters: the first one, all of them, those of the last part. */
const encoded = (path: string): readonly string[] => {
  const numbered = (letter: string) => `%${letter.charCodeAt(0).toString(16)}`
  return [
    path.replace(/[A-Za-z]/, numbered),
    path.replace(/[A-Za-z]/g, numbered),
    path.replace(/[^/]+$/, (last) => last.replace(/[A-Za-z]/g, numbered)),
  ]
}

/** Is it the route, once the engine has decoded it? */
export function means(path: string | undefined, route: string): boolean {
  if (path === route || path === undefined || !path.includes('%')) return path === route
  try {
    return decodeURIComponent(path) === route
  } catch {
    return false
  }
}
