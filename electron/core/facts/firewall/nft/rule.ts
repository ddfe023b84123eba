import { asksForMark, forgotten, markNumber, markTest } from '../marks.ts'
import { type Action, all, always, any, negate, not, parseFlags, parsePorts, type Rule, type Test, tracked } from '../ruleset.ts'
import { type Element, type NamedSets, parseElements } from './elements.ts'
import { type Selector, takeSelector, tupleTest } from './selectors.ts'
import { skipSetting, takeMark, writesMark } from './settings.ts'
import { Cursor, type Token } from './tokens.ts'
import { finalVerdict, takeVerdict, translationTo } from './verdicts.ts'

/** A test, or the branches of a verdict map. `lost` when the words are not understood. */
type Outcome = { readonly test: Test } | { readonly branches: readonly Branch[] } | 'lost'
interface Branch {
  readonly test: Test
  readonly action: Action
}

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
    } else tests.push(outcome.test)
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

const LOG_WORDS = new Set(['prefix', 'level', 'group', 'snaplen', 'queue-threshold'])

/** Statements that decide nothing. */
function skipStatement(cursor: Cursor): boolean {
  if (cursor.accept('counter')) {
    if (cursor.accept('packets')) {
      for (let words = 0; words < 3; words += 1) cursor.next()
    } else if (cursor.accept('name')) cursor.next()
    return true
  }
  if (cursor.accept('log')) {
    for (;;) {
      if (LOG_WORDS.has(cursor.peek() ?? '')) {
        cursor.next()
        cursor.next()
      } else if (cursor.accept('flags')) {
        cursor.accept('tcp') || cursor.accept('ip')
        do cursor.next()
        while (cursor.accept(','))
      } else return true
    }
  }
  if (cursor.accept('comment')) {
    cursor.next()
    return true
  }
  if (cursor.accept('last')) {
    if (cursor.accept('used')) cursor.next()
    return true
  }
  // A copy goes elsewhere.
  if (cursor.peek() === 'dup' && cursor.peek(1) === 'to' && cursor.peek(3) !== 'map') {
    for (let words = 0; words < 3; words += 1) cursor.next()
    if (cursor.accept('device')) cursor.next()
    return true
  }
  if (cursor.accept('flow')) {
    cursor.next()
    cursor.next()
    return true
  }
  return false
}

/** `tcp dport set 8000`, `ip daddr set 10.0.0.1`: rules behind it see another packet than the one that was sent, and translation knows nothing of it. */
const rewrites = (cursor: Cursor): boolean =>
  /^(?:ip|ip6|tcp|udp|th)$/.test(cursor.peek() ?? '') && /^(?:[sd]addr|[sd]port)$/.test(cursor.peek(1) ?? '') && cursor.peek(2) === 'set'

/**
 * A field is written to packets that have it alone, and the words behind it are for those: `ip ttl set 64 drop` in an inet table leaves IPv6 as it is. nft adds the test
 * and leaves it out of what it lists (nftables, netlink_linearize.c, `netlink_gen_payload_stmt`).
 */
function writtenTo(cursor: Cursor): Test | undefined {
  const header = cursor.peek() ?? ''
  const at = header === 'tcp' && cursor.peek(1) === 'option' ? 4 : 2
  if (cursor.peek(at) !== 'set' && header !== 'reset') return undefined
  // What is read of a connection is there where the packet has one (nft_ct_get_eval, net/netfilter/nft_ct.c).
  if (cursor.peek(at + 1) === 'ct') return tracked
  if (header === 'ip' || header === 'ip6') return { is: 'family', family: header === 'ip' ? 4 : 6 }
  if (header === 'tcp' || header === 'reset') return { is: 'protocol', numbers: [6] }
  return header === 'udp' ? { is: 'protocol', numbers: [17] } : undefined
}

/** Limits of rate, volume and connections: they hold until they are used up. */
function takeChance(cursor: Cursor): Test | undefined {
  const chance: Test = { is: 'chance' }
  if (cursor.accept('limit', 'rate')) {
    cursor.accept('over')
    if (!cursor.next()?.text.includes('/')) cursor.next()
    if (cursor.accept('burst')) {
      cursor.next()
      cursor.next()
    }
    return chance
  }
  if (
    cursor.accept('limit', 'name') ||
    cursor.accept('quota', 'name') ||
    cursor.accept('ct', 'count', 'over') ||
    cursor.accept('ct', 'count')
  ) {
    cursor.next()
    return chance
  }
  if (cursor.accept('quota')) {
    cursor.accept('over') || cursor.accept('until')
    cursor.next()
    cursor.next()
    if (cursor.accept('used')) {
      cursor.next()
      cursor.next()
    }
    return chance
  }
  return takeRecorded(cursor)
}

/**
 * `add @seen { ip saddr limit rate 3/minute }`, written `meter seen size 65535 { … }` before: who has no such key, as IPv6 has no `ip saddr`, the rule is not for
 * (nft_payload.c, NFT_BREAK).
 */
function takeRecorded(cursor: Cursor): Test | undefined {
  const [word = '', name = ''] = [cursor.peek(), cursor.peek(1)]
  const isMeter = word === 'meter'
  if (!isMeter && !(/^(?:add|update|delete)$/.test(word) && name.startsWith('@'))) return undefined
  cursor.next()
  cursor.next()
  if (isMeter && cursor.accept('size')) cursor.next()
  if (!cursor.accept('{')) return unknown
  const inside = cursor.block()
  const limited = inside.some(({ text }) => text === 'limit' || text === 'count' || text === 'quota')
  const key = takeSelectors(new Cursor(inside))
  return all([...(key ? key.flatMap(({ implied }) => implied) : [unknown]), limited ? { is: 'chance' } : always])
}

function takeSelectors(cursor: Cursor): readonly Selector[] | undefined {
  const selectors: Selector[] = []
  do {
    const selector = takeSelector(cursor)
    if (!selector) return undefined
    selectors.push(selector)
  } while (cursor.accept('.'))
  return selectors
}

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

/**
 * `dnat ip to tcp dport map { 8080 : 10.0.0.1 . 80 }`, `redirect to :tcp dport map @own`: a branch for each element; what none of them names goes on as it came.
 * Undefined where no map says where to.
 */
function takeMapped(cursor: Cursor, sets: NamedSets): readonly Branch[] | undefined {
  const words = cursor.rest()
  const isMapped = words.some(({ kind, text }) => kind === 'word' && text === 'map')
  if (!isMapped || !/^(?:dnat|redirect)$/.test(cursor.peek() ?? '')) return undefined
  const lost: readonly Branch[] = [{ test: always, action: { do: 'astray' } }]
  const redirect = cursor.accept('redirect')
  if (!redirect) cursor.next()
  cursor.accept('ip') || cursor.accept('ip6')
  if (!cursor.accept('to')) return lost
  const [first, ...more] = cursor.rest()
  const key = new Cursor(first ? [{ ...first, text: first.text.replace(/^:/, '') }, ...more] : [])
  const selectors = takeSelectors(key)
  if (!selectors || !key.accept('map')) return lost
  const outcome = branchesOf(
    key,
    sets,
    selectors,
    selectors.flatMap(({ implied }) => implied),
    (data) => ledTo(data, redirect),
  )
  const known = key.done || /^(?:random|fully-random|persistent|comment)$/.test(key.peek() ?? '')
  return known && outcome !== 'lost' && 'branches' in outcome ? outcome.branches : lost
}

/** `10.0.0.1`, `10.0.0.1 . 80`, or a port where it is a redirect. */
function ledTo(data: readonly Token[] | undefined, redirect: boolean): Action {
  const [address, dot, port, ...more] = (data ?? []).map(({ text }) => text)
  if (address === undefined || more.length > 0 || (dot !== undefined && dot !== '.')) return { do: 'astray' }
  if (redirect || port === undefined) return translationTo(address, redirect)
  return translationTo(address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`, false)
}

function takeSet(cursor: Cursor, sets: NamedSets): readonly Element[] | undefined | 'none' {
  if (cursor.accept('{')) return parseElements(cursor.block())
  if (cursor.peek()?.startsWith('@')) return sets.get((cursor.next()?.text ?? '').slice(1))
  return 'none'
}

function takeValue(cursor: Cursor, sets: NamedSets, selectors: readonly Selector[]): Test | 'lost' {
  const elements = takeSet(cursor, sets)
  if (elements !== 'none') return elements ? membership(selectors, elements) : unknown
  if (selectors.length > 1) {
    const key = [cursor.next()?.text ?? '']
    while (cursor.accept('.')) key.push(cursor.next()?.text ?? '')
    return tupleTest(selectors, key) ?? unknown
  }
  if (cursor.done || cursor.peek() === 'set' || cursor.peek() === 'map' || cursor.peek() === '(') return 'lost'
  const values = takeList(cursor)
  if (cursor.accept('/')) return flagsTest(takeList(cursor), values)
  return selectors[0]?.equals(values) ?? unknown
}

function takeList(cursor: Cursor): string[] {
  const values = [cursor.next()?.text ?? '']
  while (cursor.accept(',')) values.push(cursor.next()?.text ?? '')
  return values
}

function membership(selectors: readonly Selector[], given: readonly Element[]): Test {
  const passing = given.filter((element) => element.passing)
  const elements = given.filter((element) => !element.passing)
  if (passing.length > 0) {
    const chance: Test = { is: 'chance' }
    const tests = passing.map(({ key }) => (key.length === 0 ? chance : all([membership(selectors, [{ key }]), chance])))
    return any([...(elements.length > 0 ? [membership(selectors, elements)] : []), ...tests])
  }
  const [only] = selectors
  if (elements.length === 0) return { is: 'constant', value: false }
  if (selectors.length === 1 && only) {
    if (elements.some(({ key }) => key.length === 1 && key[0] === '*')) return always
    return only.equals(elements.map(({ key }) => key[0] ?? '')) ?? unknown
  }
  return any(elements.map(({ key }) => tupleTest(selectors, key) ?? unknown))
}

function branchesOf(
  cursor: Cursor,
  sets: NamedSets,
  selectors: readonly Selector[],
  implied: readonly Test[],
  actionOf: (data: readonly Token[] | undefined) => Action,
): Outcome {
  const elements = takeSet(cursor, sets)
  if (elements === 'none') return 'lost'
  if (!elements) return { branches: [{ test: all([...implied, unknown]), action: actionOf(undefined) }] }
  const isRest = ({ key }: Element) => key.length === 1 && key[0] === '*'
  const named = elements.filter((element) => !isRest(element))
  const others = not(membership(selectors, named))
  // Where every number that may be drawn leads somewhere, the last takes what the others leave.
  const numbers = named
    .map(({ key: [number = ''] }) => parsePorts(number) ?? ([0, -1] as const))
    .reduce((sum, [low, high]) => sum + high - low + 1, 0)
  const last = selectors.length === 1 && selectors[0]?.drawn === numbers ? named.at(-1) : undefined
  return {
    branches: elements.map((element) => ({
      test: all([...implied, element === last ? always : isRest(element) ? others : membership(selectors, [element])]),
      action: actionOf(element.data),
    })),
  }
}

const verdictOf = (data: readonly Token[] | undefined): Action => (data && takeVerdict(new Cursor(data))) ?? { do: 'unknown' }

/** `tcp flags & (fin | syn) == syn`; of other fields with a mask nothing is known. */
function takeMasked(cursor: Cursor, selectors: readonly Selector[]): Test {
  const mask = takeBits(cursor)
  const negated = cursor.accept('!=')
  if (!negated) cursor.accept('==')
  const value = takeBits(cursor)
  if (selectors[0]?.mark) return negate(maskedMark(mask, value), negated)
  if (selectors[0]?.fragment) return negate(fragmentTest(mask, value), negated)
  return selectors[0]?.flags ? negate(flagsTest(mask, value), negated) : unknown
}

function maskedMark([mask = '', ...masks]: readonly string[], [value = '', ...values]: readonly string[]): Test {
  const test = masks.length + values.length === 0 ? markTest(`${value}/${mask}`) : undefined
  return test ?? unknown
}

/** What is followed is no fragment: neither bits of its offset are set nor that more come. Whether it may be one (0x4000) its sender decides. */
function fragmentTest([mask = '', ...masks]: readonly string[], [value = '', ...values]: readonly string[]): Test {
  const [bits, wanted] = [markNumber(mask), markNumber(value)]
  if (bits === undefined || wanted === undefined || masks.length + values.length > 0) return unknown
  return (bits & 0x4000) === 0 || (wanted & ~0x4000) !== 0 ? { is: 'constant', value: wanted === 0 } : { is: 'chance' }
}

/** `(fin | syn)`, `fin|syn`, `fin,syn` or one word. */
function takeBits(cursor: Cursor): string[] {
  const bits: string[] = []
  const inside = cursor.accept('(')
  do bits.push(...(cursor.next()?.text ?? '').split('|'))
  while (cursor.accept('|') || cursor.accept(','))
  if (inside) cursor.accept(')')
  return bits
}

function flagsTest(mask: readonly string[], value: readonly string[]): Test {
  const bits = { mask: parseFlags(mask), value: parseFlags(value) }
  if (bits.mask === undefined || bits.value === undefined) return unknown
  return { is: 'flags', mask: bits.mask, value: bits.value }
}

function ordered(selectors: readonly Selector[], order: string, value: string): Test {
  const port = parsePorts(value)?.[0]
  const selector = selectors[0]
  if (selector?.chosen) return { is: 'chance' }
  if (port === undefined || !selector?.ports) return unknown
  const [low, high] = order.startsWith('<') ? [0, order === '<' ? port - 1 : port] : [order === '>' ? port + 1 : port, 65_535]
  return low > high ? { is: 'constant', value: false } : (selector.equals([`${low}-${high}`]) ?? unknown)
}
