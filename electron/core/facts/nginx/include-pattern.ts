/**
 * glob(7) as nginx's `include` uses it (glob(3) without flags): `*`, `?` and `[…]` stop at slashes, and a leading dot must be named.
 * Matches whole paths, byte by byte, since nginx never sets a locale.
 */
export function includePattern(glob: string): { test(path: string): boolean } {
  const pattern = translate(bytes(glob))
  return { test: (path) => pattern.test(bytes(path)) }
}

/** One character for each byte. */
const bytes = (text: string): string => Buffer.from(text).toString('latin1')

function translate(glob: string): RegExp {
  let source = ''
  let at = 0
  let segmentStart = true
  while (at < glob.length) {
    const character = glob.charAt(at)
    const hidden = segmentStart ? '(?!\\.)' : ''
    segmentStart = character === '/'
    if (character === '*') {
      source += `${hidden}[^/]*`
      while (glob.charAt(at + 1) === '*') at++
    } else if (character === '?') source += `${hidden}[^/]`
    else if (character === '[') {
      const end = endOfSet(glob, at)
      if (end < 0) source += '\\['
      else {
        source += `${hidden}(?!/)${set(glob.slice(at + 1, end))}`
        at = end
      }
    } else if (character === '\\' && at + 1 < glob.length) source += literal(glob.charAt(++at))
    else source += literal(character)
    at++
  }
  return new RegExp(`^${source}$`, 's')
}

/** Members of a set. A range that runs backwards holds nothing; names of classes and letters (`[:`, `[.`, `[=`) are not known here and match nothing. */
function set(body: string): string {
  const negated = body.startsWith('!') || body.startsWith('^')
  const inside = negated ? body.slice(1) : body
  if (/\[[:.=]/.test(inside)) return '(?!)'
  const members: string[] = []
  for (let at = 0; at < inside.length; at++) {
    const [first, dash, last] = inside.slice(at, at + 3)
    if (first === undefined) break
    if (dash === '-' && last !== undefined) {
      if (first <= last) members.push(`${member(first)}-${member(last)}`)
      at += 2
    } else members.push(member(first))
  }
  return negated ? `[^${members.join('')}]` : members.length > 0 ? `[${members.join('')}]` : '(?!)'
}

const member = (character: string): string => character.replace(/[\\\]^[-]/, '\\$&')

const literal = (character: string): string => character.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

/** A `]` right after the opening (or after `!`) is a member of the set. Paths are taken apart at slashes first, so none stands in a set. */
function endOfSet(glob: string, start: number): number {
  const body = glob.charAt(start + 1) === '!' || glob.charAt(start + 1) === '^' ? start + 2 : start + 1
  const end = glob.indexOf(']', body + 1)
  return glob.slice(start, end).includes('/') ? -1 : end
}
