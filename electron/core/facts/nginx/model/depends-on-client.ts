import type { NginxDirective } from '../nginx.ts'
import { isPublicHeader } from './public-headers.ts'
import type { HttpModel } from './servers.ts'
import { isStated, type RequestState } from './variables.ts'

/** What `set` made of a variable counts, and not the map of the same name. */
export const withoutDecided = (text: string, { variables }: RequestState): string =>
  text.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => (variables.get(name.toLowerCase()) === undefined ? whole : ''))

/** Does a text itself, beside its maps, hold what a client sends? */
export const namesClient = (text: string): boolean => /\$\{?(?:http|arg|cookie)_|\$\{?(?:args|query_string)\b/i.test(text)

/** The maps that a text names and that hang on what a client sends. */
export const mapsNamed = (text: string, model: HttpModel): readonly NginxDirective[] =>
  [...text.matchAll(/\$\{?(\w+)/g)].flatMap(([, name = '']) => {
    const map = model.maps.get(`$${name.toLowerCase()}`)
    return map && dependsOnClient(`$${name}`, model, false) === 'secret' ? [map] : []
  })

/** Maps from what a client sends, behind others that only combine them (`map $request_method$is_known $refused`). */
export function mapsOfClient(text: string, model: HttpModel, depth = 0): readonly NginxDirective[] {
  return [...text.matchAll(/\$\{?(\w+)/g)].flatMap(([, name = '']) => {
    const map = depth < 8 ? model.maps.get(`$${name.toLowerCase()}`) : undefined
    if (!map) return []
    const behind = mapsOfClient(map.parameters[0] ?? '', model, depth + 1)
    return behind.length > 0 ? behind : [map]
  })
}

/**
 * Does what a client sends decide this condition, directly or through maps? `stated`: the name of an account, which auth_basic may prove later on.
 * `anyHost`: the client chooses the name of the host as well.
 */
export function dependsOnClient(
  words: string,
  model: HttpModel,
  anyHost: boolean,
  depth = 0,
): 'secret' | 'certificate' | 'public' | 'stated' | undefined {
  let found: 'public' | 'stated' | undefined
  for (const match of words.matchAll(/\$\{?(\w+)/g)) {
    const name = (match[1] ?? '').toLowerCase()
    if (name.startsWith('ssl_client_')) return 'certificate'
    if (name === 'remote_user') {
      found = 'stated'
      continue
    }
    // The name in the handshake need not be that of the request (RFC 6066, 11.1).
    if (name === 'is_args' || name === 'invalid_referer' || isStated(name) || (anyHost && name === 'host')) {
      found ??= 'public'
      continue
    }
    const sent = /^(?:http|arg|cookie)_(.+)/.exec(name)?.[1]
    if (sent !== undefined && isPublicHeader(sent.replaceAll('_', '-'))) {
      found ??= 'public'
      continue
    }
    if (/^(?:(?:http|arg|cookie)_|args$|query_string$)/.test(name)) return 'secret'
    const map = model.maps.get(`$${name}`)
    const inner = map && depth < 8 ? dependsOnClient(map.parameters[0] ?? '', model, anyHost, depth + 1) : undefined
    if (inner === 'public' || inner === 'stated') found = inner
    else if (inner) return inner
  }
  return found
}
