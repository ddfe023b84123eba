/** What a key event is, for the map: `j`, `mod+k`, `mod+shift+1`, `?`, `escape`, `f6`. */
export interface KeyPress {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/** Name of the chord, or null when a modifier is held that no chord uses. Digits are read from the key's place: shift turns them into signs. */
export function chordOf(press: KeyPress, mac: boolean): string | null {
  const mod = mac ? press.metaKey : press.ctrlKey
  const other = mac ? press.ctrlKey : press.metaKey
  if (other || press.altKey) return null
  const digit = mod ? /^(?:Digit|Numpad)(\d)$/.exec(press.code)?.[1] : undefined
  const key = digit ?? press.key.toLowerCase()
  // A sign such as ? already contains its shift.
  const shifted = press.shiftKey && (digit !== undefined || key.length > 1 || /\p{L}/u.test(key))
  return `${mod ? 'mod+' : ''}${shifted ? 'shift+' : ''}${key}`
}

export interface KeyContext {
  readonly inField: boolean
  readonly dialogOpen: boolean
  /** Settings: single letters can be turned off (WCAG 2.1.4). */
  readonly letterKeys: boolean
}

/** True when the chord may act where the focus is. Characters without a modifier never act inside a field. */
export function mayAct(chord: string, { inField, dialogOpen, letterKeys }: KeyContext): boolean {
  if (dialogOpen) return false
  const bare = !chord.startsWith('mod+')
  if (!bare) return true
  if (chord.length === 1) return letterKeys && !inField
  return !inField || chord === 'f6' || chord === 'shift+f6' || chord === 'escape'
}
