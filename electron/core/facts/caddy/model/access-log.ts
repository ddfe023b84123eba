import { entries, field, isTrue, items, type JsonNode, textOf, texts } from '../json-lines.ts'

/** Where the requests to one host of a server are written. */
export interface CaddyLog {
  /** Its name below `logging.logs`; `default` is always there. */
  readonly name: string
  /** `none` throws away; `stream` is stderr or stdout, which systemd keeps in its journal. */
  readonly to: 'stream' | 'file' | 'net' | 'none' | 'unknown'
  readonly format: 'json' | 'text' | 'unknown'
  /** A level above INFO keeps what went wrong only, and sampling leaves lines out. */
  readonly partial: boolean
  /** Of a file. */
  readonly path?: string | undefined
  /** Days after which Caddy itself deletes what it rolled (modules/logging/filewriter.go); undefined where it rolls nothing. */
  readonly keptDays?: number | undefined
  readonly node: JsonNode
}

export interface CaddyAccessLog {
  readonly logs: readonly CaddyLog[]
  /** Headers with passwords and keys are written as they are. */
  readonly credentials: boolean
  /** Some routes are left out (`log_skip`). */
  readonly skips: JsonNode | undefined
  readonly node: JsonNode
}

/**
 * What Caddy logs of requests to a host (modules/caddyhttp/logging.go and server.go, logging.go): nothing without `logs` of the server, nothing
 * of hosts that it skips; else the logger `http.log.access`, or one below it, as far as logs take it in.
 */
export function caddyAccessLog(config: JsonNode, server: JsonNode, host: string | undefined): CaddyAccessLog {
  const own = field(server, 'logs')
  const loggers = own && !isSkipped(own, host) ? loggersOf(own, host) : []
  const named = entries(field(config, 'logging', 'logs'))
  const sinks = named.some(([name]) => name === 'default') ? named : [['default', config] as const, ...named]
  const taking = (logger: string) => sinks.filter(([, node]) => takes(node === config ? undefined : node, logger))
  // `log_name` sends requests of its routes to others instead (2.8).
  const renamed = loggers.length === 0 ? [] : namedIn(server, 0)
  const lost = renamed.find(({ names }) => names.every((name) => taking(name).length === 0))
  const found = new Set([...loggers, ...renamed.flatMap(({ names }) => names)].flatMap(taking))
  const logs = sinks.filter((sink) => found.has(sink)).map(([name, node]) => logOf(name, node === config ? undefined : node, node))
  return { logs, credentials: isTrue(field(own, 'should_log_credentials')), skips: skipIn(server, 0) ?? lost?.node, node: own ?? server }
}

const matches = (pattern: string, host: string): boolean =>
  pattern === host || (pattern.startsWith('*.') && host.split('.').slice(1).join('.') === pattern.slice(2))

function isSkipped(own: JsonNode, host: string | undefined): boolean {
  const names = field(own, 'logger_names')
  if (host !== undefined && field(names, host)) return false
  if (texts(field(own, 'skip_hosts')).some((pattern) => host !== undefined && matches(pattern, host))) return true
  return isTrue(field(own, 'skip_unmapped_hosts'))
}

const ACCESS = 'http.log.access'

/** `logger_names` maps a host to one name, since 2.8 to several; wildcards take the place of whole labels. */
function loggersOf(own: JsonNode, host: string | undefined): readonly string[] {
  const names = field(own, 'logger_names')
  const labels = host?.split('.') ?? []
  const candidates = [
    ...(host === undefined ? [] : [host]),
    ...labels.map((_, at) => [...labels.slice(0, at + 1).map(() => '*'), ...labels.slice(at + 1)].join('.')),
  ]
  const found = candidates.map((one) => field(names, one)).find((node) => node !== undefined)
  const given =
    found === undefined ? [textOf(field(own, 'default_logger_name')) ?? ''] : found.kind === 'array' ? texts(found) : [textOf(found) ?? '']
  return given.map((name) => (name === '' ? ACCESS : `${ACCESS}.${name}`))
}

/** The longest namespace decides; an include that is there must fit. */
function takes(sink: JsonNode | undefined, logger: string): boolean {
  const longest = (list: JsonNode | undefined) =>
    Math.max(0, ...texts(list).map((namespace) => (`${logger}.`.startsWith(`${namespace}.`) ? namespace.length : 0)))
  const [include, exclude] = [field(sink, 'include'), field(sink, 'exclude')]
  const [accept, reject] = [longest(include), longest(exclude)]
  if (texts(exclude).includes('*')) return false
  return items(include).length > 0 ? accept > reject : reject === 0
}

function logOf(name: string, sink: JsonNode | undefined, node: JsonNode): CaddyLog {
  const writer = field(sink, 'writer')
  const output = textOf(field(writer, 'output')) ?? 'stderr'
  const kinds: Readonly<Record<string, CaddyLog['to']>> = { stderr: 'stream', stdout: 'stream', discard: 'none', file: 'file', net: 'net' }
  const level = textOf(field(sink, 'level'))?.toUpperCase() ?? 'INFO'
  const days = Number(textOf(field(writer, 'roll_keep_days')) ?? 0)
  const rolls = field(writer, 'roll')?.kind !== 'other' || isTrue(field(writer, 'roll'))
  return {
    name,
    to: kinds[output] ?? 'unknown',
    format: formatOf(field(sink, 'encoder')),
    partial: !['', 'INFO', 'DEBUG'].includes(level) || field(sink, 'sampling') !== undefined,
    ...(output === 'file' && { path: textOf(field(writer, 'filename')) ?? '', keptDays: rolls ? days || 90 : undefined }),
    node: writer ?? node,
  }
}

/** JSON wherever the writer is no terminal (logging.go). A filter that takes away more than headers may take away who asked. */
function formatOf(encoder: JsonNode | undefined): CaddyLog['format'] {
  const format = textOf(field(encoder, 'format')) ?? 'json'
  if (format === 'json') return 'json'
  if (format === 'console' || format === 'single_field') return 'text'
  const wrapped = field(encoder, 'wrap')
  if (format === 'append') return formatOf(wrapped)
  const harmless = entries(field(encoder, 'fields')).every(([name]) => /^(?:request>(?:headers|tls)\b|resp_headers\b)/.test(name))
  return format === 'filter' && harmless ? formatOf(wrapped) : 'unknown'
}

/** Loggers that handlers choose (`access_logger_names`), at any depth. */
function namedIn(node: JsonNode, depth: number): readonly { readonly node: JsonNode; readonly names: readonly string[] }[] {
  if (depth > 60) return []
  const inner = node.kind === 'array' ? node.items : node.kind === 'object' ? [...node.entries.values()] : []
  const names = textOf(field(node, 'handler')) === 'vars' ? texts(field(node, 'access_logger_names')) : []
  const own = names.length > 0 ? [{ node, names: names.map((name) => (name === '' ? ACCESS : `${ACCESS}.${name}`)) }] : []
  return [...own, ...inner.flatMap((one) => namedIn(one, depth + 1))]
}

/** A handler that sets the variable of `log_skip` (`skip_log` before 2.8), at any depth. */
function skipIn(node: JsonNode, depth: number): JsonNode | undefined {
  if (depth > 60) return undefined
  const inner = node.kind === 'array' ? node.items : node.kind === 'object' ? [...node.entries.values()] : []
  if (textOf(field(node, 'handler')) === 'vars' && (isTrue(field(node, 'log_skip')) || isTrue(field(node, 'skip_log')))) return node
  for (const one of inner) {
    const found = skipIn(one, depth + 1)
    if (found) return found
  }
  return undefined
}
