/** A call in a file of rules, without its name: `function(action, subject) { … }`. */
export interface PolkitCall {
  readonly name: 'addRule' | 'addAdminRule'
  readonly given: string
  /** Where it begins in the text. */
  readonly at: number
}

const CALL = /\bpolkit\s*\.\s*(addRule|addAdminRule)\s*\(/g
/** What a file may do with `polkit` besides and register nothing. */
const HARMLESS = /\bpolkit\s*\.\s*(?:Result\b(?!(?:\s*\.\s*\w+|\s*\[[^\]]*\])?\s*=(?!=))|log\b|spawn\b)/g
/** What stands before a slash that begins an expression, and divides nothing. */
const BEFORE_EXPRESSION = /(?:^|[(,=:[!&|?{};~^%*+<>-]|\breturn|\btypeof)\s*$/

/**
 * The text of a file of rules of polkit(8) with blanks in place of comments, so that each place stays where it is. Signs in strings are no comments; an expression
 * (`/["']/`) is a number.
 */
export function withoutComments(text: string): string {
  let plain = ''
  for (let at = 0; at < text.length; ) {
    const part = partAt(text, at, plain)
    plain += part.isCode ? part.text : part.text.replace(/[^\n]/g, ' ')
    at += part.text.length
    if (part.isExpression) plain = `${plain.slice(0, -part.text.length)}0${' '.repeat(part.text.length - 1)}`
  }
  return plain
}

interface Part {
  readonly text: string
  readonly isCode: boolean
  readonly isExpression?: true
}

const PLAIN = /[^"'`/]+/y
const STRING = /"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|`(?:\\[\s\S]|[^`\\])*`?/y
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y
const EXPRESSION = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y

function partAt(text: string, at: number, before: string): Part {
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const code = take(PLAIN) ?? take(STRING)
  if (code !== undefined) return { text: code, isCode: true }
  const comment = take(COMMENT)
  if (comment !== undefined) return { text: comment, isCode: false }
  const expression = BEFORE_EXPRESSION.test(before.slice(-40)) ? take(EXPRESSION) : undefined
  return expression === undefined ? { text: '/', isCode: true } : { text: expression, isCode: true, isExpression: true }
}

/** The calls of a text without comments, and where else `polkit` is named for what was not followed: `var p = polkit`, `polkit["addRule"]`. */
export function callsIn(text: string): { readonly calls: readonly PolkitCall[]; readonly unfollowed: number | undefined } {
  const calls: PolkitCall[] = []
  let [rest, done] = ['', 0]
  for (const match of text.matchAll(CALL)) {
    if (match.index < done) continue
    const begin = match.index + match[0].length
    const end = endOfCall(text, begin)
    calls.push({ name: match[1] === 'addRule' ? 'addRule' : 'addAdminRule', given: text.slice(begin, end).trim(), at: match.index })
    rest += text.slice(done, match.index) + ' '.repeat(end - match.index)
    done = end
  }
  rest += text.slice(done)
  const found = rest.replace(HARMLESS, (known) => ' '.repeat(known.length)).search(/\bpolkit\b/)
  return { calls, unfollowed: found < 0 ? undefined : found }
}

function endOfCall(text: string, begin: number): number {
  let depth = 0
  for (const { 0: sign, index } of text.slice(begin).matchAll(/"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|[()[\]{}]/g)) {
    if (/^[([{]/.test(sign)) depth++
    else if (/^[)\]}]/.test(sign) && --depth < 0) return begin + index
  }
  return text.length
}
