/** Which lines of a long list are drawn. Pure: heights in, a stretch out. */

/** One line of a table: a heading of a group, or a row. */
export interface Line<R> {
  readonly kind: 'group' | 'row'
  readonly group: number
  readonly row?: R
  /** Pixels from the first line. */
  readonly top: number
  readonly height: number
}

export const groupHeight = 28

/** Groups laid out below each other; a group without a heading has only its rows. */
export function linesOf<R>(
  groups: readonly { readonly head?: unknown; readonly rows: readonly R[] }[],
  rowHeight: number,
): readonly Line<R>[] {
  const lines: Line<R>[] = []
  let top = 0
  const add = (line: Omit<Line<R>, 'top'>) => {
    lines.push({ ...line, top })
    top += line.height
  }
  for (const [group, { head, rows }] of groups.entries()) {
    if (head !== undefined) add({ kind: 'group', group, height: groupHeight })
    for (const row of rows) add({ kind: 'row', group, row, height: rowHeight })
  }
  return lines
}

/** Up to so many lines are drawn as they are: the page is quick with them, and its own search finds all. */
const WHOLE = 150
/** Pixels above and below what is seen, so that scrolling shows no gap. */
const MARGIN = 400

/** First line and the one after the last that are drawn, and the heights that stand for the others. `whole`: so many lines are all drawn. */
export function windowOf(lines: readonly Line<unknown>[], scrollTop: number, height: number, whole = WHOLE) {
  const last = lines.at(-1)
  const total = last === undefined ? 0 : last.top + last.height
  if (lines.length <= whole) return { from: 0, to: lines.length, above: 0, below: 0 }
  const from = firstBelow(lines, scrollTop - MARGIN)
  const to = Math.min(lines.length, firstBelow(lines, scrollTop + height + MARGIN) + 1)
  const above = lines[from]?.top ?? 0
  const end = lines[to - 1]
  return { from, to, above, below: end === undefined ? 0 : total - end.top - end.height }
}

/** The line that `at` falls into, by halving. */
function firstBelow(lines: readonly Line<unknown>[], at: number): number {
  let low = 0
  let high = lines.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lines[middle]?.top ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return low
}

/** Where to scroll so that a line is in sight below a sticky head; undefined when it is. */
export function scrollTo(
  line: Pick<Line<unknown>, 'top' | 'height'>,
  scrollTop: number,
  height: number,
  headHeight: number,
): number | undefined {
  if (line.top < scrollTop) return line.top
  const bottom = line.top + line.height + headHeight
  return bottom > scrollTop + height ? bottom - height : undefined
}
