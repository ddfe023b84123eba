import { parseInterval } from '../address-set.ts'
import { type Action, parsePorts } from '../ruleset.ts'
import { Cursor, type Token } from './tokens.ts'

/** Takes a verdict or a terminal statement; undefined when none stands here. */
export function takeVerdict(cursor: Cursor): Action | undefined {
  const word = cursor.peek()
  switch (word) {
    case 'accept':
    case 'drop':
    case 'return':
      cursor.next()
      return { do: word }
    case 'continue':
      cursor.next()
      return { do: 'none' }
    case 'reject':
      skipRest(cursor)
      return { do: 'reject' }
    case 'jump':
    case 'goto':
      cursor.next()
      return { do: word, chain: cursor.next()?.text ?? '' }
    case 'dnat':
    case 'redirect':
      return translation(cursor)
    // The source changes after the decision.
    case 'masquerade':
    case 'snat':
      skipRest(cursor)
      return { do: 'none' }
    // Another program, another interface or a transparent proxy decides.
    case 'queue':
    case 'tproxy':
    case 'fwd':
    case 'synproxy':
      skipRest(cursor)
      return { do: 'unknown' }
    default:
      return undefined
  }
}

function skipRest(cursor: Cursor) {
  while (!cursor.done) cursor.next()
}

/** `dnat to 10.0.0.1:80`, `dnat ip to 10.0.0.1`, `dnat to [2001:db8::1]:80`, `redirect to :8080`, `redirect`. */
function translation(cursor: Cursor): Action {
  const redirect = cursor.next()?.text === 'redirect'
  if (cursor.peek() === 'ip' || cursor.peek() === 'ip6') cursor.next()
  const target = cursor.accept('to') ? (cursor.next()?.text ?? '') : ''
  const odd = cursor.token !== undefined && !/^(random|fully-random|persistent|comment)$/.test(cursor.peek() ?? '')
  skipRest(cursor)
  return odd ? { do: 'astray' } : translationTo(target, redirect)
}

/** Target of a translation as nft and iptables print it. Where it may be one of several, nobody knows which. */
export function translationTo(target: string, redirect: boolean): Action {
  if (redirect) {
    if (target === '') return { do: 'translate' }
    const ports = parsePorts(target.replace(/^:/, ''))
    return ports && ports[0] === ports[1] ? { do: 'translate', port: ports[0] } : { do: 'astray' }
  }
  const [, bracketed, plain, port] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*?:[0-9A-Fa-f]*))?(?::(\d{1,5}))?$/.exec(target) ?? []
  const address = bracketed ?? plain
  if (address !== undefined && !parseInterval(address)) return { do: 'astray' }
  if (address === undefined && port === undefined) return { do: 'astray' }
  return { do: 'translate', ...(address !== undefined && { address }), ...(port !== undefined && { port: Number(port) }) }
}

/** The verdict at the end of a rule whose middle was not understood. Without one the rule changes nothing. */
export function finalVerdict(tokens: readonly Token[]): Action {
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' || /^(log|counter|comment)$/.test(token.text)) continue
    const verdict = takeVerdict(new Cursor(tokens.slice(index)))
    if (verdict) return verdict
    if (token.text === 'vmap' || token.text === 'xt') return { do: 'unknown' }
  }
  return { do: 'none' }
}
