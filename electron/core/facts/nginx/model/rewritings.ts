import { directivesNamed } from '../named-directives.ts'
import type { NginxDirective } from '../nginx.ts'
import { PATH } from './asked-beginnings.ts'
import { conditionOf } from './condition-words.ts'
import { givesAll, type Rewriting, takenBySample } from './inverse.ts'
import { type LocationSet, locationsOf } from './locations.ts'
import { redirects } from './rewrite.ts'
import { own } from './scope.ts'
import type { HttpModel, Server } from './servers.ts'
import { readTarget, writtenPaths } from './target.ts'

/** Where `error_page`, `try_files` and `index` send a request, as what they make of any path; pages that are files by their names lead to no engine. */
function sentOnBy({ name, parameters }: NginxDirective, within?: string): readonly Rewriting[] {
  const targets = name === 'index' ? parameters : name === 'error_page' || name === 'try_files' ? parameters.slice(-1) : []
  return targets.flatMap((to) => {
    if (!/^[/$]/.test(to) || /^\$\{?scheme|\.(?:html?|php|png|jpe?g|txt)$/i.test(to)) return []
    const replacement = to.replace(/\$\{?document_uri\}?/, `\${uri}`)
    return [{ pattern: /\$\{?uri\b/.test(to) ? '^(?<uri>.+)$' : '^', replacement, within, isPage: true }]
  })
}

/**
 * May the second one meet what the first one made? Rules beside the locations are over once a location is chosen, and begin anew for a page alone; of a location's own, `break` is the last
 * (ngx_http_rewrite_module).
 */
export function mayFollow(first: Rewriting, second: Rewriting): boolean {
  if (first.before !== undefined) return first.before === 'pages' && second.isPage === true
  if (second.inServer === undefined || first.isPage === true) return true
  return first.inServer !== undefined && !first.inServer.ends && first.inServer.place < second.inServer.place
}

/** Of more than these, what clients ask for is not known. */
export const MAX_REWRITINGS = 400

/** Patterns by which maps of the path take groups, that stand for `$1` once the map was looked up. */
const takenByMaps = ({ maps }: Pick<HttpModel, 'maps'>): readonly string[] =>
  [...maps.values()]
    .filter(({ parameters: [source = ''] }) => /\$\{?(?:request_|document_)?uri\b/.test(source))
    .flatMap(({ block = [] }) => block.flatMap(({ name }) => (/^~.*\((?!\?)/.test(name) ? [name.replace(/^~\*?/, '')] : [])))
    .slice(0, MAX_REWRITINGS + 1)

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
export function rewritingsOf(server: Server, model: Pick<HttpModel, 'maps'>): readonly Rewriting[] {
  const found: Rewriting[] = []
  const taking = takenByMaps(model)
  const conditions = takenByConditions(server.scope.directives)
  const sets = directivesNamed(server.directive.block ?? [], 'set').filter(({ parameters: [, value = ''] }) => /\$\{?\d/.test(value))
  const fromRewrites = (directives: readonly NginxDirective[], inServer: boolean, within?: string): void => {
    for (const one of directives) {
      const { name, parameters, block = [] } = one
      const [pattern = '', replacement = '', flag] = parameters
      // Who is told to ask elsewhere is passed on nowhere.
      if (name === 'rewrite' && !redirects({ parameters }))
        found.push({
          ...{ pattern, replacement, within },
          ...(inServer ? { inServer: { place: found.length, ends: flag !== undefined } } : flag === 'break' && { before: 'pages' }),
        })
      found.push(...sentOnBy(one, within))
      if (name === 'if') fromRewrites(block, inServer, within)
    }
  }
  const walk = (set: LocationSet): void => {
    for (const { kind, path, scope, pattern, nested } of locationsOf(set)) {
      fromRewrites(scope.directives, false, pattern ? takenBySample(pattern.source) : kind === 'named' ? undefined : path)
      const uri = pattern && readTarget(own(scope, 'proxy_pass')?.parameters[0] ?? '')?.uri
      if (pattern && uri) found.push({ pattern: pattern.source, replacement: uri, before: 'nothing' })
      const around = [...taking, ...conditions, ...takenByConditions(scope.directives)]
      for (const to of passedPaths(scope.directives, sets)) {
        const taken = [
          ...around.map((one) => ({ pattern: one, within: kind === 'prefix' ? path : undefined })),
          ...(pattern && to !== uri ? [{ pattern: pattern.source }] : []),
        ]
        found.push(...taken.map((one) => ({ ...one, replacement: to, before: 'nothing' as const })).filter(givesAll))
      }
      walk(nested)
    }
  }
  fromRewrites(server.scope.directives, true)
  walk(server.locations)
  return found
}
