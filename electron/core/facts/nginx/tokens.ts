/** What the configuration reader meets. `line` counts from 1 inside the text given. */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly line: number }
  | { readonly kind: 'end' | 'open' | 'close'; readonly line: number }

/** No configuration of nginx, which would not start with it; or the text was cut. `line` counts from 1. */
export class NginxSyntaxError extends Error {
  readonly line: number
  constructor(message: string, line: number) {
    super(message)
    this.name = 'NginxSyntaxError'
    this.line = line
  }
}

const isBlank = (character: string): boolean => character === ' ' || character === '\t' || character === '\r' || character === '\n'

/** `ngx_conf_read_token` unescapes only these; every other backslash stays, which is what keeps regular expressions intact. */
const unescapeWord = (raw: string): string =>
  raw.replace(/\\(["'\\trn])/g, (_, escaped: string) =>
    escaped === 't' ? '\t' : escaped === 'r' ? '\r' : escaped === 'n' ? '\n' : escaped,
  )

/**
 * Reads one file as nginx's `ngx_conf_read_token` does (src/core/ngx_conf_file.c): a quote opens a string only at the start of a word,
 * `#` a comment only there too, `${` never opens a block, `}` inside a word is a letter.
 * `*_by_lua_block {` swallows Lua up to its closing brace, as OpenResty's reader does.
 * Throws `NginxSyntaxError`.
 */
export function* tokens(text: string): Generator<Token> {
  let at = text.startsWith('\uFEFF') ? 1 : 0
  let line = 1
  let first: string | undefined
  while (at < text.length) {
    const character = text.charAt(at)
    if (isBlank(character)) {
      if (character === '\n') line++
      at++
    } else if (character === '#') {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else if (character === ';' || character === '{' || character === '}') {
      yield { kind: character === ';' ? 'end' : character === '{' ? 'open' : 'close', line }
      at++
      if (character === '{' && first?.endsWith('_by_lua_block')) {
        const end = endOfLua(text, at, line)
        line += countLines(text, at, end)
        yield { kind: 'close', line }
        at = end + 1
      }
      first = undefined
    } else {
      const word = readWord(text, at, line)
      yield { kind: 'word', text: word.text, line }
      first ??= word.text
      line += countLines(text, at, word.end)
      at = word.end
    }
  }
}

function readWord(text: string, start: number, line: number): { readonly text: string; readonly end: number } {
  const quote = text.charAt(start)
  if (quote === '"' || quote === "'") {
    let at = start + 1
    while (at < text.length && text.charAt(at) !== quote) at += text.charAt(at) === '\\' ? 2 : 1
    if (at >= text.length) throw new NginxSyntaxError(`a string opened with ${quote} is never closed`, line)
    const after = text.charAt(at + 1)
    // After a closing quote nginx takes blanks, ";", "{" and ")" only.
    if (after !== '' && !isBlank(after) && after !== ';' && after !== '{' && after !== ')')
      throw new NginxSyntaxError(`unexpected "${after}" after a quoted string`, line)
    return { text: unescapeWord(text.slice(start + 1, at)), end: at + 1 }
  }
  let at = start
  let variable = false
  while (at < text.length) {
    const character = text.charAt(at)
    if (character === '\\') {
      variable = false
      at += 2
      continue
    }
    if (isBlank(character) || character === ';' || (character === '{' && !variable)) break
    variable = character === '$' || (character === '{' && variable)
    at++
  }
  const end = Math.min(at, text.length)
  return { text: unescapeWord(text.slice(start, end)), end }
}

function countLines(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++
  return count
}

/** Index of the brace that closes a Lua block which began before `start`. Strings, long brackets and comments may hold braces. */
function endOfLua(text: string, start: number, line: number): number {
  const skip = /--\[(=*)\[[\s\S]*?\]\1\]|--[^\n]*|\[(=*)\[[\s\S]*?\]\2\]|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|[{}]/g
  skip.lastIndex = start
  let depth = 1
  for (let match = skip.exec(text); match !== null; match = skip.exec(text)) {
    if (match[0] === '{') depth++
    else if (match[0] === '}' && --depth === 0) return match.index
  }
  throw new NginxSyntaxError('a Lua block is never closed', line)
}
