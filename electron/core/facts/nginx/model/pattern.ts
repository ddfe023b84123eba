import { createContext, Script } from 'node:vm'

/** A PCRE pattern of the configuration, as far as JavaScript can run it. */
export interface Pattern {
  readonly source: string
  /** Undefined: this pattern cannot be run here (or not in time), so nothing is known about whether it matches. */
  exec(text: string): RegExpExecArray | null | undefined
  /** Letters that every match begins with, when the pattern is anchored. */
  readonly literalHead: string
}

const MAX_SOURCE = 2_000
const WATCHDOG_MS = 50
/**
 * All patterns together that may explode get this much time, and earn a tenth of the time that goes by. A file full of patterns that stay just
 * below the limit must not hold up an audit; what is left untried is unknown.
 */
const CREDIT_MS = 3_000
const EARNED = 0.1
const MAX_KEPT = 20_000

/** Translates what PCRE spells differently. Undefined for what JavaScript has no word for (atomic groups, recursion, conditionals, \K …). */
function translate(source: string, insensitive: boolean): { readonly body: string; readonly flags: string } | undefined {
  if (source.length > MAX_SOURCE) return undefined
  let body = source.replace(/\(\?P?<(?=[A-Za-z_])/g, '(?<').replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
  let flags = insensitive ? 'i' : ''
  const inline = /^\(\?([a-z]+)\)/.exec(body)
  if (inline) {
    if (!/^[ims]+$/.test(inline[1] ?? '')) return undefined
    flags = [...new Set(flags + inline[1])].join('')
    body = body.slice(inline[0].length)
  }
  if (/\(\?(?![:=!<])|\(\*|\\[KGRXHVNCEQ]|[+*?}]\+/.test(body)) return undefined
  body = body
    .replace(/\\A/g, '^')
    .replace(/\\[zZ]/g, '$')
    .replace(/\\h/g, '[ \\t]')
  body = withoutClasses(body)
  return /\[:\^?\w+:\]/.test(body) ? undefined : { body, flags }
}

/** The named sets of POSIX that stand inside of brackets, as pcre2pattern(3) has them without Unicode. Those that it has no name for stay. */
const classes: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  alnum: 'A-Za-z0-9',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: ' \\t-\\r',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
}
export const withoutClasses = (source: string): string =>
  source.replace(/\[:(\w+):\]/g, (whole, name: string) => (Object.hasOwn(classes, name) ? (classes[name] ?? whole) : whole))

/** Loops in a row that are still quick on a path. */
const MAX_LOOPS = 2

/**
 * Can it take long? A group that repeats something which itself repeats or has alternatives takes exponential time; so may a back reference.
 * Loops in a row take a power of the length.
 */
function mayExplode(body: string): boolean {
  if (/\\[1-9k]/.test(body)) return true
  const open: { varies: boolean }[] = [{ varies: false }]
  let loops = 0
  let closed = false
  for (let at = 0; at < body.length; at += 1) {
    const character = body.charAt(at)
    const inside = open.at(-1)
    const repeats = character === '*' || character === '+' || /^\{\d*,?\d*\}/.test(body.slice(at, at + 12))
    if (character === '\\') at += 1
    else if (character === '[') at = endOfClass(body, at)
    else if (character === '(') {
      open.push({ varies: false })
      // The question mark of "(?:" is no quantifier.
      if (body.charAt(at + 1) === '?') at += 1
    } else if (character === ')') {
      const group = open.length > 1 ? open.pop() : undefined
      const outer = open.at(-1)
      if (group?.varies && outer) outer.varies = true
      closed = group?.varies === true
      continue
    } else if (character === '|' && inside) inside.varies = true
    else if (repeats) {
      if (closed) return true
      loops += 1
      if (inside) inside.varies = true
    } else if (character === '?' && inside) inside.varies = true
    closed = false
  }
  return loops > MAX_LOOPS
}

function endOfClass(body: string, start: number): number {
  let at = body.charAt(start + 1) === '^' ? start + 2 : start + 1
  if (body.charAt(at) === ']') at += 1
  for (; at < body.length && body.charAt(at) !== ']'; at += 1) if (body.charAt(at) === '\\') at += 1
  return at
}

const watched = new Script('pattern.exec(text)')
const arena = createContext({ pattern: undefined, text: '' }) as { pattern: RegExp | undefined; text: string }

/** Patterns that were met, so that one that ran out of time is not tried again for each path. */
const kept = new Map<string, Pattern>()
let credit = CREDIT_MS
let settled = performance.now()

/** Time left for patterns that may explode. */
function balance(): number {
  const now = performance.now()
  credit = Math.min(CREDIT_MS, credit + (now - settled) * EARNED)
  settled = now
  return credit
}

export function compilePattern(source: string, insensitive: boolean): Pattern {
  const key = `${insensitive ? 'i' : ''} ${source}`
  const before = kept.get(key)
  if (before) return before
  if (kept.size >= MAX_KEPT) kept.clear()
  const pattern = compile(source, insensitive)
  kept.set(key, pattern)
  return pattern
}

function compile(source: string, insensitive: boolean): Pattern {
  const translated = translate(source, insensitive)
  let pattern: RegExp | undefined
  try {
    pattern = translated && new RegExp(translated.body, translated.flags)
  } catch {
    pattern = undefined
  }
  const risky = translated !== undefined && mayExplode(translated.body)
  let spent = false
  return {
    source,
    literalHead: /^\^((?:[A-Za-z0-9_/-]|\\[./-])*)(?![*?{|])/.exec(source)?.[1]?.replace(/\\/g, '') ?? '',
    exec(text) {
      if (!pattern || spent) return undefined
      if (!risky) return pattern.exec(text)
      const left = balance()
      if (left < 1) return undefined
      const started = settled
      try {
        arena.pattern = pattern
        arena.text = text
        return watched.runInContext(arena, { timeout: Math.min(WATCHDOG_MS, Math.ceil(left)) }) as RegExpExecArray | null
      } catch {
        // Timed out once: it will again, so it is not tried on the next path.
        spent = true
        return undefined
      } finally {
        credit -= performance.now() - started
      }
    },
  }
}
