import { routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { NginxDirective } from '../nginx.ts'
import type { Assumption } from './assumption.ts'
import type { AddressTrust } from './client-address.ts'
import type { Answer } from './journey.ts'
import type { Lead } from './lead.ts'
import type { Listen } from './listen.ts'
import type { ProxiedRoute } from './proxied-route.ts'
import { nearest, nearestAll, own, type Scope } from './scope.ts'
import { type HttpModel, isEncrypted, type Server } from './servers.ts'
import { matchTarget, peersOf, readTarget, type Target } from './target.ts'

/** Scripts that refuse a connection, or choose where it goes (njs, lua). */
const deciding = ['js_access', 'js_preread', 'preread_by_lua_block', 'preread_by_lua_file']
const answering = ['content_by_lua_block', 'content_by_lua_file']

/**
 * A stream server passes bytes on: every route, and nobody is asked who he is unless by client certificate. The name that
 * a client says in its handshake (`$ssl_preread_server_name`) is its own choice, so each line of a `map` is a way. Datagrams are passed on as such (ngx_stream_proxy_module): no engine takes them.
 */
export function readStreams(
  model: HttpModel,
  services: readonly InferenceService[],
  localAddresses: readonly string[],
  routes: ProxiedRoute[],
  report: (directive: NginxDirective, reason: string) => void,
): void {
  for (const server of model.streams) {
    const script = answering.map((name) => nearest(server.scope, name)).find((one) => one !== undefined)
    if (script) report(script, 'a script answers')
    for (const { directive, target, answer, listens, inTls } of carriedBy(server, model)) {
      if (!target || !answer) {
        report(directive, 'where it leads is decided at run time')
        continue
      }
      const match = matchTarget(target, model.streamUpstreams, services, localAddresses)
      if (match.uncertain) report(directive, 'only the host knows what its upstream means')
      for (const service of match.services) {
        const takes = inTls ? takesTls(service) : 'yes'
        if (takes === 'no') continue
        const assumptions: readonly Assumption[] =
          takes === 'yes' ? answer.assumptions : [...answer.assumptions, { kind: 'unmodelled', directive }]
        for (const listen of listens)
          for (const route of routesOf(service))
            routes.push({
              ...{ service, route, server, listen, encrypted: isEncrypted(model.streams, listen), clientPath: route.path, directive },
              answer: { ...answer, assumptions, outcome: { kind: 'proxied', directive, target, path: route.path } },
            })
      }
    }
  }
}

/** Where stream servers carry bytes, whatever program that is. */
export const carriedTo = (model: HttpModel): readonly Lead[] =>
  model.streams.flatMap((server) =>
    carriedBy(server, model).flatMap(({ directive, target, answer, listens, inTls }) =>
      target
        ? listens.flatMap((listen) =>
            peersOf(target, model.streamUpstreams).map((peer) => ({
              ...{ directive, server, listen, encrypted: isEncrypted(model.streams, listen), path: '/', peer },
              // Whether a program that is no engine takes a handshake is not known.
              answer: inTls ? undefined : answer,
            })),
          )
        : [],
    ),
  )

interface Carried {
  readonly directive: NginxDirective
  /** Both undefined where only the running nginx knows them. */
  readonly target: Target | undefined
  readonly answer: Answer | undefined
  readonly listens: readonly Listen[]
  readonly inTls: boolean
}

/**
 * Does an engine understand a handshake? In clear it is 400 for Go and uvicorn, which then hang up; cpp-httplib reads on, so that a request may stand behind it. `unknown`: that, or a
 * file or a shell may give it a certificate.
 */
function takesTls({ engine, argv, environment = {}, environmentComplete }: InferenceService): 'yes' | 'no' | 'unknown' {
  const said = argv.some((word) => /^--ssl-(?:key-?file|cert-?file)(?:=|$)/.test(word)) || environment.LLAMA_ARG_SSL_KEY_FILE !== undefined
  if (said) return 'yes'
  const elsewhere = argv.some((word) => /^--config(?:=|$)/.test(word)) || (engine === 'vllm' && environmentComplete === false)
  return elsewhere || engine === 'llama.cpp' ? 'unknown' : 'no'
}

function carriedBy(server: Server, model: HttpModel): readonly Carried[] {
  // `pass` hands the connection to another socket of this nginx (since 1.25.5).
  const directive = own(server.scope, 'proxy_pass') ?? own(server.scope, 'pass')
  const listens = server.listens.filter(({ datagrams }) => !datagrams)
  if (!directive || listens.length === 0) return []
  return waysOf(directive.parameters[0] ?? '', model, server.scope).map(({ text, assumptions, inTls }) => {
    const target = text === undefined ? undefined : readTarget(text)
    const addresses = nearestAll(server.scope, ['allow', 'deny'])
    const gate = { satisfy: 'all' as const, addresses, credentials: [], trusts: statedBy(server.scope), opensToAll: false }
    const answer: Answer | undefined = target && {
      ...{ outcome: { kind: 'proxied', directive, target }, scope: server.scope, gates: [gate], assumptions },
    }
    return { directive, target, answer, listens, inTls }
  })
}

/** Who may state a client's address with PROXY protocol, the only way that streams have for it (ngx_stream_realip_module). */
const statedBy = (scope: Scope): readonly AddressTrust[] => {
  const from = nearestAll(scope, ['set_real_ip_from'])
  return from.length > 0 ? [{ from, header: 'proxy_protocol', recursive: false }] : []
}

interface Way {
  /** Undefined where only the running nginx knows it. */
  readonly text: string | undefined
  readonly assumptions: readonly Assumption[]
  /** Of those alone who begin with a handshake of TLS (`ssl_preread`): what they say is passed on as it is. */
  readonly inTls: boolean
}

const MAX_WAYS = 200

/** What a connection that is no handshake of TLS has nothing of. */
const PREREAD = /^\$\{?ssl_preread_\w+\}?$/

/** The line for nothing: a pattern is not held against that (ngx_stream_map_find). */
const forNothing = (lines: readonly NginxDirective[]): NginxDirective | undefined =>
  lines.find(({ name }) => name === '') ?? lines.find(({ name }) => name === 'default')

/** What the words of a `proxy_pass` may become: any line of a `map` by what the client says, or by its address. */
function waysOf(written: string, model: HttpModel, scope: Scope): readonly Way[] {
  const scripts = deciding.flatMap((name) => nearest(scope, name) ?? [])
  const assumed = scripts.map((directive): Assumption => ({ kind: 'unmodelled', directive }))
  const found = new Map<string | undefined, Way>()
  const add = (way: Way): void => {
    const before = found.get(way.text)
    if (!before || (before.inTls && !way.inTls)) found.set(way.text, way)
  }
  const follow = (text: string, assumptions: readonly Assumption[], inTls: boolean, depth: number): void => {
    const [, before = '', braced, plain, after = ''] = /^([^$]*)\$(?:\{(\w+)\}|(\w+))(.*)$/s.exec(text) ?? []
    const name = braced ?? plain
    if (name === undefined) {
      if (text !== '') add({ text, assumptions, inTls })
      return
    }
    const choice = model.streamChoices.get(name.toLowerCase())
    if (!choice || depth > 8 || found.size > MAX_WAYS) {
      add({ text: undefined, assumptions, inTls: false })
      return
    }
    const byAddress = choice.name === 'geo' || /addr\b|geoip/.test(choice.parameters[0] ?? '')
    const more: readonly Assumption[] = byAddress ? [...assumptions, { kind: 'address', directive: choice }] : assumptions
    const lines = choice.block ?? []
    const preread = choice.name === 'map' && PREREAD.test(choice.parameters[0] ?? '')
    const usual = preread ? forNothing(lines) : undefined
    for (const line of lines) {
      const { name: key, parameters } = line
      if (parameters.length > 0 || choice.name === 'split_clients')
        follow(before + (parameters[0] ?? key) + after, more, inTls || (preread && line !== usual), depth + 1)
    }
  }
  follow(written, assumed, false, 0)
  return [...found.values()]
}
