const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
const closing = new Set(Object.values(PAIRS))
const begins = /\{[{%#]/g
const rawBegins = /\{%[-+]?\s*raw\s*-?%\}/y
const rawEnds = /\{%[-+]?\s*endraw\s*[-+]?%\}/g
/** Texts in code; what is not closed goes on to the end. */
export const texts = /'(?:[^'\\]|\\[\s\S])*(?:'|\\?$)|"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)/g
const textHere = new RegExp(texts, 'y')

const escaped = /\\(?:\r?\n|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g
const NAMED = 'N'

/** Texts as Jinja reads them, with Python's escapes (`unicode-escape`): `'__cl\x61ss__'` is `'__class__'`. What is in no name becomes a blank. */
export const withoutEscapes = (block: string): string => (block.includes('\\') ? block.replace(texts, withoutEscapesIn) : block)

function withoutEscapesIn(text: string): string {
  return text.replace(escaped, (all, two?: string, four?: string, eight?: string, octal?: string, letter?: string) => {
    if (letter !== undefined) return letter === NAMED ? all : /\w/.test(letter) ? ` ${letter}` : ' '
    const digits = two ?? four ?? eight ?? octal
    if (digits === undefined) return ''
    const code = Number.parseInt(digits, octal === undefined ? 16 : 8)
    return code > 0x10ffff || code < 0x20 || [0x22, 0x27, 0x5c].includes(code) ? ' ' : String.fromCodePoint(code)
  })
}

/** The same with empty texts, and with names in plain letters: Python takes others, too. */
export const withoutTexts = (block: string): string =>
  block.replace(texts, "''").replace(/[^\0-\x7f\s]/gu, (letter) => `u${letter.codePointAt(0)?.toString(16)}`)

/**
 * What Jinja runs of a template: all `{{ }}` and `{% %}`, over as many lines as they take, as its lexer cuts them (jinja2/lexer.py). Neither a comment nor `raw` is code;
 * an end within a text or within brackets is none. Where Jinja would refuse the template, all that follows is taken for code.
 */
export function templateCode(template: string): string[] {
  const found: string[] = []
  let at = 0
  for (;;) {
    begins.lastIndex = at
    const begin = begins.exec(template)
    if (begin === null) return found
    at = begin.index + 2
    const end = endOf(template, begin[0], begin.index)
    if (end === undefined || end.code) found.push(template.slice(at, end?.from))
    if (end === undefined) return found
    at = end.to
  }
}

interface End {
  readonly code: boolean
  readonly from: number
  readonly to: number
}

function endOf(template: string, kind: string, begin: number): End | undefined {
  if (kind === '{#') return endOfComment(template, begin + 2)
  rawBegins.lastIndex = begin
  if (!rawBegins.test(template)) return endOfCode(template, begin + 2, kind)
  rawEnds.lastIndex = rawBegins.lastIndex
  return rawEnds.test(template) ? { code: false, from: begin, to: rawEnds.lastIndex } : undefined
}

function endOfComment(template: string, at: number): End | undefined {
  const from = template.indexOf('#}', at)
  return from < 0 ? undefined : { code: false, from, to: from + 2 }
}

function endOfCode(template: string, begin: number, kind: string): End | undefined {
  const last = kind === '{{' ? '}}' : '%}'
  const open: string[] = []
  for (let at = begin; at < template.length; at += 1) {
    if (open.length === 0 && template.startsWith(last, at)) return { code: true, from: at, to: at + 2 }
    const character = template[at] ?? ''
    if (character === "'" || character === '"') {
      textHere.lastIndex = at
      textHere.test(template)
      at = textHere.lastIndex - 1
    } else if (PAIRS[character] !== undefined) open.push(PAIRS[character])
    else if (closing.has(character) && open.pop() !== character) return undefined
  }
  return undefined
}
