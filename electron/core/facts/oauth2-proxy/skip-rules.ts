import { backFrom } from '../nginx/model/client-paths.ts'
import { takenBySample } from '../nginx/model/inverse.ts'
import { compilePattern } from '../nginx/model/pattern.ts'
import type { Effective } from './options.ts'

/** A rule that lets requests past the login. */
export interface SkipRule {
  readonly text: string
  /** Empty for all. */
  readonly method: string
  readonly negated: boolean
  readonly source: string
  readonly line: number
}

/** `skip_auth_routes`: `[METHOD=|METHOD!=]regex`; `skip_auth_regex`: a pattern for all methods (oauthproxy.go, buildRoutesAllowlist). */
export function skipRules(routes: Effective, patterns: Effective): readonly SkipRule[] {
  const all: SkipRule[] = []
  for (const text of patterns.known ? patterns.values : [])
    all.push({ text, method: '', negated: false, source: text, line: patterns.known ? patterns.line : 0 })
  for (const text of routes.known ? routes.values : []) {
    const [before = '', ...after] = text.split(/!?=/)
    const rest = text.slice(before.length).replace(/^!?=/, '')
    const plain = after.length === 0
    all.push({
      text,
      method: plain ? '' : before.toUpperCase(),
      negated: text.includes('!='),
      source: plain ? before : rest,
      line: routes.known ? routes.line : 0,
    })
  }
  return all
}

/**
 * Does a rule open this request? Go's MatchString finds a pattern anywhere in the path, so one without anchors opens more than it names.
 * Undefined when the pattern cannot be run here.
 */
export function opens(rule: SkipRule, method: string, path: string): boolean | undefined {
  if (rule.method !== '' && rule.method !== method) return false
  const match = compilePattern(rule.source, false).exec(path)
  return match === undefined ? undefined : (match !== null) !== rule.negated
}

/**
 * Does a query that a client adds open this request? Before 7.11.0 patterns were run over path and query (CVE-2025-54576). What is shown is so; a pattern
 * that no sample was found for may still be opened.
 */
export function opensByQuery(rule: SkipRule, method: string, path: string): boolean {
  return ['x', takenBySample(rule.source) ?? 'x'].some((query) => opens(rule, method, `${path}?${query}`) === true)
}

/** Does it open `/health/../api/pull`, which the proxy in front takes for `/api/pull`? */
export function opensByDetour(rule: SkipRule, method: string, path: string): boolean {
  const head = takenBySample(rule.source)
  return head !== undefined && opens(rule, method, backFrom(head, path)) === true
}
