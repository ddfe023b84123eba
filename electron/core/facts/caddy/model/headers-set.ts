import { entries, field, type JsonNode, texts } from '../json-lines.ts'

/**
 * Headers, in lower case, that a `reverse_proxy` sets or takes away, so that a client's own do not get behind it. Caddy sets the usual three by itself
 * (modules/caddyhttp/reverseproxy, addForwardedHeaders).
 */
export function headersSet(proxy: JsonNode): readonly string[] {
  const request = field(proxy, 'headers', 'request')
  const written = [...entries(field(request, 'set')).map(([name]) => name), ...texts(field(request, 'delete'))]
  return ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', ...written.map((name) => name.toLowerCase())]
}

/** Those of them that tell the path as it came in; `{http.request.uri}` tells it as it is by then (`forward_auth`). */
export const headersAsSent = (proxy: JsonNode, placeholder: 'uri' | 'orig_uri'): readonly string[] =>
  entries(field(proxy, 'headers', 'request', 'set')).flatMap(([name, values]) =>
    texts(values).some((value) => value.includes(`{http.request.${placeholder}`)) ? [name.toLowerCase()] : [],
  )
