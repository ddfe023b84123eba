import { compilePattern } from '../../nginx/model/pattern.ts'

/**
 * Go's path.Clean as Caddy uses it (modules/caddyhttp, CleanPath): dots resolved, a slash at the end kept. Doubled slashes stay where the
 * pattern itself has some. What a rewrite left need not begin with a slash; of nothing it makes a dot.
 */
export function cleanPath(path: string, mergeSlashes: boolean): string {
  const rooted = path.startsWith('/')
  const out: string[] = []
  for (const segment of path.replace(/^\//, '').split('/')) {
    if (segment === '..' && out.length > 0 && out.at(-1) !== '..') out.pop()
    else if (segment === '..' && !rooted) out.push(segment)
    else if (segment !== '..' && segment !== '.' && (segment !== '' || !mergeSlashes)) out.push(segment)
  }
  // Of doubled slashes at the end one is the slash that is kept.
  if (!mergeSlashes && out.at(-1) === '' && path.endsWith('/')) out.pop()
  const cleaned = `${rooted ? '/' : ''}${out.join('/')}` || '.'
  return cleaned !== '/' && path.endsWith('/') ? `${cleaned}/` : cleaned
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
export function matchesPath(written: string, path: string): boolean | undefined {
  const pattern = written.toLowerCase()
  if (pattern === '*') return true
  const merge = !pattern.includes('//')
  const wanted = cleaned(path, merge)
  // From its first `%` on compared as the client wrote it, who may write any letter as `%70`; `%*` is a star there.
  if (pattern.includes('%')) return wanted.startsWith(/^[^%*?[\\]*/.exec(pattern)?.[0] ?? '') ? undefined : false
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

/** strip_path_prefix (modules/caddyhttp/rewrite, trimPathPrefix): without regard to case. The rest is left as it is: nothing, or without a slash at its head. */
export function stripPrefix(path: string, written: string): string {
  const prefix = written.startsWith('/') ? written : `/${written}`
  return path.toLowerCase().startsWith(prefix.toLowerCase()) ? path.slice(prefix.length) : path
}
