import type { SudoMember } from './privileged.ts'

/** Lists by the name of their alias, each in the name space of its kind (sudoers(5)). */
export interface Aliases {
  readonly user: ReadonlyMap<string, readonly SudoMember[]>
  readonly runAs: ReadonlyMap<string, readonly SudoMember[]>
  readonly host: ReadonlyMap<string, readonly SudoMember[]>
  readonly command: ReadonlyMap<string, readonly SudoMember[]>
}

/** A place in one logical line of sudoers. */
export interface SudoText {
  /** Arguments are what they look like, as sudo-rs reads them: no wildcards, but for a `*` at the end. */
  readonly literal: boolean
  /** What the sticky expression matches here, which is then passed. */
  take(pattern: RegExp): RegExpExecArray | undefined
  next(pattern: RegExp): boolean
  blank(): void
  /** Passes this sign and the blanks around it. */
  sign(sign: string): boolean
  /** Passes exclamation marks, and counts them. */
  negations(): number
  done(): boolean
}

/** Reads from left to right; nothing that was passed is looked at again. `literal` as in SudoText. */
export function sudoText(text: string, literal = false): SudoText {
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text) ?? undefined
  }
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const found = match(pattern)
    if (found) at += found[0].length
    return found
  }
  const blank = () => void take(/[ \t]+/y)
  return {
    literal,
    take,
    blank,
    next: (pattern) => match(pattern) !== undefined,
    sign(sign) {
      blank()
      if (text[at] !== sign) return false
      at++
      blank()
      return true
    },
    negations() {
      let count = 0
      for (; text[at] === '!'; count++) {
        at++
        blank()
      }
      return count
    },
    done() {
      blank()
      return at >= text.length
    },
  }
}

const WORD = /(%?\+?:?)"([^"]*)"|%?#-?\d+|[%+]?:?(?:\\.|[^#>!=:,()\s\\"])+/y

/** A backslash makes a sign plain; with `x` and two digits it stands for the sign of that number (toke_util.c). */
const unescaped = (text: string): string =>
  text.replace(/\\(?:x([\da-f]{2})|(.))/gi, (_, code?: string, sign?: string) =>
    code ? String.fromCharCode(Number.parseInt(code, 16)) : (sign ?? ''),
  )

const ALIAS_NAME = /^[A-Z][A-Z0-9_]*$/

/** `ada, !bob, %ops, ADMINS`: users, groups or hosts. Undefined when there is none, or something else stands there. */
export function members(reader: SudoText, aliases: ReadonlyMap<string, readonly SudoMember[]>): readonly SudoMember[] | undefined {
  const list: SudoMember[] = []
  do {
    const negated = reader.negations() % 2 === 1
    const found = reader.take(WORD)
    if (found === undefined) return undefined
    // A quoted `ALL`, or a name of an alias in quotes, is a name like any other.
    const [whole, sign = '', quoted] = found
    const word = quoted === undefined ? unescaped(whole) : sign === '' && ALIAS_NAME.test(quoted) ? whole : `${sign}${quoted}`
    const own = word === 'ALL' ? undefined : aliases.get(word)
    list.push({ negated, word, ...(own && { list: own }) })
  } while (reader.sign(','))
  return list
}
