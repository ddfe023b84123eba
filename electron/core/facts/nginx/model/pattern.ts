import { createContext, Script } from 'node:vm'

/** A PCRE pattern of the configuration, as far as JavaScript can run it. */
export interface Pattern {
  readonly source: string
  /** Undefined: this pattern cannot be run here (or not in time), so nothing is known about whether it matches. */
  exec(text: string): RegExpExecArray | null | undefined
  /** Letters that every match begins with, when the pattern is anchored. */
  readonly literalHead: string
}

/** Names of the groups of a pattern, which are variables afterwards. */
export const namedGroupsIn = (pattern: string): readonly string[] =>
  [...pattern.matchAll(/\(\?P?<([A-Za-z_]\w*)>/g)].map(([, name = '']) => name.toLowerCase())

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

/** Classes of POSIX, which PCRE knows and JavaScript does not, written out for use within brackets. A name that is not known stays. */
export const withoutClasses = (source: string): string =>
  source.replace(/\[:(\w+):\]/g, (whole, name: string) => (Object.hasOwn(classes, name) ? (classes[name] ?? whole) : whole))

/** Loops in a row that are still quick on a path. */
const MAX_LOOPS = 2
/** Steps that are quick whatever the pattern is: four loops in a row over an address need fewer. */
const QUICK_STEPS = 1_000_000
/** One stall of this computer is not the pattern's. */
const MAX_TIMEOUTS = 2

/** With more pieces that may be left out, JavaScript takes seconds to make ready for the first text, and no watchdog can stop it there. */
const MAX_OPTIONAL = 16

/** Steps that a pattern may take at the most: so many ways for each place, times a power of the text's length. */
interface Growth {
  readonly ways: number
  readonly power: number
  readonly optional: number
}

/**
 * A group that repeats something which itself repeats or has alternatives takes exponential time; so may a back reference. Loops in a row take
 * a power of the length, and what may be left out or has alternatives multiplies.
 */
function growthOf(body: string): Growth {
  let ways = /\\[1-9k]/.test(body) ? Number.POSITIVE_INFINITY : 1
  let optional = 0
  const open: { varies: boolean; alternatives: number }[] = [{ varies: false, alternatives: 1 }]
  let loops = 0
  let closed = false
  for (let at = 0; at < body.length; at += 1) {
    const character = body.charAt(at)
    const inside = open.at(-1)
    const counted = /^\{(\d*),?(\d*)\}/.exec(body.slice(at, at + 12))
    const repeats = character === '*' || character === '+' || counted !== null
    if (character === '\\') at += 1
    else if (character === '[') at = endOfClass(body, at)
    else if (character === '(') {
      open.push({ varies: false, alternatives: 1 })
      // The question mark of "(?:" is no quantifier.
      if (body.charAt(at + 1) === '?') at += 1
    } else if (character === ')') {
      const group = open.length > 1 ? open.pop() : undefined
      const outer = open.at(-1)
      if (group?.varies && outer) outer.varies = true
      ways *= group?.alternatives ?? 1
      closed = group?.varies === true
      continue
    } else if (character === '|' && inside) {
      inside.varies = true
      inside.alternatives += 1
    } else if (repeats) {
      if (closed) ways = Number.POSITIVE_INFINITY
      loops += 1
      // JavaScript writes up to three out.
      if (counted?.[2]) optional += Math.min(3, Number(counted[2]) - Number(counted[1]))
      if (inside) inside.varies = true
    } else if (character === '?' && inside) {
      inside.varies = true
      ways *= 2
      optional += 1
    }
    closed = false
  }
  // A match may begin at any letter, which is one loop more.
  return { ways, power: loops > MAX_LOOPS ? loops + 1 : 0, optional }
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

/**
 * A pattern of PCRE as JavaScript follows it, kept for the next time. Never throws: `exec` answers undefined where it cannot be read or
 * takes too long.
 */
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
  const { ways, power, optional } = growthOf(translated?.body ?? '')
  let timeouts = 0
  return {
    source,
    literalHead: /^\^((?:[A-Za-z0-9_/-]|\\[./-])*)(?![*?{|])/.exec(source)?.[1]?.replace(/\\/g, '') ?? '',
    exec(text) {
      if (!pattern || optional > MAX_OPTIONAL || timeouts >= MAX_TIMEOUTS) return undefined
      if (ways * text.length ** power <= QUICK_STEPS) return pattern.exec(text)
      const left = balance()
      if (left < 1) return undefined
      const started = settled
      try {
        arena.pattern = pattern
        arena.text = text
        return watched.runInContext(arena, { timeout: Math.min(WATCHDOG_MS, Math.ceil(left)) }) as RegExpExecArray | null
      } catch {
        timeouts += 1
        return undefined
      } finally {
        credit -= performance.now() - started
      }
    },
  }
}
