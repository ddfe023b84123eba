import type { NginxDirective } from '../nginx.ts'

/** A block together with those around it. nginx merges settings from the outside in; what a block sets itself wins. */
export interface Scope {
  readonly directives: readonly NginxDirective[]
  /** The block's own directive; absent for the top level. */
  readonly directive?: NginxDirective | undefined
  readonly parent?: Scope | undefined
}

export const inside = (directive: NginxDirective, parent: Scope | undefined): Scope => ({
  directives: directive.block ?? [],
  directive,
  parent,
})

export const own = (scope: Scope, name: string): NginxDirective | undefined => scope.directives.find((directive) => directive.name === name)

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
    const found = at.directives.filter((directive) => names.includes(directive.name))
    if (found.length > 0) return found
  }
  return []
}
