import type { NginxDirective } from '../nginx.ts'
import { compilePattern, type Pattern } from './pattern.ts'
import { inside, type Scope } from './scope.ts'

/** One `location`; patterns are tried in the order of the file, prefixes by their length (ngx_http_core_find_location). */
export interface Location {
  readonly kind: 'exact' | 'prefix' | 'regex' | 'named'
  /** Path, pattern or name without its modifier. */
  readonly path: string
  /** `^~`: a longest prefix that stops the search for patterns. */
  readonly noRegex: boolean
  readonly pattern?: Pattern | undefined
  readonly directive: NginxDirective
  readonly scope: Scope
  readonly nested: LocationSet
}

/** The locations of one block, ordered as nginx looks them up. */
export interface LocationSet {
  readonly exact: ReadonlyMap<string, Location>
  readonly prefix: ReadonlyMap<string, Location>
  readonly longestPrefix: number
  readonly regex: readonly Location[]
  readonly named: ReadonlyMap<string, Location>
}

/** `ngx_http_core_location`: the modifier may stand apart or touch the path (`=/x`, `~*\.php$`). */
function readModifier(parameters: readonly string[]): { readonly modifier: string; readonly path: string } {
  const [first = '', second] = parameters
  if (second !== undefined) return { modifier: first, path: second }
  const glued = /^(=|\^~|~\*|~)(.*)$/s.exec(first)
  return { modifier: glued?.[1] ?? '', path: glued?.[2] ?? first }
}

function readLocation(directive: NginxDirective, parent: Scope): Location {
  const { modifier, path } = readModifier(directive.parameters)
  const scope = inside(directive, parent)
  const shared = { path, directive, scope, nested: readLocations(scope), noRegex: modifier === '^~' }
  if (modifier === '~' || modifier === '~*') return { ...shared, kind: 'regex', pattern: compilePattern(path, modifier === '~*') }
  if (modifier === '=') return { ...shared, kind: 'exact' }
  return { ...shared, kind: path.startsWith('@') ? 'named' : 'prefix' }
}

/** The locations of a block with those within each. nginx refuses two of the same kind and path; the first is kept. */
export function readLocations(scope: Scope): LocationSet {
  const all = scope.directives
    .filter((directive) => directive.name === 'location' && directive.block)
    .map((one) => readLocation(one, scope))
  const byPath = (kind: Location['kind']) => {
    const map = new Map<string, Location>()
    for (const location of all) if (location.kind === kind && !map.has(location.path)) map.set(location.path, location)
    return map
  }
  const prefix = byPath('prefix')
  return {
    exact: byPath('exact'),
    prefix,
    longestPrefix: Math.max(0, ...[...prefix.keys()].slice(0, 50_000).map((path) => path.length)),
    regex: all.filter((location) => location.kind === 'regex'),
    named: byPath('named'),
  }
}

export type Choice =
  | { readonly found: Location; readonly captures: readonly string[]; readonly groups: Readonly<Record<string, string>> }
  /** `auto-redirect`: nginx answers 301 to the path with a slash. `none`: the server block itself answers. */
  | { readonly found: 'none' }
  | { readonly found: 'auto-redirect'; readonly location: Location }
  /** A pattern that decides could not be run. */
  | { readonly found: 'unknown'; readonly pattern: Location }

/**
 * `ngx_http_core_find_location`: exact; else the longest prefix, then inside it; then, unless that prefix said `^~` or a nested exact or
 * pattern matched, the patterns of this block in file order.
 */
export function chooseLocation(set: LocationSet, uri: string): Choice {
  return find(set, uri).choice
}

interface Found {
  readonly choice: Choice
  /** NGX_OK or NGX_DONE: nothing further out may override it. */
  readonly final: boolean
}

function find(set: LocationSet, uri: string): Found {
  const exact = set.exact.get(uri)
  if (exact) return { choice: chosen(exact), final: true }
  const prefix = longest(set, uri)
  // Where one of both passes the request on, the exact one answers for both (ngx_http_core_find_static_location).
  const withSlash = [set.exact.get(`${uri}/`), set.prefix.get(`${uri}/`)].flatMap((location) => location ?? [])
  const [answering] = withSlash.some(passesOn) && !set.prefix.has(uri) ? withSlash : []
  if (answering) return { choice: { found: 'auto-redirect', location: answering }, final: true }
  let choice: Choice = { found: 'none' }
  if (prefix) {
    choice = chosen(prefix)
    const deeper = find(prefix.nested, uri)
    if (deeper.final) return deeper
    if (deeper.choice.found !== 'none') choice = deeper.choice
  }
  if (prefix?.noRegex) return { choice, final: false }
  for (const location of set.regex) {
    const match = location.pattern?.exec(uri)
    if (match === undefined) return { choice: { found: 'unknown', pattern: location }, final: true }
    if (match === null) continue
    const deeper = find(location.nested, uri)
    return { choice: deeper.choice.found === 'none' ? chosen(location, match) : deeper.choice, final: true }
  }
  return { choice, final: false }
}

const chosen = (found: Location, match?: RegExpExecArray): Choice => ({
  found,
  captures: match ? [...match].map((capture) => capture ?? '') : [],
  groups: { ...match?.groups },
})

function longest(set: LocationSet, uri: string): Location | undefined {
  for (let length = Math.min(uri.length, set.longestPrefix); length >= 0; length--) {
    const location = set.prefix.get(uri.slice(0, length))
    if (location) return location
  }
  return undefined
}

const passes = ['proxy_pass', 'grpc_pass', 'fastcgi_pass', 'uwsgi_pass', 'scgi_pass', 'memcached_pass']

/** nginx redirects `/x` to `/x/` only for locations that pass the request on (`clcf->auto_redirect`). */
const passesOn = (location: Location): boolean => location.scope.directives.some((directive) => passes.includes(directive.name))

/** All of a set, inner ones aside. */
export const locationsOf = (set: LocationSet): readonly Location[] => [
  ...set.exact.values(),
  ...set.prefix.values(),
  ...set.regex,
  ...set.named.values(),
]
