import type { NginxDirective } from '../nginx.ts'
import type { Answer } from './journey.ts'
import { nearest, nearestAll, type Scope } from './scope.ts'

/** Statuses that have an error page here. */
export const errorStatuses = (scope: Scope): readonly number[] =>
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

/** Where an error of this status goes: the nearest level that has any pages. None for an address elsewhere, which is a redirect. */
export function errorPage(scope: Scope, status: number): { readonly to: string; readonly directive: NginxDirective } | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const pages = at.directives.filter((directive) => directive.name === 'error_page')
    const page = pages.find((directive) => directive.parameters.slice(0, -1).includes(String(status)))
    const to = page?.parameters.at(-1)
    if (page && to !== undefined) return /^https?:/.test(to) ? undefined : { to, directive: page }
    if (pages.length > 0) return undefined
  }
  return undefined
}

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
