/** A line of a difference with its numbers in the old and the new file. */
export interface DiffRow {
  readonly kind: 'same' | 'gone' | 'new'
  readonly old: number | undefined
  readonly fresh: number | undefined
  readonly text: string
}

/** Lines with ` `, `-` or `+` before them, as a plan has them. */
export function diffRows(lines: readonly string[]): readonly DiffRow[] {
  let old = 0
  let fresh = 0
  return lines.map((line): DiffRow => {
    const text = line.slice(1)
    if (line.startsWith('-')) return { kind: 'gone', old: ++old, fresh: undefined, text }
    if (line.startsWith('+')) return { kind: 'new', old: undefined, fresh: ++fresh, text }
    return { kind: 'same', old: ++old, fresh: ++fresh, text }
  })
}

/** "+4 new", "+16 −2". */
export function diffWords(before: string, lines: readonly string[]): string {
  const added = lines.filter((line) => line.startsWith('+')).length
  const gone = lines.filter((line) => line.startsWith('-')).length
  return before === 'absent' ? `+${added} new` : `+${added} −${gone}`
}
