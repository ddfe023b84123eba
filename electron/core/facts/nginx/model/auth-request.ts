import type { NginxDirective } from '../nginx.ts'
import type { AuthAnswer } from './access.ts'
import { headersAsSent, headersSet, rememberedForAll } from './handler.ts'
import type { Answer, Outcome } from './journey.ts'
import { nearestAll, type Scope } from './scope.ts'

/**
 * The address of a login page, from the program that an `auth_request` asked (`auth_request_set $to $upstream_http_location`). One that names a path of this server
 * instead leads where clients could ask themselves, and to what is hidden from them (`unmet`).
 */
export const namedByAsked = (to: string, scope: Scope): boolean => {
  const name = /^\$\{?(\w+)\}?$/.exec(to)?.[1]
  return (
    name !== undefined &&
    nearestAll(scope, ['auth_request_set']).some(
      ({ parameters: [set, value] }) => set === `$${name}` && value === '$upstream_http_location',
    )
  )
}

/** What an `auth_request` takes for a yes (ngx_http_auth_request_module). */
export const isYes = (outcome: Outcome): boolean => outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300

/**
 * What the answers to the subrequest of an `auth_request` mean for who asked. A location that says 2xx by itself authenticates nobody. `unfollowed`: there are more
 * ways than were followed.
 */
export function answerOf(answers: readonly Answer[], unfollowed: NginxDirective | undefined): AuthAnswer {
  const yes = answers.filter(({ outcome }) => isYes(outcome))
  const everybody = yes.some(({ assumptions }) => assumptions.length === 0)
  const doubtful = yes.flatMap(({ assumptions }) => assumptions).find(({ kind }) => kind === 'unmodelled' || kind === 'address')
  const [own] = answers.length === 1 && answers[0]?.assumptions.length === 0 ? answers : []
  // 0 is the answer of a file or of a program: it may be any.
  const status = own?.outcome.kind === 'answered' && !everybody && own.outcome.status !== 0 ? own.outcome.status : undefined
  // Every other way is a refusal that stands in the configuration: neither a program nor a file says yes there.
  const bySecret =
    yes.length > 0 &&
    yes.every(({ assumptions }) => assumptions.some(({ kind }) => kind === 'secret')) &&
    answers.every(({ outcome }) => outcome.kind === 'answered' && outcome.status !== 0)
  return {
    everybody,
    bySecret,
    // 401 and 403 are passed on, anything else is an error (ngx_http_auth_request_module).
    refusal: status === undefined ? undefined : status === 401 || status === 403 ? status : 500,
    asks: answers.flatMap(({ outcome, scope }) =>
      outcome.kind === 'proxied'
        ? [
            {
              ...{ target: outcome.target, path: outcome.path, method: outcome.method ?? 'GET' },
              ...{ sets: headersSet(scope), asSent: headersAsSent(scope) },
            },
          ]
        : [],
    ),
    doubtful:
      doubtful?.directive ?? unfollowed ?? answers.map(({ scope }) => rememberedForAll(scope)).find((directive) => directive !== undefined),
  }
}
