import type { InferenceService } from '#shared/model/inference-service.ts'
import { addressBlock, within } from '../../network/address-block.ts'
import { parseDump } from '../parse.ts'
import type { Credential, Gate } from './access.ts'
import type { AddressTrust } from './client-address.ts'
import type { Answer } from './journey.ts'
import { maps, wilderMaps } from './random-configurations.testing.ts'
import { serve } from './request.ts'
import { proxyRoutesTo } from './routes.ts'
import { own } from './scope.ts'
import { readHttp } from './servers.ts'
import type { AddressRule } from './told-apart.ts'

/** Test support: what the model says a client on 127.0.0.1 gets, in the words of the stub upstream. */
export interface Prediction {
  readonly status: number
  /** `X-Location` that the upstream saw. */
  readonly location?: string | undefined
  /** Path that the upstream saw. */
  readonly path?: string | undefined
  /** Method that the upstream saw, where it is another than was asked: an error page is fetched with GET. Not predicted. */
  readonly became?: string | undefined
}

/** A request, and who sends it. */
export interface Asked extends Client {
  readonly method: string
  readonly path: string
  readonly host?: string | undefined
}

interface Client {
  readonly login: boolean
  readonly from: string
  /** What it states about its address. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

export type Predict = (request: Asked) => Prediction

/** `body`: what stands inside `server { … }`. */
export function predictor(body: string): Predict {
  const parsed = parseDump(`# configuration file /x/nginx.conf:\nhttp { ${maps} server { listen 80; ${body} } }\n`)
  if (!parsed.ok) throw new Error(parsed.message)
  const model = readHttp(parsed)
  const [server] = model.servers
  if (!server) throw new Error('no server')
  const mergeSlashes = own(server.scope, 'merge_slashes')?.parameters[0] !== 'off'
  return (asked) => {
    const [path = ''] = asked.path.split('?')
    return follow(
      serve(model, server, { method: asked.method, path, scheme: 'http', host: 'localhost', anyHost: true, port: 80, mergeSlashes }),
      asked,
    )
  }
}

/** A request that got through to the stub without a login, as `METHOD path` there. */
export interface Through extends Client {
  readonly method: string
  /** Path that the upstream saw. */
  readonly path: string
}

/** Which of these ways does the picture of all ways to the stub not have? None where it says that it does not have them all. */
export function missing(body: string, through: readonly Through[]): readonly Through[] {
  const text = `# configuration file /x/nginx.conf:\nhttp { ${maps} ${wilderMaps} server { listen 80; ${body} } }\n`
  const parsed = parseDump(text.replaceAll('@UPSTREAM@', 'http://127.0.0.1:11434').replaceAll('@HOST@', '127.0.0.1:11434'))
  if (!parsed.ok) throw new Error(parsed.message)
  const bind = { address: '127.0.0.1', port: 11_434, scope: 'loopback', section: 'listeners', line: 1, basis: 'observed' } as const
  const stub: InferenceService = {
    ...{ id: 'ollama', engine: 'ollama', how: 'systemd', running: true, pids: [], argv: [], binds: [bind], apiKey: 'none', modelPaths: [] },
  }
  const picture = proxyRoutesTo(parsed, [stub], [])
  if (picture.unmodelled.length > 0) return []
  return through.filter(
    (one) => !picture.routes.some(({ route, answer }) => route.method === one.method && route.path === one.path && lets(answer, one)),
  )
}

/** Is this way open to the client? */
export const lets = (answer: Answer, client: Client): boolean => passes({ ...answer, afterRefusal: undefined }, client, answer.afterRefusal)

/** Who may state another address may be in any network. */
const isIn = (networks: readonly AddressRule[], { gates }: Answer, { from }: Client): boolean => {
  const client = addressBlock(from)
  return gates.some(({ trusts }) => trusts.length > 0) || (client !== undefined && networks.some(({ block }) => within(client, block)))
}

/** Whoever comes by an error page was refused before; whether he was is not asked here. */
const passes = (answer: Answer, client: Client, refusedBefore: Answer['afterRefusal']): boolean =>
  answer.assumptions.every(({ kind }) => kind !== 'secret' && kind !== 'certificate') &&
  answer.assumptions.every(({ networks }) => networks === undefined || isIn(networks, answer, client)) &&
  (refusedBefore !== undefined || follow([answer], client).status === 200)

/** Who is refused goes on through `error_page`, where there is one for that status. */
function follow(answers: readonly Answer[], client: Client): Prediction {
  const [first] = answers
  if (!first) throw new Error('no answer')
  let now = client
  const refusing = first.gates.find((gate) => {
    now = seenAs(gate, now)
    return refuse(gate, now) !== 0
  })
  const status = refusing && refuse(refusing, now)
  const denied = status ?? (first.outcome.kind === 'answered' && first.outcome.directive.name === 'deny' ? 403 : undefined)
  if (denied === undefined) return outcome(first)
  // The page is that of the gate that refused: who got there has passed those before it.
  const before = refusing ? first.gates.slice(0, first.gates.indexOf(refusing)) : first.gates
  const after = answers
    .filter(({ afterRefusal, gates }) => afterRefusal === denied && !(refusing && gates.includes(refusing)))
    .filter(({ gates }) => before.every((gate) => gates.includes(gate)))
  const next = after.filter((answer) => !isCircle(answer)).map((answer) => follow([{ ...answer, afterRefusal: undefined }], client))
  const chosen = next.find(({ status: one }) => one !== 401 && one !== 403) ?? next[0]
  // The page that leads back to itself does so for whom it refuses with the status that it is the page of.
  const circle = after.find((answer) => isCircle(answer) && (!chosen || answer.outcome.directive.parameters.includes(`${chosen.status}`)))
  return circle ? outcome(circle) : (chosen ?? { status: denied })
}

const isCircle = ({ outcome }: Answer): boolean =>
  outcome.kind === 'answered' && outcome.status === 500 && outcome.directive.name === 'error_page'

function outcome({ outcome, scope, location }: Answer): Prediction {
  if (outcome.kind === 'proxied') {
    const header = own(location?.scope ?? scope, 'proxy_set_header')
    return { status: 200, location: header?.parameters[1], path: outcome.path }
  }
  return { status: outcome.kind === 'answered' ? outcome.status || 0 : -1 }
}

/**
 * The stub model server lets everybody in when it is asked who somebody is. What is not modelled may. A file would, too, but there is none here, and
 * an `auth_request` makes an error of 404.
 */
const told = ({ kind, refusal, asks }: Credential, login: boolean): number =>
  refusal ??
  (kind === 'auth-request' && asks?.length === 0 ? 500 : undefined) ??
  (login || kind === 'unmodelled' || asks?.some(({ target }) => target.host === '@upstream@' || target.port === 11_434) ? 0 : 401)

/** The address that a gate sees; once a header has been believed, none is looked at again. */
function seenAs({ trusts }: Gate, client: Client): Client {
  for (const trust of trusts) {
    const from = client.headers && stated(trust, client.from, client.headers[trust.header])
    if (from !== undefined) return { ...client, from, headers: undefined }
  }
  return client
}

/** ngx_http_get_forwarded_addr: from the end of the list, as long as who is named is trusted and can be read. */
function stated({ from, header, recursive }: AddressTrust, connected: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const trusted = (address: string) => {
    const client = addressBlock(address)
    return from.some(({ parameters: [text = ''] }) => {
      const block = addressBlock(text)
      return block !== undefined && client !== undefined && within(client, block)
    })
  }
  const names = header === 'x-forwarded-for' ? value.split(/[ ,]+/) : [value]
  let found: string | undefined
  for (let at = connected; trusted(at); at = found) {
    const next = names.pop()?.replace(/:\d+$/, '')
    if (next === undefined || addressBlock(next) === undefined) break
    found = next
    if (!recursive) break
  }
  return found
}

/** 0 lets in. Access runs first, then auth_basic, then auth_request (ngx_http_core_access_phase). */
function refuse(gate: Gate, { login, from }: Client): number {
  const client = addressBlock(from)
  const rule = gate.addresses.find(({ parameters: [text = ''] }) => {
    const block = addressBlock(text)
    return text === 'all' || (block !== undefined && client !== undefined && within(client, block))
  })
  const answers = [
    ...(rule === undefined ? [] : [rule.name === 'allow' ? 0 : 403]),
    ...gate.credentials.map((credential) => told(credential, login)),
    // An auth_request that lets everybody in is no credential, but it satisfies "any".
    ...(gate.opensToAll ? [0] : []),
  ]
  if (gate.satisfy === 'any') {
    if (answers.length === 0 || answers.includes(0)) return 0
    return answers.includes(500) && !answers.slice(0, answers.indexOf(500)).includes(0) ? 500 : answers.includes(401) ? 401 : 403
  }
  return answers.find((answer) => answer !== 0) ?? 0
}
