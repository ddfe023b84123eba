import { compilePattern } from '../../nginx/model/pattern.ts'

/**
 * Go's path.Clean as Caddy uses it (modules/caddyhttp, CleanPath): dots resolved, a slash at the end kept. Doubled slashes stay where the
 * pattern itself has some.
 */
export function cleanPath(path: string, mergeSlashes: boolean): string {
  const out: string[] = []
  const segments = path.replace(/^\//, '').split('/')
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1
    if (segment === '..') {
      out.pop()
      if (last) out.push('')
    } else if (segment === '.') {
      if (last) out.push('')
    } else if (segment !== '' || last || !mergeSlashes) out.push(segment)
  }
  return `/${out.join('/')}`
}

/** Go's path.Match: `*` and `?` stop at slashes. Undefined when the pattern is not one. */
function glob(pattern: string, path: string): boolean | undefined {
  if (!/[*?[\\]/.test(pattern)) return pattern === path
  let source = ''
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at)
    if (character === '*') source += '[^/]*'
    else if (character === '?') source += '[^/]'
    else if (character === '[') {
      const end = pattern.indexOf(']', at + 2)
      if (end < 0) return false
      source += `(?!/)${pattern.slice(at, end + 1)}`
      at = end
    } else source += (character === '\\' ? pattern.charAt(++at) : character).replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
  }
  return pattern.length > 500 ? undefined : runs(`^(?:${source})$`, path)
}

function runs(source: string, text: string): boolean | undefined {
  const match = compilePattern(source.replaceAll('[^/]*[^/]*', '[^/]*'), false).exec(text)
  return match === undefined ? undefined : match !== null
}

/** The same request is held against thousands of patterns, one after the other. */
const last = { path: '', merged: '', kept: '' }

function cleaned(path: string, merge: boolean): string {
  if (last.path !== path || last.merged === '') {
    const lower = path.toLowerCase()
    Object.assign(last, { path, merged: cleanPath(lower, true), kept: cleanPath(lower, false) })
  }
  return merge ? last.merged : last.kept
}

/** MatchPath (modules/caddyhttp/matchers.go): case never counts; a star at an end or at both ends is a beginning, an end or a part. */
export function matchesPath(written: string, path: string, rawPath: string): boolean | undefined {
  const pattern = written.toLowerCase()
  if (pattern === '*') return true
  const merge = !pattern.includes('//')
  // Compared in the escaped form, which is not modelled further than plain paths.
  if (pattern.includes('%')) return rawPath.includes('%') ? undefined : false
  const wanted = cleaned(path, merge)
  const stars = pattern.split('*').length - 1
  if (stars === 2 && pattern.startsWith('*') && pattern.endsWith('*') && pattern.length > 1) return wanted.includes(pattern.slice(1, -1))
  if (stars === 1 && pattern.startsWith('*')) return wanted.endsWith(pattern.slice(1))
  if (stars === 1 && pattern.endsWith('*')) return wanted.startsWith(pattern.slice(0, -1))
  return glob(pattern, wanted)
}

/** MatchHost: `*` stands for one label, whole labels only; case never counts. */
export function matchesHost(written: string, host: string): boolean {
  const pattern = written.toLowerCase()
  const wanted = host.toLowerCase()
  if (!pattern.includes('*')) return pattern === wanted
  const labels = pattern.split('.')
  const have = wanted.split('.')
  return labels.length === have.length && labels.every((label, at) => label === '*' || label === have[at])
}

/** strip_path_prefix: without regard to case; the rest begins with a slash again. */
export function stripPrefix(path: string, written: string): string {
  const prefix = written.startsWith('/') ? written : `/${written}`
  if (!path.toLowerCase().startsWith(prefix.toLowerCase())) return path
  const rest = path.slice(prefix.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}
