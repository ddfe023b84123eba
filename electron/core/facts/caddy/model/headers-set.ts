import { entries, field, items, type JsonNode, texts } from '../json-lines.ts'

const forwarded = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']

/**
 * Headers, in lower case, that a `reverse_proxy` sets or takes away, so that a client's own do not get behind it. Caddy sets the usual three by itself,
 * but leaves what whoever it trusts says in them (modules/caddyhttp/reverseproxy, addForwardedHeaders; 2.11.4, tried).
 */
export const headersSet = (proxy: JsonNode, server: JsonNode): readonly string[] => [
  ...(trustsSomebody(proxy) || trustsSomebody(server) ? [] : forwarded),
  ...headersHandled(field(proxy, 'headers', 'request')),
]

/** A list of a `reverse_proxy`, or a module of a server. */
function trustsSomebody(node: JsonNode): boolean {
  const trusted = field(node, 'trusted_proxies')
  return trusted?.kind === 'object' || items(trusted).length > 0
}

/** Headers that something that is judged here looks at: a star in a name that is taken away may stand for these. */
const looked = [...forwarded, 'x-forwarded-prefix', 'x-forwarded-uri', 'x-original-url', 'x-real-ip', 'user-agent']

/** Of the operations on a request those that leave nothing of the client's own: `set` and `delete` (modules/caddyhttp/headers, ApplyTo). */
export function headersHandled(request: JsonNode | undefined): readonly string[] {
  const deleted = texts(field(request, 'delete')).flatMap((name) => {
    const pattern = name.toLowerCase()
    const [before = '', after = ''] = [/^([^*]*)\*$/.exec(pattern)?.[1], /^\*([^*]*)$/.exec(pattern)?.[1]]
    const inner = /^\*([^*]+)\*$/.exec(pattern)?.[1]
    if (!pattern.includes('*')) return [pattern]
    if (inner !== undefined) return looked.filter((one) => one.includes(inner))
    return looked.filter((one) => (before !== '' && one.startsWith(before)) || (after !== '' && one.endsWith(after)) || pattern === '*')
  })
  return [...entries(field(request, 'set')).map(([name]) => name.toLowerCase()), ...deleted]
}

/** Operations on a request's headers; `certain` where every request on this way meets them. */
export interface HeaderChange {
  readonly node: JsonNode
  readonly certain: boolean
}

/** What stands under a name after some changes: what the client sent, if `own`, and `values`. Not `known`: anything, or nothing. */
export interface HeaderNow {
  readonly own: boolean
  readonly values: readonly string[]
  readonly known: boolean
}

/** Undefined where nothing touches the header (in lower case). Within one node: add, set, delete, replace (modules/caddyhttp/headers, ApplyTo). */
export function headerAfter(changes: readonly HeaderChange[], header: string): HeaderNow | undefined {
  let now: HeaderNow | undefined
  for (const { node, certain } of changes) {
    const given = (operation: 'add' | 'set') =>
      entries(field(node, operation)).flatMap(([name, values]) => (name.toLowerCase() === header ? [texts(values)] : []))
    const [added, set] = [given('add'), given('set')]
    const taken = texts(field(node, 'delete')).filter((pattern) => isDeleted(pattern.toLowerCase(), header))
    const replaced = entries(field(node, 'replace')).some(([name]) => name === '*' || name.toLowerCase() === header)
    if (added.length + set.length + taken.length === 0 && !replaced) continue
    const before: HeaderNow = now ?? { own: true, values: [], known: true }
    const filled: HeaderNow =
      set.length > 0
        ? { own: false, values: set.map((all) => all.join(',')).slice(-1), known: true }
        : { ...before, values: [...before.values, ...added.flat()] }
    const after: HeaderNow = taken.length > 0 ? { own: false, values: [], known: true } : filled
    // Since 2.7 all are taken away before others are set.
    const inOrder = !taken.includes('*') || added.length + set.length === 0
    const there = after.own || after.values.length > 0
    now = { ...after, known: after.known && certain && inOrder && !(replaced && there) }
  }
  return now
}

/** A star stands at an end or at both (`strings.HasPrefix`, `HasSuffix`, `Contains`). */
function isDeleted(pattern: string, header: string): boolean {
  const [first, last] = [pattern.startsWith('*'), pattern.endsWith('*')]
  if (pattern === '*') return true
  if (first && last) return header.includes(pattern.slice(1, -1))
  if (first) return header.endsWith(pattern.slice(1))
  return last ? header.startsWith(pattern.slice(0, -1)) : header === pattern
}

/** Those of them that tell the path as it came in; `{http.request.uri}` tells it as it is by then (`forward_auth`). */
export const headersAsSent = (proxy: JsonNode, placeholder: 'uri' | 'orig_uri'): readonly string[] =>
  entries(field(proxy, 'headers', 'request', 'set')).flatMap(([name, values]) =>
    texts(values).some((value) => value.includes(`{http.request.${placeholder}`)) ? [name.toLowerCase()] : [],
  )
