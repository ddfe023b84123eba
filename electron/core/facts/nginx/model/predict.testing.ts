import { parseDump } from '../parse.ts'
import type { Gate } from './access.ts'
import { type Answer, serve } from './request.ts'
import { own } from './scope.ts'
import { readHttp } from './servers.ts'

/** Test support: what the model says a client on 127.0.0.1 gets, in the words of the stub upstream. */
export interface Prediction {
  readonly status: number
  /** `X-Location` that the upstream saw. */
  readonly location?: string | undefined
  /** Path that the upstream saw. */
  readonly path?: string | undefined
}

export type Predict = (method: string, path: string, login: boolean) => Prediction

/** `body`: what stands inside `server { … }`. */
export function predictor(body: string): Predict {
  const parsed = parseDump(`# configuration file /x/nginx.conf:\nhttp { server { listen 80; ${body} } }\n`)
  if (!parsed.ok) throw new Error(parsed.message)
  const model = readHttp(parsed)
  const [server] = model.servers
  if (!server) throw new Error('no server')
  const mergeSlashes = own(server.scope, 'merge_slashes')?.parameters[0] !== 'off'
  return (method, path, login) => {
    const [bare = ''] = path.split('?')
    return follow(serve(model, server, { method, path: bare, scheme: 'http', host: 'localhost', port: 80, mergeSlashes }), login)
  }
}

/** Who is refused goes on through `error_page`, where there is one for that status. */
function follow(answers: readonly Answer[], login: boolean): Prediction {
  const [first] = answers
  if (!first) throw new Error('no answer')
  const status = first.gates.map((gate) => refuse(gate, login)).find((one) => one !== 0)
  const denied = status ?? (first.outcome.kind === 'answered' && first.outcome.directive.name === 'deny' ? 403 : undefined)
  if (denied === undefined) return outcome(first)
  const next = answers
    .filter((answer) => answer.afterRefusal === denied)
    .map((answer) => follow([{ ...answer, afterRefusal: undefined }], login))
  return next.find(({ status: one }) => one !== 401 && one !== 403) ?? next[0] ?? { status: denied }
}

function outcome({ outcome, scope, location }: Answer): Prediction {
  if (outcome.kind === 'proxied') {
    const header = own(location?.scope ?? scope, 'proxy_set_header')
    return { status: 200, location: header?.parameters[1], path: outcome.path }
  }
  return { status: outcome.kind === 'answered' ? outcome.status || 0 : -1 }
}

/** 0 lets in. */
function refuse(gate: Gate, login: boolean): number {
  const rule = gate.addresses.find(({ parameters }) => ['all', '127.0.0.1'].includes(parameters[0] ?? ''))
  const address = rule === undefined ? 'silent' : rule.name
  const password = gate.credentials.length === 0 ? 'silent' : login ? 'allow' : 'deny'
  if (gate.satisfy === 'any') {
    if (address === 'allow' || password === 'allow') return 0
    return password === 'deny' ? 401 : address === 'deny' ? 403 : 0
  }
  return address === 'deny' ? 403 : password === 'deny' ? 401 : 0
}
