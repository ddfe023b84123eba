/** Which columns of a wide table are drawn. Pure: pixels in, a stretch out. */

/** Those in view beside a pinned column, and `spare` on either side. End is exclusive. */
export function columnsInView(scrollLeft: number, width: number, columnWidth: number, total: number, spare = 1): readonly [number, number] {
  const first = Math.floor(scrollLeft / columnWidth) - spare
  const last = Math.ceil((scrollLeft + width) / columnWidth) + spare
  const start = Math.min(Math.max(0, first), total)
  return [start, Math.max(start, Math.min(total, last))]
}

/** Where to scroll so that what begins at `left` stands free in a room of `width`. */
export function scrolledTo(left: number, columnWidth: number, scrollLeft: number, width: number): number {
  if (left < scrollLeft) return left
  return Math.max(scrollLeft, left + columnWidth - width)
}
