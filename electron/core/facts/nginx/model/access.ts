import type { NginxDirective } from '../nginx.ts'
import { type AddressTrust, addressTrusts } from './client-address.ts'
import { dependsOnClient } from './depends-on-client.ts'
import { strangeLogins } from './known-directives.ts'
import { nearest, nearestAll, type Scope } from './scope.ts'
import type { HttpModel } from './servers.ts'
import type { Target } from './target.ts'
import { clientMayMake, expandText, type RequestState } from './variables.ts'

/** What is said to those who are not let in. */
export type Refusal = 401 | 403 | 500

/** One thing that the access phase asks for to let somebody in. */
export interface Credential {
  /** `shared-key`: an `auth_request` that looks up by itself what the client sends. `module`: another module's authentication. `unmodelled`: a script decides. */
  readonly kind: 'basic' | 'auth-request' | 'shared-key' | 'module' | 'unmodelled'
  readonly directive: NginxDirective
  /** Programs that an `auth_request` asks, and the path it asks them for. */
  readonly asks?: readonly Asked[] | undefined
  /** Nobody gets past it: what a client is told. */
  readonly refusal?: Refusal | undefined
}

/** What an `auth_request` asks a program. */
export interface Asked {
  readonly target: Target
  readonly path: string | undefined
  readonly method: string
  /** Headers, in lower case, that nginx sets itself, so that the client's own do not get there. */
  readonly sets: readonly string[]
  /** Those that tell the path as the client wrote it. */
  readonly asSent: readonly string[]
}

/** What the location of an `auth_request` does: lets everybody in by itself, or asks programs. */
export interface AuthAnswer {
  readonly everybody: boolean
  readonly asks: readonly Asked[]
  /** It lets in by itself who sends what only insiders know, and nobody else. */
  readonly bySecret?: boolean | undefined
  readonly refusal?: Credential['refusal']
  /** What lets in clients by rules that are not modelled, or tells all what one of them was told. */
  readonly doubtful?: NginxDirective | undefined
}

/** One pass through the access phase. */
export interface Gate {
  readonly satisfy: 'all' | 'any'
  /** `allow` and `deny` in effect, in order. The first that fits the client's address decides; none lets it in. */
  readonly addresses: readonly NginxDirective[]
  readonly credentials: readonly Credential[]
  /** Who may choose the address that the list looks at. */
  readonly trusts: readonly AddressTrust[]
  /** An `auth_request` lets everybody in by itself: with "satisfy any" nothing else counts. */
  readonly opensToAll: boolean
}

const modules = ['auth_jwt', 'auth_oidc', 'auth_ldap', 'auth_pam', 'auth_gss', 'auth_digest', 'auth_spnego']
/** Scripts of the access phase. */
export const scripts = ['access_by_lua_block', 'access_by_lua_file', 'access_by_lua', 'perl_access', 'js_access', 'auth_openidc']

/**
 * What the access phase of a location demands. `auth_basic` counts only with a user file (ngx_http_auth_basic_handler declines without one).
 * `answerOf` tells what the location of an `auth_request` does.
 */
export function gateOf(scope: Scope, model: HttpModel, state: RequestState, answerOf: (uri: string) => AuthAnswer): Gate {
  const credentials: Credential[] = []
  const add = (kind: Credential['kind'], directive: NginxDirective) => credentials.push({ kind, directive })
  const value = (directive: NginxDirective) => expandText(directive.parameters[0] ?? '', { model, state, persona: 'silent' })

  /** The realm `off` asks nobody, wherever it comes from (ngx_http_auth_basic_handler; `auth_jwt` and `auth_pam` take variables as well). */
  const asking = (directive: NginxDirective): 'yes' | 'no' | 'unknown' => {
    const realm = value(directive)
    const written = directive.parameters[0] ?? ''
    const avoidable = realm.known && realm.text !== 'off' && clientMayMake(written, 'off', model, state.anyHost)
    // By a name or a public header, it is avoided by all who want; by anything else, perhaps by those who know it.
    if (!realm.known || (avoidable && dependsOnClient(written, model, state.anyHost) !== 'public')) return 'unknown'
    return realm.text !== 'off' && !avoidable ? 'yes' : 'no'
  }

  const basic = nearest(scope, 'auth_basic')
  const users = nearest(scope, 'auth_basic_user_file')
  if (basic && users) {
    const asked = asking(basic)
    if (asked === 'unknown') add('unmodelled', basic)
    // The client chooses among files: one of them may hold a password that it knows.
    else if (asked === 'yes') add(isSteered(users, model) ? 'unmodelled' : 'basic', basic)
  }
  const request = nearest(scope, 'auth_request')
  const uri = request?.parameters[0] ?? 'off'
  const answer = request && uri !== 'off' ? answerOf(uri) : undefined
  if (answer?.doubtful && !answer.everybody) add('unmodelled', answer.doubtful)
  else if (request && answer && !answer.everybody)
    credentials.push({
      kind: answer.bySecret ? 'shared-key' : 'auth-request',
      directive: request,
      asks: answer.asks,
      refusal: answer.refusal,
    })
  for (const name of modules) {
    const directive = nearest(scope, name)
    const asked = directive ? asking(directive) : 'no'
    if (directive && asked !== 'no') add(asked === 'yes' ? 'module' : 'unmodelled', directive)
  }
  for (const name of scripts) {
    const directive = nearest(scope, name)
    if (directive) add('unmodelled', directive)
  }
  for (let at: Scope | undefined = scope; at; at = at.parent)
    for (const directive of strangeLogins(at.directives)) add('unmodelled', directive)
  const opensToAll = answer?.everybody === true
  return {
    // Of addresses alone any is all: whom the list turns away nothing else lets in (ngx_http_core_post_access_phase).
    satisfy: nearest(scope, 'satisfy')?.parameters[0] === 'any' && (credentials.length > 0 || opensToAll) ? 'any' : 'all',
    addresses: nearestAll(scope, ['allow', 'deny']),
    trusts: addressTrusts(scope),
    credentials,
    opensToAll,
  }
}

/** The name of the host chooses among sites, whatever else a client says among files. */
const isSteered = ({ parameters: [file = ''] }: NginxDirective, model: HttpModel): boolean =>
  dependsOnClient(file, model, false) !== undefined

/** Does the list turn everybody away? */
export const deniesAll = (addresses: readonly NginxDirective[]): boolean =>
  addresses[0]?.name === 'deny' && addresses[0].parameters[0] === 'all'

/** Another location answers for it, with any status. */
const asksBeside = (kind: Credential['kind']): boolean => kind === 'auth-request' || kind === 'shared-key'

/** What this gate may tell those whom it does not let in: 401 asks for a login, 403 is said to an address or by the location that an `auth_request` asks. */
export function refusalsOf(gate: Gate): readonly Refusal[] {
  const may = (status: Refusal) =>
    gate.credentials.some(({ kind, refusal }) => (refusal ?? status) === status && (status === 401 || asksBeside(kind)))
  return [
    ...(may(401) ? [401 as const] : []),
    ...(gate.addresses.length > 0 || may(403) ? [403 as const] : []),
    ...(gate.credentials.some(mayFail) ? [500 as const] : []),
  ]
}

/**
 * An `auth_request` says 500 where the answer is neither 2xx nor 401 or 403: where the program is down, or was sent more headers than it takes, which is up to the client
 * (ngx_http_auth_request_handler).
 */
const mayFail = ({ kind, refusal = 500 }: Credential): boolean => kind === 'auth-request' && refusal === 500

/** What may fail so, and need not. */
export const failingAsk = ({ credentials }: Gate): NginxDirective | undefined => {
  const asking = credentials.filter(mayFail)
  return asking.every(({ refusal }) => refusal === undefined) ? asking[0]?.directive : undefined
}
