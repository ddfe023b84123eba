/** Says of a text whether it fits. Undefined for a class that is never closed: what libraries make of it differs. */
export type Glob = (text: string) => boolean | undefined

/** Does the text fit the pattern of fnmatch(3)? `path`: no wildcard stands for a slash (FNM_PATHNAME). Whoever asks it of many texts keeps the `globOf`. */
export const fnmatch = (pattern: string, text: string, path: boolean): boolean | undefined => globOf(pattern, path)(text)

/** A pattern of fnmatch(3), to be held against many texts. */
export function globOf(pattern: string, path: boolean): Glob {
  // Most rules name what they allow to the letter, and one is held against another a thousand times for each account.
  if (!/[*?[\\]/.test(pattern)) return (text) => pattern === text
  const [letters = ''] = /^(?:[^*?[\\]|\\[\s\S]|\\$)*/.exec(pattern) ?? []
  const plain = letters.replace(/\\([\s\S])/g, '$1')
  if (letters === pattern) return (text) => plain === text
  const telling = !pattern.includes('[', letters.length)
  let compiled: RegExp | null | undefined
  return (text) => {
    if (telling && !text.startsWith(plain)) return false
    if (compiled === undefined) compiled = expressionOf(pattern, path)
    return compiled?.test(text)
  }
}

/** Null for a class that is never closed, or a range that runs backwards. */
function expressionOf(pattern: string, path: boolean): RegExp | null {
  const any = path ? '[^/]' : '[\\s\\S]'
  let source = ''
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at] as string
    if (sign === '\\') source += literal(pattern[++at] ?? '\\')
    else if (sign === '*') {
      while (pattern[at + 1] === '*') at++
      source += `${any}*`
    } else if (sign === '?') source += any
    else if (sign === '[') {
      const set = readClass(pattern, at)
      if (set === undefined) return null
      source += path ? `(?!/)${set.source}` : set.source
      at = set.end
    } else source += literal(sign)
  }
  try {
    return new RegExp(`^${source}$`, 'u')
  } catch {
    return null
  }
}

const literal = (sign: string): string => sign.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&')
const inClass = (sign: string): string => sign.replace(/[\\^[\]-]/gu, '\\$&')

const named: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`\\{-~',
  xdigit: '0-9A-Fa-f',
}

function readClass(pattern: string, start: number): { readonly source: string; readonly end: number } | undefined {
  let at = start + 1
  const negated = pattern[at] === '!' || pattern[at] === '^'
  if (negated) at++
  let set = ''
  for (let first = true; at < pattern.length; at++, first = false) {
    const sign = pattern[at] as string
    if (sign === ']' && !first) return { source: `[${negated ? '^' : ''}${set}]`, end: at }
    const name = /^\[:([a-z]{1,8}):\]/.exec(pattern.slice(at, at + 12))
    if (name?.[1]) {
      const signs = named[name[1]]
      if (signs === undefined) return undefined
      set += signs
      at += name[0].length - 1
    } else if (sign === '-' && !first && pattern[at + 1] !== ']') set += '-'
    else if (sign === '\\') set += inClass(pattern[++at] ?? '\\')
    else set += inClass(sign)
  }
  return undefined
}
