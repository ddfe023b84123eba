/**
 * The path that nginx matches locations against, from the path that the client sent (`ngx_http_parse_complex_uri`): percent signs decoded,
 * `.` and `..` resolved, slashes merged unless `merge_slashes off`. Undefined when nginx answers 400.
 */
export function normaliseUri(raw: string, mergeSlashes: boolean): string | undefined {
  const path = raw.split(/[?#]/, 1)[0] ?? ''
  if (!path.startsWith('/')) return undefined
  let bad = false
  const decoded = path.replace(/%([0-9A-Fa-f]{2})?/g, (_, hex: string | undefined) => {
    if (hex === undefined || hex === '00') bad = true
    return hex === undefined ? '' : String.fromCharCode(Number.parseInt(hex, 16))
  })
  if (bad) return undefined
  const out: string[] = []
  const segments = decoded.slice(1).split('/')
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1
    if (segment === '..') {
      if (out.length === 0) return undefined
      out.pop()
      if (last) out.push('')
    } else if (segment === '.') {
      if (last) out.push('')
    } else if (segment !== '' || last || !mergeSlashes) out.push(segment)
  }
  return `/${out.join('/')}`
}

/** What nginx makes of a path before it puts it into a request of its own, unless variables gave it (ngx_escape_uri, NGX_ESCAPE_URI). */
export const escapeUri = (path: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it escapes
  path.replace(/[\x00-\x20"#%<>?\\^`{|}\x7f-\xff]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
