import { asksForMark, forgotten } from '../marks.ts'
import { type Action, all, any, negate, type Rule, type Test } from '../ruleset.ts'
import { ordered, takeMasked } from './comparisons.ts'
import type { NamedSets } from './elements.ts'
import { takeMapped, takeMarkMap } from './mapped.ts'
import { takeSelectors } from './selectors.ts'
import { skipSetting, takeMark, writesMark } from './settings.ts'
import { rewrites, skipStatement, takeChance, writtenTo } from './statements.ts'
import { Cursor, type Token } from './tokens.ts'
import { type Branch, branchesOf, type Outcome, takeValue, verdictOf } from './values.ts'
import { finalVerdict, takeVerdict } from './verdicts.ts'

const unknown: Test = { is: 'unknown' }

/** One line of a chain, never nothing: a line that only counts or logs is a rule too. A verdict map becomes one rule for each of its elements. */
export function parseRule(tokens: readonly Token[], sets: NamedSets): Rule[] {
  const line = tokens[0]?.line ?? 0
  const text = tokens.map((token) => (token.kind === 'string' ? `"${token.text}"` : token.text)).join(' ')
  const cursor = new Cursor(tokens)
  const tests: Test[] = []
  const rules: Rule[] = []
  const rule = (action: Action, more: readonly Test[] = []): Rule => ({ test: all([...tests, ...more]), action, line, text })
  while (!cursor.done) {
    const written = writtenTo(cursor)
    if (written) tests.push(written)
    if (rewrites(cursor)) rules.push(rule({ do: 'astray' }))
    const byMap = tests.some(asksForMark) ? undefined : takeMarkMap(cursor, sets)
    if (byMap) {
      for (const { test, action } of byMap) rules.push(rule(action, [test]))
      tests.push(any(byMap.map(({ test }) => test)))
      continue
    }
    const marked = takeMark(cursor)
    if (!marked && writesMark(cursor.rest().slice(0, 3))) rules.push(rule({ do: 'mark', ...forgotten() }))
    if (marked) {
      const isRecalled = tests.some(asksForMark)
      rules.push(rule({ do: 'mark', isRecalled, ...marked }))
      if (isRecalled) tests.splice(0, tests.length, any([{ is: 'marked', line }, all([...tests])]))
    }
    if (marked || skipStatement(cursor) || skipSetting(cursor)) continue
    const chance = takeChance(cursor)
    if (chance) {
      tests.push(chance)
      continue
    }
    if (cursor.accept('notrack')) {
      rules.push(rule({ do: 'untrack' }))
      continue
    }
    const mapped = takeMapped(cursor, sets)
    if (mapped) {
      for (const { test, action } of mapped) rules.push(rule(action, [test, ...familyOf(action)]))
      return rules
    }
    const words = cursor.rest()
    const verdict = takeVerdict(cursor)
    if (verdict) {
      rules.push(rule(verdict, [...familyOf(verdict), ...refusable(words)]))
      return rules
    }
    const start = cursor.rest()
    const outcome = takeExpression(cursor, sets)
    if (outcome === 'lost') {
      if (writesMark(start)) rules.push(rule({ do: 'mark', ...forgotten() }, [unknown]))
      rules.push(rule(finalVerdict(start), [unknown]))
      return rules
    }
    if ('branches' in outcome) {
      for (const { test, action } of outcome.branches) rules.push(rule(action, [test]))
      tests.push(goesOn(outcome.branches))
    } else tests.push(...hiddenFamily(start, tests), outcome.test)
  }
  return rules.length > 0 ? rules : [rule({ do: 'none' })]
}

/** What stands behind a map is for what it lets go on: a rule ends where the map does not name a packet (NFT_BREAK, nft_lookup.c), or has a verdict for it. */
const goesOn = (branches: readonly Branch[]): Test =>
  any(branches.flatMap(({ test, action }) => (action.do === 'none' || action.do === 'unknown' ? [test] : [])))

/** In an inet table a translation touches only the family of its target (net/netfilter/nft_nat.c). */
const familyOf = (action: Action): readonly Test[] =>
  action.do === 'translate' && action.address !== undefined ? [{ is: 'family', family: action.address.includes(':') ? 6 : 4 }] : []

/**
 * A refusal in the words of one protocol is for packets of that protocol, and nft leaves the test for it out of what it lists: `reject with icmpv6 …` in an inet
 * table touches IPv6 alone (nftables, evaluate.c, stmt_evaluate_reject_inet).
 */
function refusable(tokens: readonly Token[]): readonly Test[] {
  const at = tokens.findIndex(({ kind, text }) => kind === 'word' && text === 'reject')
  const how = at >= 0 && tokens[at + 1]?.text === 'with' ? tokens[at + 2]?.text : undefined
  if (how === 'tcp') return [{ is: 'protocol', numbers: [6] }]
  return how === 'icmp' || how === 'icmpv6' ? [{ is: 'family', family: how === 'icmp' ? 4 : 6 }] : []
}

/**
 * nft leaves `meta nfproto ipv4` out of what it lists before `ct protocol tcp` (1.0.6; nftables, netlink_delinearize.c, ct_meta_common_postprocess): for which family
 * the rule is cannot be told, where nothing else in it does. Before a set of protocols, or any but one, it stays.
 */
function hiddenFamily([first, second, value]: readonly Token[], tests: readonly Test[]): readonly Test[] {
  const isOne = first?.text === 'ct' && second?.text === 'protocol' && /^\w/.test(value?.text ?? '')
  return isOne && !tests.some(tellsFamily) ? [unknown] : []
}

const tellsFamily = (test: Test): boolean => test.is === 'family' || (test.is === 'all' && test.of.some(tellsFamily))

function takeExpression(cursor: Cursor, sets: NamedSets): Outcome {
  if (cursor.accept('xt')) return 'lost'
  const selectors = takeSelectors(cursor)
  if (!selectors) return 'lost'
  const implied = selectors.flatMap((selector) => selector.implied)
  if (cursor.accept('vmap')) return branchesOf(cursor, sets, selectors, implied, verdictOf)
  if (cursor.accept('&')) return { test: all([...implied, takeMasked(cursor, selectors)]) }
  const order = /^(<|>|<=|>=)$/.test(cursor.peek() ?? '') ? cursor.next()?.text : undefined
  if (order) return { test: all([...implied, ordered(selectors, order, cursor.next()?.text ?? '')]) }
  // `ct state ! new,related`: none of these bits (nft 1.0.1 and later, so for `iptables ! --ctstate`).
  const negated = cursor.accept('!=') || cursor.accept('!')
  if (!negated) cursor.accept('==')
  const test = takeValue(cursor, sets, selectors)
  return test === 'lost' ? 'lost' : { test: all([...implied, negate(test, negated)]) }
}
