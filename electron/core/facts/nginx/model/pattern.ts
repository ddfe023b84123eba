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
    .replace(/\[:alpha:\]/g, 'A-Za-z')
    .replace(/\[:alnum:\]/g, 'A-Za-z0-9')
    .replace(/\[:digit:\]/g, '0-9')
  return /\[:\w+:\]/.test(body) ? undefined : { body, flags }
}

/** A group that repeats something that itself repeats can take exponential time; so can a back reference. */
const mayExplode = (body: string): boolean =>
  /[*+}]\??\)+(?:[*+]|\{\d+,)/.test(body) ||
  /\|[^)]*\)(?:[*+]|\{\d+,)/.test(body) ||
  /\\[1-9k]/.test(body) ||
  (body.match(/[*+]/g) ?? []).length > 6

const watched = new Script('pattern.exec(text)')

export function compilePattern(source: string, insensitive: boolean): Pattern {
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
      try {
        return watched.runInContext(createContext({ pattern, text }), { timeout: WATCHDOG_MS }) as RegExpExecArray | null
      } catch {
        // Timed out once: it will again, so it is not tried on the next path.
        spent = true
        return undefined
      }
    },
  }
}
