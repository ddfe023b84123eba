import type { NginxDirective } from '../nginx.ts'
import { nearest, nearestAll, type Scope } from './scope.ts'

/** Who may state another address for a request than the one it comes from (ngx_http_realip_module). */
export interface AddressTrust {
  /** `set_real_ip_from` in effect; never empty. */
  readonly from: readonly NginxDirective[]
  /** Lower case: `x-real-ip`, `x-forwarded-for`, another header, or `proxy_protocol`. */
  readonly header: string
  /** Addresses of the list that are trusted themselves are skipped, from its end. Otherwise the last one counts. */
  readonly recursive: boolean
}

/**
 * The server's own settings are asked when a request arrives, those of the block that answers before its access rules; the first that changes the address
 * is the last. Both are given here, in that order, once where they are the same.
 */
export function addressTrusts(scope: Scope): readonly AddressTrust[] {
  let server: Scope = scope
  while (server.parent && server.directive?.name !== 'server') server = server.parent
  const [first, second] = [trustOf(server), trustOf(scope)]
  const same = first && second && first.from[0] === second.from[0] && first.header === second.header && first.recursive === second.recursive
  return [first, same ? undefined : second].filter((trust) => trust !== undefined)
}

function trustOf(scope: Scope): AddressTrust | undefined {
  const from = nearestAll(scope, ['set_real_ip_from'])
  if (from.length === 0) return undefined
  const header = nearest(scope, 'real_ip_header')?.parameters[0] ?? 'X-Real-IP'
  return { from, header: header.toLowerCase(), recursive: nearest(scope, 'real_ip_recursive')?.parameters[0] === 'on' }
}
