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
        const body = glob.slice(at + 1, end)
        const negated = body.startsWith('!') || body.startsWith('^')
        source += `${hidden}(?!/)[${negated ? '^' : ''}${(negated ? body.slice(1) : body).replace(/[\\\]^[]/g, '\\$&')}]`
        at = end
      }
    } else if (character === '\\' && at + 1 < glob.length) source += literal(glob.charAt(++at))
    else source += literal(character)
    at++
  }
  try {
    return new RegExp(`^${source}$`, 's')
  } catch {
    // A range such as [z-a] matches nothing in glob(3).
    return /^(?!)/
  }
}

const literal = (character: string): string => character.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

/** A `]` right after the opening (or after `!`) is a member of the set. */
function endOfSet(glob: string, start: number): number {
  const body = glob.charAt(start + 1) === '!' || glob.charAt(start + 1) === '^' ? start + 2 : start + 1
  return glob.indexOf(']', body + 1)
}
