import { field, items, type JsonNode, textOf } from '../json-lines.ts'
import { cleanPath, stripPrefix } from './paths.ts'

interface Target {
  readonly method: string
  readonly path: string
  readonly original: string
  readonly captures: ReadonlyMap<string, string>
  /** In routes for errors: what is said otherwise. */
  readonly errorStatus?: number | undefined
}

/** Values of placeholders that a target may name; undefined for those that only a running Caddy knows. */
function placeholder(name: string, { method, path, original, captures, errorStatus }: Target): string | undefined {
  switch (name) {
    case 'http.request.method':
      return method
    case 'http.request.uri':
    case 'http.request.uri.path':
      return path
    case 'http.request.orig_uri':
    case 'http.request.orig_uri.path':
      return original
    case 'http.error.status_code':
      return errorStatus === undefined ? undefined : String(errorStatus)
    case 'http.request.uri.query':
    case 'http.request.uri.prefixed_query':
      return ''
    default:
      return captures.get(name)
  }
}

function expand(template: string, target: Target): string | undefined {
  let known = true
  const text = template.replace(/\{([a-z][\w.-]*)\}/g, (_, name: string) => {
    const value = placeholder(name, target)
    if (value === undefined) known = false
    return value ?? ''
  })
  return known ? text : undefined
}

/** The handler `rewrite`, in the order in which it works (modules/caddyhttp/rewrite): method, URI, prefix, suffix, parts. Undefined when not known. */
export function rewritten<T extends Target>(node: JsonNode, before: T): { readonly method: string; readonly path: string } | undefined {
  const method = expand(textOf(field(node, 'method')) ?? '', before)
  if (method === undefined || field(node, 'path_regexp') !== undefined) return undefined
  let path = before.path
  const uri = textOf(field(node, 'uri')) ?? ''
  if (uri !== '') {
    // The query is put together apart (buildQueryString); what a placeholder brings along of one is cut off.
    const target = expand(uri.split(/[?#]/, 1)[0] ?? '', before)?.split(/[?#]/, 1)[0]
    if (target === undefined) return undefined
    if (target !== '' || !/^[?#]/.test(uri)) path = target
  }
  const prefix = textOf(field(node, 'strip_path_prefix')) ?? ''
  if (prefix.includes('{')) return undefined
  // Each of these cleans the path first, whether or not it fits.
  if (prefix !== '') path = stripPrefix(cleanPath(path, !prefix.includes('//')), prefix)
  const suffix = textOf(field(node, 'strip_path_suffix')) ?? ''
  if (suffix.includes('{')) return undefined
  if (suffix !== '') path = cleanPath(path, !suffix.includes('//'))
  if (suffix !== '' && path.toLowerCase().endsWith(suffix.toLowerCase())) path = path.slice(0, path.length - suffix.length)
  for (const part of items(field(node, 'uri_substring'))) {
    const find = textOf(field(part, 'find')) ?? ''
    const put = textOf(field(part, 'replace')) ?? ''
    if (find === '' || find.includes('{') || put.includes('{')) return undefined
    if (field(part, 'limit') !== undefined) return undefined
    path = cleanPath(path, !find.includes('//')).replaceAll(find, () => put)
  }
  return { method: method === '' ? before.method : method.toUpperCase(), path }
}
