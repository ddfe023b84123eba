import { all, always, type Test, tracked } from '../ruleset.ts'
import { takeSelectors } from './selectors.ts'
import { Cursor } from './tokens.ts'

const unknown: Test = { is: 'unknown' }

const LOG_WORDS = new Set(['prefix', 'level', 'group', 'snaplen', 'queue-threshold'])

/** Statements that decide nothing. */
export function skipStatement(cursor: Cursor): boolean {
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
export const rewrites = (cursor: Cursor): boolean =>
  /^(?:ip|ip6|tcp|udp|th)$/.test(cursor.peek() ?? '') && /^(?:[sd]addr|[sd]port)$/.test(cursor.peek(1) ?? '') && cursor.peek(2) === 'set'

/**
 * A field is written to packets that have it alone, and the words behind it are for those: `ip ttl set 64 drop` in an inet table leaves IPv6 as it is. nft adds the test
 * and leaves it out of what it lists (nftables, netlink_linearize.c, `netlink_gen_payload_stmt`).
 */
export function writtenTo(cursor: Cursor): Test | undefined {
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
export function takeChance(cursor: Cursor): Test | undefined {
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
