import { entries, field, type JsonNode, texts } from '../json-lines.ts'

/**
 * Headers, in lower case, that a `reverse_proxy` sets or takes away, so that a client's own do not get behind it. Caddy sets the usual three by itself
 * (modules/caddyhttp/reverseproxy, addForwardedHeaders).
 */
export const headersSet = (proxy: JsonNode): readonly string[] => [
  ...['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'],
  ...headersHandled(field(proxy, 'headers', 'request')),
]

/** Headers that something that is judged here looks at: a star in a name that is taken away may stand for these. */
const looked = ['x-forwarded-prefix', 'x-forwarded-uri', 'x-original-url', 'x-real-ip', 'user-agent']

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

/** Those of them that tell the path as it came in; `{http.request.uri}` tells it as it is by then (`forward_auth`). */
export const headersAsSent = (proxy: JsonNode, placeholder: 'uri' | 'orig_uri'): readonly string[] =>
  entries(field(proxy, 'headers', 'request', 'set')).flatMap(([name, values]) =>
    texts(values).some((value) => value.includes(`{http.request.${placeholder}`)) ? [name.toLowerCase()] : [],
  )
