import type { NginxDirective } from '../nginx.ts'

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
  const [by] = directive?.parameters ?? []
  if (directive === undefined || !(directive.parameters.length === 1 || (directive.parameters.length === 2 && by === '$remote_addr')))
    return undefined
  const lines = directive.block ?? []
  if (lines.some(({ name, parameters }) => /^(?:proxy|proxy_recursive|ranges|delete|include)$/.test(name) || parameters.length !== 1))
    return undefined
  const blocks = lines.filter(({ name }) => name !== 'default')
  if (blocks.some(({ name }) => /\/0*$/.test(name))) return undefined
  // Of several defaults the last one counts.
  return { usual: lines.findLast(({ name }) => name === 'default')?.parameters[0] ?? '', blocks }
}
