import { oncePer } from '../once-per.ts'
import type { Nginx, NginxDirective } from './nginx.ts'

/** Every directive of a name, at any depth. What leads to keys and accounts asks it of the same configuration for each account. */
export function directivesNamed(directives: readonly NginxDirective[], name: string): readonly NginxDirective[] {
  const known = byName(directives)
  const found = known.get(name) ?? gather(directives, name)
  known.set(name, found)
  return found
}

const byName = oncePer((_: readonly NginxDirective[]) => new Map<string, readonly NginxDirective[]>())

const gather = (directives: readonly NginxDirective[], name: string): NginxDirective[] =>
  directives.flatMap((one) => [...(one.name === name ? [one] : []), ...gather(one.block ?? [], name)])

/** Paths that nginx names with a directive, each once, relative ones resolved against /etc/nginx. Paths with variables have no file of their own. */
export function pathsNamed({ directives }: Nginx, name: string): ReadonlyMap<string, NginxDirective> {
  const paths = new Map<string, NginxDirective>()
  for (const directive of directivesNamed(directives, name)) {
    const [path = ''] = directive.parameters
    if (path === '' || path === 'off' || /^(?:data|engine|store):/.test(path)) continue
    const resolved = path.startsWith('/') ? path : `/etc/nginx/${path}`
    if (!paths.has(resolved)) paths.set(resolved, directive)
  }
  return paths
}
