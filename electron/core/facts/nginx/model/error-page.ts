import type { NginxDirective } from '../nginx.ts'
import type { Answer } from './journey.ts'
import { nearest, nearestAll, type Scope } from './scope.ts'

/** Where a request goes that ended with an error, inside of nginx. */
export interface ErrorPage {
  /** A path, a named location, or an expression of one. */
  readonly to: string
  readonly directive: NginxDirective
}

/** Statuses that have an error page here. */
const errorStatuses = (scope: Scope): readonly number[] =>
  nearestAll(scope, ['error_page']).flatMap(({ parameters }) =>
    parameters
      .slice(0, -1)
      .map(Number)
      .filter((status) => status >= 300),
  )

/**
 * What is said to a request before a location is searched: that it is none (400), holds too much (494) or what nginx does not know (501), names another host
 * than TLS did (421), has no certificate (495, 496) or no TLS at all (497) (ngx_http_request.c).
 */
export const earlyStatuses = (encrypted: boolean): readonly number[] => [400, 494, 501, ...(encrypted ? [421, 495, 496, 497] : [])]

/** What is said in a location before its access rules are looked at: to a body that is too large (unless a named location got the request), and to one request too many. */
export function statusesBeforeAccess(scope: Scope, named: boolean): readonly number[] {
  const limited = (['limit_req', 'limit_conn'] as const)
    .filter((name) => nearest(scope, name) && nearest(scope, `${name}_dry_run`)?.parameters[0] !== 'on')
    .map((name) => Number(nearest(scope, `${name}_status`)?.parameters[0] ?? 503))
  const bounded = !/^0+[kmg]?$/i.test(nearest(scope, 'client_max_body_size')?.parameters[0] ?? '1m')
  return [...new Set([...limited, ...(bounded && !named ? [413] : [])])]
}

/** What nginx says itself when the program behind it does not answer. */
const unanswered = [500, 502, 503, 504]

const intercepting = [
  'proxy_intercept_errors',
  'fastcgi_intercept_errors',
  'uwsgi_intercept_errors',
  'scgi_intercept_errors',
  'grpc_intercept_errors',
]

/** Statuses with an error page that a client may get of the program behind this directive: nginx says them of one that does not answer, and any with `proxy_intercept_errors`. */
export function failureStatuses(scope: Scope, directive: NginxDirective): readonly number[] {
  const said = intercepting.some(
    (name) => name.startsWith(directive.name.replace('_pass', '')) && nearest(scope, name)?.parameters[0] === 'on',
  )
  // What memcached does not have is an error of nginx's own (`intercept_404`).
  const own = directive.name === 'memcached_pass' ? [404, ...unanswered] : unanswered
  return errorStatuses(scope).filter((status) => said || own.includes(status))
}

/** Where an error of this status goes: the nearest level that has any pages. None for an address elsewhere, which is a redirect. */
export function errorPage(scope: Scope, status: number): ErrorPage | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const pages = at.directives.filter((directive) => directive.name === 'error_page')
    const page = pages.find((directive) => directive.parameters.slice(0, -1).includes(String(status)))
    const to = page?.parameters.at(-1)
    if (page && to !== undefined) return /^https?:/.test(to) ? undefined : { to, directive: page }
    if (pages.length > 0) return undefined
  }
  return undefined
}

/** Where errors of these statuses go, each place once. */
export const pagesFor = (scope: Scope, statuses: readonly number[]): readonly ErrorPage[] => [
  ...new Map(statuses.flatMap((status) => errorPage(scope, status) ?? []).map((page) => [page.to, page])).values(),
]

/**
 * An auth_request asks for the status alone: `error_page 401 /x` keeps it, `=200` replaces it, `=` takes that of the page. An error of the page
 * itself stands.
 */
export function toldBy({ parameters }: NginxDirective, status: number, answers: readonly Answer[]): readonly Answer[] {
  const written = parameters.find((word) => word.startsWith('='))
  if (written === '=') return answers
  const told = Number(written?.slice(1)) || status
  return answers.map((answer) => {
    const { outcome } = answer
    const fails = outcome.kind === 'unmodelled' || (outcome.kind === 'answered' && (outcome.status === 0 || outcome.status >= 300))
    return fails ? answer : { ...answer, outcome: { kind: 'answered', status: told, directive: outcome.directive } }
  })
}
