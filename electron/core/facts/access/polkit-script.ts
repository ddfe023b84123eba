/** What has to be true for an answer, as far as it was read: what it leaves out may be anything, so that it holds for more than the rule says, never for less. */
export interface Bound {
  readonly actions?: readonly string[]
  /** Each of them has to hold: one of its accounts, or one of its groups. */
  readonly who: readonly { readonly users: readonly string[]; readonly groups: readonly string[] }[]
  readonly units?: readonly string[]
  readonly verbs?: readonly string[]
  /** Nothing was left out. */
  readonly exact: boolean
}

export interface Answer {
  /** `other`: nothing, so that the next rule is asked, or what was not followed. */
  readonly says: 'yes' | 'no' | 'other'
  readonly bound: Bound
}

const ANY: Bound = { who: [], exact: false }
const ALWAYS: Bound = { who: [], exact: true }

/** What it means that an expression is true, and that it is not. */
interface Truth {
  readonly yes: Bound
  readonly no: Bound
}

const MAX_DEPTH = 60
const MAX_LENGTH = 20_000
const TOKEN = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[A-Za-z_$][\w$]*|\d+|&&|\|\||[=!]==?|=>|[^\s]/g
const YES = /\bYES\b|["']yes["']/
const NO = /\b(?:NO|AUTH_\w+)\b|["'](?:no|auth_\w+)["']/
/** What is plainly a refusal, or no answer. */
const PLAIN_NO = /^\(*(?:polkit\.Result(?:\.(?:NO|AUTH_\w+)|\[["'](?:NO|AUTH_\w+)["']\])|["'](?:no|auth_\w+)["'])\)*$/
const NOTHING = /^\(*(?:polkit\.Result\.NOT_HANDLED|null|undefined|void0|true|false|\d+|)\)*$/

function and(a: Bound, b: Bound): Bound {
  const twice = (one: readonly string[] | undefined, other: readonly string[] | undefined) => one !== undefined && other !== undefined
  return {
    ...a,
    ...b,
    who: [...a.who, ...b.who],
    exact: a.exact && b.exact && !twice(a.actions, b.actions) && !twice(a.units, b.units) && !twice(a.verbs, b.verbs),
  }
}

/** What only one of two binds is not bound. */
function or(a: Bound, b: Bound): Bound {
  const both = (one: readonly string[] | undefined, other: readonly string[] | undefined) => one && other && [...one, ...other]
  const [actions, units, verbs] = [both(a.actions, b.actions), both(a.units, b.units), both(a.verbs, b.verbs)]
  const [mine, other] = [a.who[0], b.who[0]]
  const kinds = (['actions', 'units', 'verbs'] as const).filter((kind) => a[kind] ?? b[kind]).length + ((mine ?? other) ? 1 : 0)
  return {
    ...(actions && { actions }),
    ...(units && { units }),
    ...(verbs && { verbs }),
    who: mine && other ? [{ users: [...mine.users, ...other.users], groups: [...mine.groups, ...other.groups] }] : [],
    exact: a.exact && b.exact && kinds < 2 && a.who.length < 2 && b.who.length < 2,
  }
}

/** May the function say yes, as far as its words go? A name, or a call of another function, may stand for it. */
export const mayGrant = (given: string): boolean =>
  !/^(?:function\b|\()/.test(given) ||
  YES.test(given) ||
  [...given.matchAll(/\breturn\b([^;}\n]*)/g)].some(([, words = '']) => !saysNothing(words.replace(/\s/g, '')))

const saysNothing = (word: string): boolean => PLAIN_NO.test(word) || NOTHING.test(word)

/**
 * What a rule of polkit(8) answers, and when, read without running it: `if`, `else`, `return`, conditions with `&&`, `||` and `!` of ids, units, verbs, accounts and
 * groups. Whatever else stands there may be true or not, and what is returned by another name may be a yes. `given` is what addRule is given, without comments. Undefined where
 * it is no function that could be followed.
 */
export function answersOf(given: string): readonly Answer[] | undefined {
  const [head = '', ...names] = /^(?:function\s*\w*\s*)?\(\s*(\w+)\s*(?:,\s*(\w+)\s*)?\)\s*(?:=>\s*)?(?=\{)/.exec(given) ?? []
  if (head === '' || given.length > MAX_LENGTH) return undefined
  const tokens = given.slice(head.length).match(TOKEN) ?? []
  if (tokens.some((token) => /^["'`]$/.test(token))) return undefined
  try {
    return new Reader(tokens, names[0] ?? '', names[1] ?? '').answers()
  } catch (error) {
    if (error instanceof Unfollowed) return undefined
    throw error
  }
}

class Unfollowed extends Error {}

class Reader {
  private at = 0
  private depth = 0
  private readonly found: Answer[] = []

  private readonly tokens: readonly string[]
  /** Variables of its own that it returns. */
  private readonly own: ReadonlySet<string>
  private readonly action: string
  private readonly subject: string

  constructor(tokens: readonly string[], action: string, subject: string) {
    this.tokens = tokens
    const declared = new Set(tokens.flatMap((token, at) => (/^(?:var|let|const)$/.test(token) ? (tokens[at + 1] ?? '') : [])))
    this.own = new Set(
      tokens.flatMap((token, at) => (token === 'return' ? (tokens[at + 1] ?? '') : [])).filter((name) => declared.has(name)),
    )
    this.action = action
    this.subject = subject
  }

  answers(): readonly Answer[] {
    this.block(ALWAYS)
    // `.bind(…)`
    if (this.next() !== '') throw new Unfollowed()
    return this.found
  }

  private next(): string {
    return this.tokens[this.at] ?? ''
  }

  private pass(token: string): boolean {
    if (this.next() !== token) return false
    this.at++
    return true
  }

  private expect(token: string): void {
    if (!this.pass(token)) throw new Unfollowed()
  }

  private deeper<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) throw new Unfollowed()
    const value = read()
    this.depth--
    return value
  }

  /** Between braces. True where it always ends the function. */
  private block(bound: Bound): boolean {
    this.expect('{')
    let [here, ends] = [bound, false]
    while (!this.pass('}')) {
      if (this.next() === '') throw new Unfollowed()
      const step = this.deeper(() => this.statement(here))
      // Nothing gets behind it.
      here = step.ends ? { ...step.after, exact: false } : step.after
      ends ||= step.ends
    }
    return ends
  }

  /** `after`: what holds behind it. */
  private statement(bound: Bound): { readonly ends: boolean; readonly after: Bound } {
    if (this.pass(';')) return { ends: false, after: bound }
    if (this.next() === '{') return this.since(bound, () => this.block(bound))
    if (this.pass('return')) {
      this.returned(bound)
      this.pass(';')
      return { ends: true, after: bound }
    }
    if (this.pass('throw')) {
      // polkit goes on with the next rule.
      this.at = this.endOf([';', '}'])
      return { ends: true, after: bound }
    }
    if (!this.pass('if')) return this.since(bound, () => this.other(bound))
    const before = this.found.length
    this.expect('(')
    const { yes, no } = this.expression()
    this.expect(')')
    const { ends } = this.deeper(() => this.statement(and(bound, yes)))
    const refused = this.found.slice(before).some(({ says }) => says !== 'yes')
    if (this.pass('else')) {
      const otherwise = this.deeper(() => this.statement(and(bound, no)))
      const all = this.found.slice(before).every(({ says }) => says === 'yes')
      return { ends: ends && otherwise.ends, after: all ? bound : { ...bound, exact: false } }
    }
    if (!refused) return { ends: false, after: bound }
    return { ends: false, after: ends ? and(bound, no) : { ...bound, exact: false } }
  }

  /** Who was refused before is not among those behind. */
  private since(bound: Bound, read: () => boolean): { readonly ends: boolean; readonly after: Bound } {
    const before = this.found.length
    const ends = read()
    const refused = this.found.slice(before).some(({ says }) => says !== 'yes')
    return { ends, after: refused ? { ...bound, exact: false } : bound }
  }

  private returned(bound: Bound): void {
    const start = this.at
    const end = this.endOf([';', '}'])
    const words = this.tokens.slice(start, end)
    // No semicolon stood before it.
    if (words.some((word) => /^(?:if|else|return|var|let|const)$/.test(word))) throw new Unfollowed()
    if (words.includes('?') && !words.includes('=>')) {
      const { yes, no } = this.expression()
      if (this.pass('?')) {
        const colon = this.endOf([':', ';', '}'])
        this.answer(this.tokens.slice(this.at, colon).join(''), and(bound, yes))
        this.answer(this.tokens.slice(colon + 1, end).join(''), and(bound, no))
      } else this.answer(words.join(''), { ...bound, exact: false })
    } else this.answer(words.join(''), bound)
    this.at = end
  }

  private answer(word: string, bound: Bound): void {
    const isWord = /^\(*(?:polkit\.Result(?:\.YES|\[["']YES["']\])|["']yes["'])\)*$/.test(word)
    const says = YES.test(word) ? 'yes' : NO.test(word) ? 'no' : 'other'
    this.found.push({ says, bound: isWord || says !== 'yes' ? bound : { ...bound, exact: false } })
    // What a variable of its own was given has been looked at there.
    if (says !== 'yes' && !saysNothing(word) && !this.own.has(word)) this.found.push({ says: 'yes', bound: { ...bound, exact: false } })
  }

  /** Another statement: one that says yes anywhere may say it. */
  private other(bound: Bound): boolean {
    const start = this.at
    const first = this.next()
    let end = this.endOf([';', '}'])
    if (/^(?:switch|for|while|do|try|function|with)$/.test(first)) {
      // Up to the end of its own braces.
      this.at = this.endOf(['{', ';'])
      end = this.next() === '{' ? this.endOfGroup() : this.at
    }
    const words = this.tokens.slice(start, end)
    const text = words.join(' ')
    if (YES.test(text) || this.mayAnswer(words)) this.found.push({ says: 'yes', bound: { ...bound, exact: false } })
    if (/\breturn\b|Result/.test(text)) this.found.push({ says: NO.test(text) ? 'no' : 'other', bound: { ...bound, exact: false } })
    this.at = Math.max(end, start + 1)
    this.pass(';')
    return false
  }

  /** `result = check(subject)` where `result` is returned, or `return check(subject)` within a loop: what it is, is not known. */
  private mayAnswer(words: readonly string[]): boolean {
    const [name = '', sign, ...value] = /^(?:var|let|const)$/.test(words[0] ?? '') ? words.slice(1) : words
    if (sign === '=' && this.own.has(name)) return !saysNothing(value.join(''))
    const isNested = words.includes('function') || words.includes('=>')
    return words.some((word, at) => {
      if (word !== 'return' || isNested) return false
      const end = words.findIndex((other, place) => place > at && /^[;}]$/.test(other))
      const returned = words.slice(at + 1, end < 0 ? undefined : end).join('')
      return !saysNothing(returned) && !this.own.has(returned)
    })
  }

  private endOf(signs: readonly string[]): number {
    let depth = 0
    for (let at = this.at; at < this.tokens.length; at++) {
      const token = this.tokens[at] ?? ''
      if (depth === 0 && signs.includes(token)) return at
      if (/^[([{]$/.test(token)) depth++
      else if (/^[)\]}]$/.test(token) && --depth < 0) return at
    }
    throw new Unfollowed()
  }

  private endOfGroup(): number {
    let depth = 0
    for (let at = this.at; at < this.tokens.length; at++) {
      const token = this.tokens[at] ?? ''
      if (/^[([{]$/.test(token)) depth++
      else if (/^[)\]}]$/.test(token) && --depth === 0) return at + 1
    }
    throw new Unfollowed()
  }

  private expression(): Truth {
    return this.deeper(() => {
      let all = this.conjunction()
      while (this.pass('||')) {
        const other = this.conjunction()
        all = { yes: or(all.yes, other.yes), no: and(all.no, other.no) }
      }
      return all
    })
  }

  private conjunction(): Truth {
    let all = this.unary()
    while (this.pass('&&')) {
      const other = this.unary()
      all = { yes: and(all.yes, other.yes), no: or(all.no, other.no) }
    }
    return all
  }

  private unary(): Truth {
    if (this.pass('!')) {
      const { yes, no } = this.deeper(() => this.unary())
      return { yes: no, no: yes }
    }
    const start = this.at
    if (this.next() === '(' && /^(?:&&|\|\||[);?]|)$/.test(this.tokens[this.endOfGroup()] ?? '')) {
      this.at = start + 1
      const inner = this.expression()
      this.expect(')')
      return inner
    }
    const end = this.endOf(['&&', '||', ';', '?', ':'])
    this.at = Math.max(end, start + 1)
    return this.leaf(this.tokens.slice(start, end).join(''))
  }

  private leaf(text: string): Truth {
    const [, left = '', sign = '', right = ''] = /^(.*?)(===?|!==?)(.*)$/.exec(text) ?? [text, text]
    const [of, word] = /^["']/.test(left) ? [right, left] : [left, right]
    const yes = this.condition(of, sign === '' ? undefined : word)
    if (yes === undefined) return { yes: ANY, no: ANY }
    return sign.startsWith('!') ? { yes: ANY, no: yes } : { yes, no: ANY }
  }

  /** `action.id == "x"`, `subject.isInGroup("x")`. */
  private condition(of: string, word: string | undefined): Bound | undefined {
    const quoted = (text: string | undefined) => /^["']([^"'\\]{1,200})["']$/.exec(text ?? '')?.[1]
    const [, name, member = '', given] = /^(\w+)\.([\w.]+)(?:\((.*)\))?$/.exec(of) ?? []
    const [value, argument] = [quoted(word), quoted(given)]
    const bound = (more: Partial<Bound>): Bound => ({ ...ALWAYS, ...more })
    if (name === this.action) {
      if (member === 'id' && value !== undefined) return bound({ actions: [value] })
      const begins = (member === 'id.indexOf' && word === '0') || (member === 'id.startsWith' && word === undefined)
      if (begins && argument !== undefined) return bound({ actions: [`${argument}*`] })
      if (member === 'lookup' && value !== undefined && (argument === 'unit' || argument === 'verb'))
        return bound({ [`${argument}s`]: [value] })
    }
    if (name === this.subject && name !== '') {
      if (member === 'user' && value !== undefined) return bound({ who: [{ users: [value], groups: [] }] })
      const isMember = word === undefined || word === 'true'
      if (member === 'isInGroup' && argument !== undefined && isMember) return bound({ who: [{ users: [], groups: [argument] }] })
    }
    return undefined
  }
}
