import type { NginxDirective } from '../nginx.ts'
import { isClients } from './clients-words.ts'
import { compilePattern } from './pattern.ts'
import type { HttpModel } from './servers.ts'

/**
 * What a request looks like from outside. Values that a client may choose are tried: as a stranger who sends nothing, and as one who
 * sends anything (`GUESS`), with and without the word that a token is announced with, or what has the form that is asked for (`sends`). What only the server's secrets decide, none of them can pass.
 */
export interface RequestState {
  readonly method: string
  /** Of the request that this one is made for, beside it: what `$request_method` says. */
  readonly mainMethod?: string | undefined
  /** Normalised and, after a rewrite, rewritten. */
  readonly uri: string
  /** As sent by the client. */
  readonly requestUri: string
  readonly scheme: 'http' | 'https'
  readonly host: string
  /** The first name of the server, whatever the client asked for. */
  readonly serverName: string
  /** The server takes other names as well, so that `host` is only one that a client may send. */
  readonly anyHost: boolean
  readonly port: number
  /** Values of `set`, and named captures, also as what a client writes (`clients-words.ts`); undefined stands for a value that is not known. */
  readonly variables: ReadonlyMap<string, string | undefined>
  /** Those of them into which `set` put the path as it was sent, with the query that a client adds: their text, where `SENT` stands for it. */
  readonly sentIn?: ReadonlyMap<string, string> | undefined
  /** `$0` … `$9`, of the last pattern that was tried: none where it did not match. Undefined where what it was tried on is not known. `QUERY` stands for the query that a client adds. */
  readonly captures: readonly string[] | undefined
}

export type Persona = 'silent' | 'guessing' | 'bearing' | { readonly sends: string }
export const GUESS = 'gatehouse-guess'

/** Why a value is not known. */
export type Unknown = 'address' | 'unmodelled'
export type Value = { readonly known: true; readonly text: string } | { readonly known: false; readonly why: Unknown }

const text = (value: string): Value => ({ known: true, text: value })
const notKnown = (why: Unknown): Value => ({ known: false, why })
const MAX_DEPTH = 8

/** All on which the value of a variable hangs: the configuration, the request so far, and what the client sends beside. */
export interface Evaluation {
  readonly model: HttpModel
  readonly state: RequestState
  readonly persona: Persona
}

/** An evaluation on its way: a `map` that is looked up keeps its value, and its pattern leaves what it took (ngx_http_regex_exec). */
interface Running extends Evaluation {
  state: RequestState
}

const addresses =
  /^(?:binary_)?(?:remote_addr|realip_remote_addr|proxy_protocol_addr|http_x_forwarded_for|proxy_add_x_forwarded_for|http_x_real_ip)$|^geoip/

/** How a client asks, and when: what it says in its handshake, of its body and its protocol. */
export const isStated = (name: string): boolean =>
  /^(?:ssl_(?:server_name|protocol|cipher|ciphers|curve|curves|early_data|session_reused)|content_(?:type|length)|request_(?:body|length)|server_protocol|http[23]|remote_port|time_(?:iso8601|local)|msec)$/.test(
    name,
  )

function variable(name: string, evaluation: Running, depth: number): Value {
  const { state, model, persona } = evaluation
  const around = state.sentIn?.get(name)
  if (around !== undefined) return text(spoken(around, evaluation))
  if (state.variables.has(name)) {
    const value = state.variables.get(name)
    return value === undefined || isClients(value) ? notKnown('unmodelled') : text(spoken(value, evaluation))
  }
  if (/^\d$/.test(name)) return taken(name, evaluation)
  if (model.geos.has(name) || model.located.has(name) || addresses.test(name)) return notKnown('address')
  const map = model.maps.get(`$${name}`)
  if (map) return depth > MAX_DEPTH ? notKnown('unmodelled') : kept(name, map, evaluation, depth + 1)
  switch (name) {
    case 'uri':
    case 'document_uri':
      return text(state.uri)
    case 'request_uri':
      return text(state.requestUri + queryOf(persona))
    case 'request':
      return text(`${state.method} ${state.requestUri}${queryOf(persona)} HTTP/1.1`)
    case 'request_method':
      return text(state.mainMethod ?? state.method)
    case 'scheme':
      return text(state.scheme)
    case 'https':
      return text(state.scheme === 'https' ? 'on' : '')
    case 'server_name':
      if (state.serverName === '$hostname') break
      return text(state.serverName)
    case 'host':
    case 'http_host':
    case 'ssl_server_name':
      return text(state.host)
    case 'server_port':
      return text(String(state.port))
    case 'is_args':
      return text(persona === 'silent' ? '' : '?')
    // The name that a client writes before its password, looked at by nobody yet when conditions are.
    case 'remote_user':
    case 'args':
    case 'query_string':
      return text(said(persona, GUESS))
    // Empty for a Referer that is on the list, which anybody may send; nobody who sends none is on one without the word `none`.
    case 'invalid_referer':
      return text(persona === 'silent' ? '1' : '')
    case 'ssl_client_verify':
      return text('NONE')
  }
  // Of who shows no certificate.
  if (name.startsWith('ssl_client_')) return text('')
  if (isStated(name)) return text(said(persona, GUESS))
  // Set by the client at will.
  if (/^(?:http|arg|cookie)_/.test(name)) return text(said(persona, persona === 'bearing' ? `Bearer ${GUESS}` : GUESS))
  return model.settable.has(name) ? text('') : notKnown('unmodelled')
}

/** For the path as it was sent, and for the query behind it: no request holds these. */
const SENT = '\0'
export const QUERY = '\u0001'

const spoken = (marked: string, { state, persona }: Evaluation): string =>
  marked.replaceAll(SENT, state.requestUri + queryOf(persona)).replaceAll(QUERY, queryOf(persona))

/** The text behind a name in which the path as it was sent stands, or what a pattern took of it with its query. */
export function sentBehind(name: string, { sentIn, variables, captures }: RequestState): string | undefined {
  const kept = /^\d$/.test(name) ? captures?.[Number(name)] : variables.get(name)
  return sentIn?.get(name) ?? (kept?.includes(QUERY) ? kept : undefined)
}

/** What `set` makes of a text with the path as it was sent in it, for `sentIn`; undefined where it has none, or what is around is not known. */
export function aroundSent(template: string, model: HttpModel, state: RequestState): string | undefined {
  const marked = template.replace(/\$(?:\{(\w+)\}|(\d)|(\w+))/g, (whole, braced?: string, digit?: string, plain?: string) => {
    const name = (braced ?? digit ?? plain ?? '').toLowerCase()
    if (name === 'request_uri') return SENT
    return name === 'request' ? `${state.method} ${SENT} HTTP/1.1` : (sentBehind(name, state) ?? whole)
  })
  const value = marked === template ? undefined : expandText(marked, { model, state, persona: 'silent' })
  return value?.known ? value.text : undefined
}

const said = (persona: Persona, anything: string): string =>
  persona === 'silent' ? '' : typeof persona === 'object' ? persona.sends : anything

function taken(number: string, evaluation: Evaluation): Value {
  const kept = evaluation.state.captures && (evaluation.state.captures[Number(number)] ?? '')
  return kept === undefined || isClients(kept) ? notKnown('unmodelled') : text(spoken(kept, evaluation))
}

/** A map keeps the value of its first use for the rest of the request, whatever becomes of the path (unless it is `volatile`). */
function kept(name: string, map: NginxDirective, evaluation: Running, depth: number): Value {
  const value = mapped(map, evaluation, depth)
  if (value.known && !map.block?.some((line) => line.name === 'volatile'))
    evaluation.state = { ...evaluation.state, variables: new Map(evaluation.state.variables).set(name, value.text) }
  return value
}

/** Whatever a client adds to its path, where it says anything. */
const queryOf = (persona: Persona): string => (persona === 'silent' ? '' : `?${said(persona, GUESS)}`)

/** `map $source $name { … }`: exact values, then host masks, then patterns in order, then the default (ngx_http_map_module). */
function mapped(map: NginxDirective, evaluation: Running, depth: number): Value {
  const source = expandAt(map.parameters[0] ?? '', evaluation, depth)
  if (!source.known) return source
  const lines = map.block ?? []
  const result = (line: (typeof lines)[number] | undefined): Value =>
    line ? expandAt(line.parameters[0] ?? '', evaluation, depth) : text('')
  const wanted = source.text.toLowerCase()
  const exact = lines.find(({ name }) => !name.startsWith('~') && name !== 'default' && name.replace(/^\\/, '').toLowerCase() === wanted)
  if (exact) return result(exact)
  if (lines.some(({ name }) => name === 'hostnames') && lines.some(({ name }) => name.includes('*'))) return notKnown('unmodelled')
  for (const line of lines) {
    // Nothing is held against no pattern, not even against one that it fits (ngx_http_map_find).
    if (!line.name.startsWith('~') || source.text === '') continue
    const insensitive = line.name.startsWith('~*')
    const match = compilePattern(line.name.slice(insensitive ? 2 : 1), insensitive).exec(source.text)
    if (match === undefined) return notKnown('unmodelled')
    if (match) {
      const { state } = evaluation
      const variables = new Map<string, string | undefined>([...state.variables, ...Object.entries(match.groups ?? {})])
      evaluation.state = { ...state, variables, captures: [...match].map((capture) => capture ?? '') }
      return result(line)
    }
  }
  return result(lines.find(({ name }) => name === 'default'))
}

/**
 * nginx measures every part before it writes any (ngx_http_script_run): a `$1` before a map is as long as what was taken before, and holds what the map took.
 * Where the two differ in length it writes what no one can foresee.
 */
function expandAt(template: string, evaluation: Running, depth: number): Value {
  const parts: (string | { readonly number: string; readonly length: number })[] = []
  let last = 0
  for (const match of template.matchAll(/\$(?:\{(\w+)\}|(\d)|(\w+))/g)) {
    const name = (match[1] ?? match[2] ?? match[3] ?? '').toLowerCase()
    const value = variable(name, evaluation, depth)
    if (!value.known) return value
    parts.push(template.slice(last, match.index), /^\d$/.test(name) ? { number: name, length: value.text.length } : value.text)
    last = match.index + match[0].length
  }
  let out = ''
  for (const part of parts) {
    const value = typeof part === 'string' ? text(part) : taken(part.number, evaluation)
    if (!value.known || (typeof part !== 'string' && value.text.length !== part.length)) return notKnown('unmodelled')
    out += value.text
  }
  return text(out + template.slice(last))
}

/** Replaces `$name` and `${name}`. */
export const expandText = (template: string, evaluation: Evaluation): Value => expandAt(template, { ...evaluation }, 0)

/** The same, and what is left of it for what is evaluated later. */
export function evaluated(template: string, evaluation: Evaluation): { readonly value: Value; readonly state: RequestState } {
  const running: Running = { ...evaluation }
  return { value: expandAt(template, running, 0), state: running.state }
}

/** Chosen by the client, beside the method and the path that a request is followed with; the name of the host where the server takes any. */
const chosen = (name: string, anyHost: boolean): boolean =>
  /^(?:(?:http|arg|cookie)_\w+|args|query_string|is_args|request_uri)$/.test(name) || isStated(name) || (anyHost && name === 'host')

/** Can a client choose what it sends so that the text becomes `wanted`? Over-approximated: true where one line of a `map` says so. */
export function clientMayMake(template: string, wanted: string, model: HttpModel, anyHost: boolean, depth = 0): boolean {
  const [, name] = /^\$\{?(\w+)\}?$/.exec(template) ?? []
  if (name === undefined || depth > MAX_DEPTH) return template === wanted
  const map = model.maps.get(`$${name}`)
  if (!map) return chosen(name, anyHost)
  return (
    hangsOnClient(map.parameters[0] ?? '', model, anyHost, depth) &&
    (map.block ?? []).some(({ parameters }) => clientMayMake(parameters[0] ?? '', wanted, model, anyHost, depth + 1))
  )
}

const hangsOnClient = (template: string, model: HttpModel, anyHost: boolean, depth: number): boolean =>
  [...template.matchAll(/\$\{?(\w+)/g)].some(([, name = '']) => {
    const map = depth > MAX_DEPTH ? undefined : model.maps.get(`$${name}`)
    return chosen(name, anyHost) || (map !== undefined && hangsOnClient(map.parameters[0] ?? '', model, anyHost, depth + 1))
  })
