import { groupBy } from '#shared/group-by.ts'
import { oncePer } from '../../once-per.ts'
import type { NginxDirective } from '../nginx.ts'

/** A block together with those around it. nginx merges settings from the outside in; what a block sets itself wins. */
export interface Scope {
  readonly directives: readonly NginxDirective[]
  /** The block's own directive; absent for the top level. */
  readonly directive?: NginxDirective | undefined
  readonly parent?: Scope | undefined
}

/** The scope of a block; directives without one have an empty one. */
export const inside = (directive: NginxDirective, parent: Scope | undefined): Scope => ({
  directives: directive.block ?? [],
  directive,
  parent,
})

/** The directives of one block by name: every location asks the thousands around it for settings that none of them has. */
const byName = oncePer((directives: readonly NginxDirective[]) => groupBy(directives, ({ name }) => name))

/** The first of this name in the block itself, nothing inherited. */
export const own = (scope: Scope, name: string): NginxDirective | undefined => byName(scope.directives).get(name)?.[0]

/** The setting in effect: of the innermost block that has it. */
export function nearest(scope: Scope | undefined, name: string): NginxDirective | undefined {
  for (let at = scope; at; at = at.parent) {
    const found = own(at, name)
    if (found) return found
  }
  return undefined
}

/** List settings (`allow`/`deny`, `proxy_set_header`, …) are inherited all or nothing: of the innermost block that has any of them. */
export function nearestAll(scope: Scope | undefined, names: readonly string[]): readonly NginxDirective[] {
  for (let at = scope; at; at = at.parent) {
    const known = byName(at.directives)
    const some = names.filter((name) => known.has(name))
    // In the order of the file, which decides among `allow` and `deny`.
    if (some.length > 0) return at.directives.filter(({ name }) => some.includes(name))
  }
  return []
}

/**
 * `limit_except GET { … }` rules every method but those named; GET brings HEAD with it. Its block is entered instead of the location's, so what the
 * location rewrites, returns or tries is not looked at.
 */
export function limited(scope: Scope, method: string): Scope {
  const limit = own(scope, 'limit_except')
  if (!limit?.block) return scope
  const allowed = limit.parameters.map((word) => word.toUpperCase())
  return allowed.includes(method) || (method === 'HEAD' && allowed.includes('GET'))
    ? scope
    : { directives: limit.block, directive: limit, parent: scope }
}
