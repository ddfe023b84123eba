import type { JsonNode } from '../../../facts/caddy/json-lines.ts'
import { type CaddyAccessLog, caddyAccessLog } from '../../../facts/caddy/model/access-log.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { ProxiedRoute } from '../../../facts/nginx/model/proxied-route.ts'
import { nearestAll } from '../../../facts/nginx/model/scope.ts'
import type { Nginx, NginxDirective } from '../../../facts/nginx/nginx.ts'
import type { Verdict } from '../../control.ts'
import type { Front } from '../proxy/proxy-paths.ts'

/** One `access_log` in effect for requests that reach a model server. */
export interface AccessLog {
  readonly directive: NginxDirective
  /** File, `syslog:…`, or undefined for `off`. */
  readonly target?: string | undefined
  readonly format: string
  /** `if=` leaves requests out. */
  readonly condition?: string | undefined
}

/** nginx passes bytes on here, from `server` itself: it knows no requests, and logs connections where an access_log is named (ngx_stream_log_module). */
export const isStream = ({ server, directive }: ProxiedRoute): boolean => server.directive.block?.includes(directive) === true

/** Where requests of this route are written (ngx_http_log_module): the innermost block that has access_log, `off` cancels all of its level. */
export function accessLogsOf(route: ProxiedRoute): readonly AccessLog[] {
  const directives = nearestAll(route.answer.scope, ['access_log'])
  const off = directives.find(({ parameters }) => parameters[0] === 'off')
  if (off) return [{ directive: off, format: '' }]
  return directives.map((directive) => ({
    directive,
    target: directive.parameters[0],
    format: directive.parameters.slice(1).find((word) => !word.includes('=')) ?? 'combined',
    condition: directive.parameters.find((word) => word.startsWith('if=')),
  }))
}

export interface LogFormat {
  readonly escape: 'default' | 'json' | 'none'
  readonly text: string
  readonly directive: NginxDirective
}

/** `log_format NAME [escape=…] STRING …`, which stands in http only; parts are joined. */
export function logFormats({ directives }: Nginx): ReadonlyMap<string, LogFormat> {
  const formats = new Map<string, LogFormat>()
  for (const http of directives.filter(({ name }) => name === 'http'))
    for (const directive of (http.block ?? []).filter(({ name }) => name === 'log_format')) {
      const [name = '', ...rest] = directive.parameters
      const escaping = /^escape=(default|json|none)$/.exec(rest[0] ?? '')?.[1] as LogFormat['escape'] | undefined
      formats.set(name, { escape: escaping ?? 'default', text: (escaping ? rest.slice(1) : rest).join(''), directive })
    }
  return formats
}

/** What nginx passes on here. */
export const nginxRoutes = ({ routes }: Front): readonly ProxiedRoute[] => routes.flatMap(({ nginx }) => nginx ?? [])

/** What Caddy logs of the requests that reach a front; undefined when the front is not Caddy's. */
export const caddyLogOf = ({ first: { caddy } }: Front): CaddyAccessLog | undefined =>
  caddy && caddyAccessLog(caddy.config, caddy.server.node, caddy.host)

/** The line of the configuration that Caddy runs with, not that of a Caddyfile. */
export const citeCaddy = ({ line }: JsonNode, note?: string): Citation => ({ section: 'caddy', line, note })

/** Logs of other proxies are not read. */
export const notModelled = ({ subject, first }: Front): Verdict => ({
  status: 'not-evaluated',
  subject,
  title: 'Logs of this proxy are not read',
  reason: `${first.program} passes requests on for ${subject}; what it logs is not judged.`,
  cite: [first.line],
})
