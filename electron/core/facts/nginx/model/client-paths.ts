import { directivesNamed } from '../named-directives.ts'
import type { NginxDirective } from '../nginx.ts'
import { conditionOf } from './conditions.ts'
import { askedFor, givesAll, type Rewriting, type Told, takenBySample } from './inverse.ts'
import { type LocationSet, locationsOf } from './locations.ts'
import { compilePattern } from './pattern.ts'
import { redirects } from './rewrite.ts'
import { nearestAll, own } from './scope.ts'
import { concerning, type HttpModel, mentions, type Server } from './servers.ts'
import { readTarget, writtenPaths } from './target.ts'
import { decidingIn, tellingLines, turnsAway } from './telling-lines.ts'

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
}

const MAX_HEADS = 400

export function clientPathsOf(server: Server, model: Pick<HttpModel, 'maps'>): ClientPaths {
  const asSent = beginningsAsked(concerning(server))
  const heads = headsOf(server)
  const rewritings = rewritingsOf(server, model)
  const { told, cut: cutTexts } = toldOfGroups(server, model)
  const allTold = [...cutTexts].every((name) => WHOLE.includes(name) && rewritings.length === 0)
  let complete =
    heads.length <= MAX_HEADS && rewritings.length <= MAX_HEADS && allTold && (asSent === undefined || asSent.length <= MAX_BEGINNINGS)
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
  const to = (path: string) => {
    const followed = { heads: [...heads.slice(0, MAX_HEADS), ...beginnings], rewritings: rewritings.slice(0, MAX_HEADS), told }
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
    passed: passedIn(server.locations).slice(0, FEW),
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

const PATH = /^\$\{?(?:request_uri|uri|document_uri)\}?$/

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
const FEW = 20

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
  const direct = new Set(rewritings.flatMap((one) => askedFor(one, path, told) ?? []))
  for (const found of [...direct].slice(0, MAX_DIRECT)) all.add(found)
  // Beside those that were found above, however many they are. Once more for one that leads to another, where they are few.
  const room = all.size + MAX_CANDIDATES
  for (let round = 0; round < (rewritings.length > FEW ? 1 : 2); round++)
    for (const from of [...all])
      for (const one of rewritings) if (all.size < room) for (const found of askedFor(one, from, told) ?? []) all.add(found)
  const paths = [...all].filter((one) => one.startsWith('/'))
  // The same one may be sent otherwise.
  const sent = asSent ? paths.flatMap((one) => [one, ...encoded(one), ...asSent.map((head) => backFrom(head, one))]) : paths
  return { paths: sent, cut: direct.size > MAX_DIRECT }
}

/** `/v1/../api/pull`: it begins as it was asked to, and nginx finds its way back. */
export const backFrom = (head: string, path: string): string => {
  const folders = head.split('/').filter((one) => one !== '').length
  return `${head.replace(/\/$/, '')}${'/..'.repeat(folders)}${path}`
}

const MAX_BEGINNINGS = 24

/** Beginnings that conditions and maps of the path as it was sent ask for, or of what is made of it; undefined where there are none of these. */
function beginningsAsked(directives: readonly NginxDirective[]): readonly string[] | undefined {
  if (!mentions(directives, /\$\{?request(?:_uri)?\b/)) return undefined
  const [ifs, maps, sets] = ['if', 'map', 'set'].map((name) => directivesNamed(directives, name)) as [Named, Named, Named]
  const names = madeOfSent(ifs, maps, sets)
  const looks = (text: string): boolean => namesIn(text).some((name) => names.has(name))
  const conditions = ifs
    .filter((one) => !turnsAway(one))
    .map(conditionOf)
    .filter(([left]) => looks(left) || PATH.test(left))
  const deciding = decidingIn(directives)
  const keys = maps
    .filter(({ parameters: [source = ''] }) => looks(source))
    .flatMap((map) => tellingLines(map, deciding).map(({ name }) => name))
  const patterns = [
    ...conditions.flatMap(([, operator, right]) => (operator.includes('~') ? [right] : [])),
    ...keys.flatMap((key) => /^~\*?(.*)$/s.exec(key)?.[1] ?? []),
  ]
  const texts = [...conditions.flatMap(([, operator, right]) => (/^!?=$/.test(operator) ? [right] : [])), ...keys]
  const samples = [
    ...patterns.flatMap((pattern) => takenBySample(pattern) ?? []),
    ...texts.filter((text) => /^\/?[\w.-]+(?:\/[\w./-]*)?$/.test(text)).map((text) => (text.startsWith('/') ? text : `/${text}`)),
  ]
  return [...new Set(samples.flatMap(pathsIn).filter((sample) => /^\/[^?]/.test(sample)))]
}

type Named = readonly NginxDirective[]
const namesIn = (text: string): readonly string[] => [...text.matchAll(/\$\{?(\d|\w+)/g)].map(([, name = '']) => name.toLowerCase())

/** Variables in which the path as it was sent stands, or a part of it. */
function madeOfSent(ifs: Named, maps: Named, sets: Named): ReadonlySet<string> {
  const names = new Set(['request_uri', 'request'])
  const looks = (text: string): boolean => namesIn(text).some((name) => names.has(name))
  const groups = (pattern: string): readonly string[] => [
    ...[...pattern.matchAll(/\(\?P?<(\w+)>/g)].map(([, name = '']) => name.toLowerCase()),
    ...(/\((?!\?)/.test(pattern) ? ['1', '2', '3', '4', '5', '6', '7', '8', '9'] : []),
  ]
  for (let before = 0; before < names.size; ) {
    before = names.size
    const made = [
      ...sets.flatMap(({ parameters: [name = '', value = ''] }) => (looks(value) ? [name.replace('$', '')] : [])),
      ...ifs.map(conditionOf).flatMap(([left, , right]) => (looks(left) ? groups(right) : [])),
      ...maps.flatMap(({ parameters: [source = '', name = ''], block = [] }) =>
        looks(source) ? [name.replace('$', ''), ...block.flatMap((line) => groups(line.name))] : [],
      ),
    ]
    for (const name of made) names.add(name.toLowerCase())
  }
  return names
}

/** A method, a host or a scheme may stand before the path in what is looked at (`GET:/public`). */
const pathsIn = (sample: string): readonly string[] => {
  const rest = /^\/(?:https?:\/\/[^/]*|[A-Z]+|[^/]*[ :.][^/]*)(\/.*)$/s.exec(sample)?.[1]
  return rest === undefined ? [sample] : [rest, sample]
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

/** Where `error_page`, `try_files` and `index` send a request, as what they make of any path; pages that are files by their names lead to no engine. */
function sentOnBy({ name, parameters }: NginxDirective, within?: string): readonly Rewriting[] {
  const targets = name === 'index' ? parameters : name === 'error_page' || name === 'try_files' ? parameters.slice(-1) : []
  return targets.flatMap((to) => {
    if (!/^[/$]/.test(to) || /^\$\{?scheme|\.(?:html?|php|png|jpe?g|txt)$/i.test(to)) return []
    const replacement = to.replace(/\$\{?document_uri\}?/, `\${uri}`)
    return [{ pattern: /\$\{?uri\b/.test(to) ? '^(?<uri>.+)$' : '^', replacement, within }]
  })
}

/** Patterns by which maps of the path take groups, that stand for `$1` once the map was looked up. */
const takenByMaps = ({ maps }: Pick<HttpModel, 'maps'>): readonly string[] =>
  [...maps.values()]
    .filter(({ parameters: [source = ''] }) => /\$\{?(?:request_|document_)?uri\b/.test(source))
    .flatMap(({ block = [] }) => block.flatMap(({ name }) => (/^~.*\((?!\?)/.test(name) ? [name.replace(/^~\*?/, '')] : [])))
    .slice(0, FEW)

/** Patterns of conditions over the path that take groups. */
const takenByConditions = (directives: readonly NginxDirective[]): readonly string[] =>
  directives.flatMap((one) => {
    if (one.name !== 'if') return []
    const [left, operator, pattern] = conditionOf(one)
    const takes = PATH.test(left) && /^~/.test(operator) && /\((?!\?:)/.test(pattern)
    return [...(takes ? [pattern] : []), ...takenByConditions(one.block ?? [])]
  })

/** What a location sends requests to, conditions within it included. */
const passesIn = (directives: readonly NginxDirective[]): readonly string[] =>
  directives.flatMap(({ name, parameters: [to = ''], block = [] }) =>
    name === 'proxy_pass' ? [to] : name === 'if' || name === 'limit_except' ? passesIn(block) : [],
  )

/** Paths that a location sends on; what `set` made of a group stands for the variable, too. */
function passedPaths(location: readonly NginxDirective[], sets: readonly NginxDirective[]): readonly string[] {
  const paths = passesIn(location).flatMap(writtenPaths)
  const replaced = sets.flatMap(({ parameters: [name = '', value = ''] }) =>
    paths.flatMap((path) => {
      const said = path.replace(/\$\{?(\w+)\}?/g, (whole, one: string) => (`$${one}` === name ? value : whole))
      return said === path ? [] : [said]
    }),
  )
  return [...paths, ...replaced]
}

/** Rewrites of a server, and locations with a pattern whose `proxy_pass` takes parts of the path. */
function rewritingsOf(server: Server, model: Pick<HttpModel, 'maps'>): readonly Rewriting[] {
  const found: Rewriting[] = []
  const taking = takenByMaps(model)
  const conditions = takenByConditions(server.scope.directives)
  const sets = directivesNamed(server.directive.block ?? [], 'set').filter(({ parameters: [, value = ''] }) => /\$\{?\d/.test(value))
  const fromRewrites = (directives: readonly NginxDirective[], within?: string): void => {
    for (const one of directives) {
      const { name, parameters, block = [] } = one
      // Who is told to ask elsewhere is passed on nowhere.
      if (name === 'rewrite' && !redirects({ parameters }))
        found.push({ pattern: parameters[0] ?? '', replacement: parameters[1] ?? '', within })
      found.push(...sentOnBy(one, within))
      if (name === 'if') fromRewrites(block, within)
    }
  }
  const walk = (set: LocationSet): void => {
    for (const { kind, path, scope, pattern, nested } of locationsOf(set)) {
      fromRewrites(scope.directives, pattern ? takenBySample(pattern.source) : kind === 'named' ? undefined : path)
      const uri = pattern && readTarget(own(scope, 'proxy_pass')?.parameters[0] ?? '')?.uri
      if (pattern && uri) found.push({ pattern: pattern.source, replacement: uri })
      const around = [...taking, ...conditions, ...takenByConditions(scope.directives)]
      for (const to of passedPaths(scope.directives, sets)) {
        const taken = [
          ...around.map((one) => ({ pattern: one, within: kind === 'prefix' ? path : undefined })),
          ...(pattern && to !== uri ? [{ pattern: pattern.source }] : []),
        ]
        found.push(...taken.map((one) => ({ ...one, replacement: to })).filter(givesAll))
      }
      walk(nested)
    }
  }
  fromRewrites(server.scope.directives)
  walk(server.locations)
  return found
}
