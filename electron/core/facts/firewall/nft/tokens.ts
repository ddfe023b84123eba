/** One word of an nft listing. A quoted string is one word; `newline` ends a rule. */
export interface Token {
  readonly text: string
  readonly kind: 'word' | 'string' | 'mark' | 'newline'
  readonly line: number
}

/** A range of hours has both of its ends in quotes. */
const TOKEN = /"((?:[^"\n]*"-")?[^"\n]*)"|([{}(),;])|(\n)|#[^\n]*|[^\s{}(),;"]+/g

/**
 * Splits what `nft list ruleset` prints. nft(8) has no escapes inside strings. What stands behind a `#` in the middle of a rule is an extension of
 * iptables that nft before 1.0.6 could not put into its own words (Ubuntu 20.04 and 22.04, RHEL 8, Debian 11), and after it come the rule's
 * other words and its verdict: `ct state new # recent: UPDATE seconds: 60 … counter packets 0 bytes 0 drop`. Newer ones print `xt match "recent"`.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let line = 1
  for (const match of text.matchAll(TOKEN)) {
    const [whole, quoted, mark, newline] = match
    if (newline !== undefined) {
      tokens.push({ text: '\n', kind: 'newline', line })
      line += 1
    } else if (quoted !== undefined) tokens.push({ text: quoted, kind: 'string', line })
    else if (mark !== undefined) tokens.push({ text: mark, kind: 'mark', line })
    else if (!whole.startsWith('#')) tokens.push({ text: whole, kind: 'word', line })
    else if (!isComment(whole, tokens.at(-1)))
      tokens.push({ text: 'xt', kind: 'word', line }, ...tokenize(whole.slice(1)).map((token) => ({ ...token, line })))
  }
  return tokens
}

/** On a line of its own, behind what opens a block, and the number that `nft -a` gives. */
const isComment = (text: string, before: Token | undefined): boolean =>
  before === undefined || before.kind === 'newline' || before.text === '{' || /^# ?handle \d+\s*$/.test(text)

/** Walks over tokens. Past the end it yields `undefined`, never an exception. */
export class Cursor {
  private position = 0
  private readonly tokens: readonly Token[]

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  get done(): boolean {
    return this.position >= this.tokens.length
  }

  peek(ahead = 0): string | undefined {
    return this.tokens[this.position + ahead]?.text
  }

  get token(): Token | undefined {
    return this.tokens[this.position]
  }

  next(): Token | undefined {
    const token = this.tokens[this.position]
    this.position += 1
    return token
  }

  /** Takes the word when it comes next. */
  accept(...words: readonly string[]): boolean {
    if (!words.every((word, index) => this.peek(index) === word)) return false
    this.position += words.length
    return true
  }

  /** What is left, without taking it. */
  rest(): readonly Token[] {
    return this.tokens.slice(this.position)
  }

  /** After an opening brace: everything up to its closing one. */
  block(): Token[] {
    const inside: Token[] = []
    for (let depth = 1; !this.done; ) {
      const token = this.next() as Token
      if (token.kind === 'mark' && token.text === '{') depth += 1
      if (token.kind === 'mark' && token.text === '}') depth -= 1
      if (depth === 0) break
      inside.push(token)
    }
    return inside
  }

  /** Everything up to the end of the line; braces may span lines. Within those of a chain without a name (`jump {`) ends of lines stay, since rules end there. */
  statement(): Token[] {
    const inside: Token[] = []
    const open: boolean[] = []
    while (!this.done) {
      const token = this.next() as Token
      if (token.kind === 'mark' && token.text === '{') open.push(/^(?:jump|goto)$/.test(inside.at(-1)?.text ?? ''))
      if (token.kind === 'mark' && token.text === '}') open.pop()
      if (token.kind === 'newline' && open.length === 0) break
      if (token.kind !== 'newline' || open.at(-1) === true) inside.push(token)
    }
    return inside
  }
}
