import { forgotten, markNumber, overwritten } from '../marks.ts'
import { type Action, always } from '../ruleset.ts'
import type { NamedSets } from './elements.ts'
import { takeSelectors } from './selectors.ts'
import { isBehindSetting } from './settings.ts'
import { Cursor, type Token } from './tokens.ts'
import { type Branch, branchesOf } from './values.ts'
import { translationTo } from './verdicts.ts'

/**
 * `dnat ip to tcp dport map { 8080 : 10.0.0.1 . 80 }`, `redirect to :tcp dport map @own`: a branch for each element; what none of them names goes on as it came.
 * Undefined where no map says where to.
 */
export function takeMapped(cursor: Cursor, sets: NamedSets): readonly Branch[] | undefined {
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

/**
 * `meta mark set ip saddr map { 10.0.0.0/8 : 0x1 }`: a mark for each element. For what none of them names the rule is over (NFT_BREAK, nft_lookup.c).
 * Undefined, and nothing taken, where the mark is set otherwise.
 */
export function takeMarkMap(cursor: Cursor, sets: NamedSets): readonly Branch[] | undefined {
  const words = cursor.rest()
  const from = words[0]?.text === 'meta' ? 1 : 0
  if (words[from]?.text !== 'mark' || words[from + 1]?.text !== 'set') return undefined
  const key = new Cursor(words.slice(from + 2))
  const selectors = takeSelectors(key)
  if (!selectors || selectors.some(({ mark }) => mark) || !key.accept('map')) return undefined
  const implied = selectors.flatMap(({ implied }) => implied)
  const outcome = branchesOf(key, sets, selectors, implied, (data) => {
    const value = data?.length === 1 ? markNumber(data[0]?.text ?? '') : undefined
    return { do: 'mark', ...(value === undefined ? forgotten() : overwritten(value)) }
  })
  if (outcome === 'lost' || !('branches' in outcome) || !isBehindSetting(key.peek())) return undefined
  for (let left = words.length - key.rest().length; left > 0; left -= 1) cursor.next()
  return outcome.branches
}
