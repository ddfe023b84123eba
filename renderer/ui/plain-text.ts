/** Text from hosts is untrusted: what cannot be seen, or changes how its neighbours read, is shown as a visible mark. */

const lineCap = 2000

/**
 * Characters that draw nothing, move the cursor or reorder text: controls, format characters (the bidi controls of UAX #9 among
 * them), line and paragraph separators, lone surrogates, and whatever Unicode lets a font leave out.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** ECMA-48 escape sequences, after controls became pictures: CSI, OSC and the other string commands, then any two-character escape. */
const escapes = /␛\[[0-?]*[ -/]*[@-~]|␛[\]PX^_][^␇␛]*(?:␇|␛\\)?|␛[ -/]*[0-~]/g

const picture = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  if (code === 9) return '    '
  if (code < 32) return String.fromCodePoint(0x2400 + code)
  if (code === 127) return '␡'
  return '\ufffd'
}

/** One line of host text, safe to show: escapes dropped, hidden characters replaced by a visible mark, length capped. */
export function plainText(text: string, cap = lineCap): string {
  // Cut before the patterns run, so that a 10 MB line costs nothing. Escapes and marks can shorten it further.
  const head = text.length > cap * 2 ? text.slice(0, cap * 2) : text
  const shown = head.replace(hidden, picture).replace(escapes, '')
  const points = shown.length > cap ? shown.slice(0, cap).replace(/[\ud800-\udbff]$/, '') : shown
  return points.length < shown.length || head.length < text.length ? `${points} … ${text.length} characters` : points
}

/** Output of a command as lines, each plain. A final newline does not make an empty last line. */
export function plainLines(text: string, maxLines: number): { readonly lines: readonly string[]; readonly left: number } {
  const all = text.split(/\r?\n/)
  if (all.at(-1) === '') all.pop()
  return { lines: all.slice(0, maxLines).map((line) => plainText(line)), left: Math.max(0, all.length - maxLines) }
}

/** Cuts a line around `token`, so that the reason is marked and never lost. Empty parts when the token is not in it. */
export function splitAtToken(line: string, token: string | undefined): readonly [before: string, token: string, after: string] {
  const wanted = token === undefined ? '' : plainText(token)
  const at = wanted === '' ? -1 : line.indexOf(wanted)
  return at < 0 ? [line, '', ''] : [line.slice(0, at), wanted, line.slice(at + wanted.length)]
}
