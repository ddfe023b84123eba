import type { LogPiece } from '#shared/model/service-log.ts'
import { isShape, removed } from './shapes.ts'

/** Keys whose value is content, whatever it looks like. */
const content =
  /prompt|message|content|text|query|input|output|response|completion|body|request$|template|system|suffix|format|raw|args|params/i
/** Keys whose value is a word out of the program, or a name that an admin chose. */
const words =
  /^(?:level|source|library|compute|driver|type|id|name|variant|arch|os|backend|device|gpu|model|runner\.(?:name|inference|model)|runner|method|status|architecture|file_type|quantization|version|kv_cache_type|url|addr|address|ip|port|path|dir|modelpath|latency|parser|pid)$/i
const wordShape = /^(?:[\w./:@+-]{1,160}|(?:NVIDIA|AMD|Tesla|GeForce|Intel|Radeon)[\w ()+.-]{0,60})$/
const shown = ['num', 'dur', 'size', 'addr', 'bool', 'version'] as const

const isSafe = (key: string, value: string, named: boolean): boolean => {
  const bare = value.replace(/^"(.*)"$/s, '$1')
  if (content.test(key)) return false
  if (bare === '' || shown.some((shape) => isShape(shape, bare))) return true
  return named && words.test(key) && wordShape.test(bare)
}

/** No line of a program has more; what is behind them is taken out. */
const MAX_PAIRS = 60
const PAIR = /([A-Za-z_][A-Za-z0-9_.-]{0,40})=("(?:\\.|[^"\\])*"|[^\s"]*)(\s+|$)/y

/**
 * `key=value key="quoted value"`, as Go's slog and zerolog print them: a value is shown where it is a number, a duration, an address, or the name that its
 * key says. `named`: false where nothing is known of the line, and a name in it may be one that somebody sent. From the first character on that is no pair, the rest is taken out.
 */
export function pairPieces(text: string, named = true): LogPiece[] {
  const pieces: LogPiece[] = []
  PAIR.lastIndex = 0
  let at = 0
  for (let match = PAIR.exec(text); match && pieces.length < 3 * MAX_PAIRS; match = PAIR.exec(text)) {
    const [whole, key = '', value = '', blank = ''] = match
    if (whole === '') break
    pieces.push(
      { text: `${key}=` },
      isSafe(key, value, named) ? { text: value } : removed(content.test(key) ? key : `value of ${key}`, value.replace(/^"(.*)"$/s, '$1')),
    )
    if (blank !== '') pieces.push({ text: ' ' })
    at = PAIR.lastIndex
    if (at >= text.length) break
  }
  if (at < text.length) pieces.push(removed('rest of the line', text.slice(at)))
  return pieces
}
