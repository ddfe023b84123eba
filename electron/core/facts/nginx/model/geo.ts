import type { NginxDirective } from '../nginx.ts'
import type { HttpModel } from './servers.ts'

/** A `geo` that tells networks of clients apart (ngx_http_geo_module). */
export interface Geo {
  /** Value for whom no line names. */
  readonly usual: string
  /** Lines of networks: the name is the network, the first parameter its value. */
  readonly blocks: readonly NginxDirective[]
}

/**
 * Undefined for what is not modelled: another address than the client's (`geo $http_x $y`), addresses out of a header (`proxy`), `ranges`, `delete`, values
 * with variables, and networks that are everybody.
 */
export function readGeo(directive: NginxDirective | undefined): Geo | undefined {
  if (directive?.parameters.length !== 1) return undefined
  const lines = directive.block ?? []
  if (lines.some(({ name, parameters }) => /^(?:proxy|proxy_recursive|ranges|delete|include)$/.test(name) || parameters.length !== 1))
    return undefined
  const blocks = lines.filter(({ name }) => name !== 'default')
  if (blocks.some(({ name }) => /\/0*$/.test(name))) return undefined
  // Of several defaults the last one counts.
  return { usual: lines.findLast(({ name }) => name === 'default')?.parameters[0] ?? '', blocks }
}

/** Names of `geo` variables that a text hangs on, directly or through maps. */
export function geosIn(text: string, model: HttpModel, depth = 0): readonly string[] {
  const found = [...text.matchAll(/\$\{?(\w+)/g)].flatMap(([, written = '']) => {
    const name = written.toLowerCase()
    if (model.geos.has(name)) return [name]
    const map = depth < 8 ? model.maps.get(`$${name}`) : undefined
    return map
      ? [map.parameters[0] ?? '', ...(map.block ?? []).map(({ parameters }) => parameters[0] ?? '')].flatMap((part) =>
          geosIn(part, model, depth + 1),
        )
      : []
  })
  return [...new Set(found)]
}
