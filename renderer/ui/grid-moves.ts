/** The keys of a grid (ARIA Authoring Practices), and where they lead. */
export type Move = 'up' | 'down' | 'left' | 'right' | 'row-start' | 'row-end' | 'top' | 'bottom'

export const moves: Readonly<Record<string, Move | undefined>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'row-start',
  End: 'row-end',
  PageUp: 'top',
  PageDown: 'bottom',
}

/** Where a key leads in a grid of `rows` by `columns`. Stays inside. */
export function moveCell(at: readonly [row: number, column: number], move: Move, rows: number, columns: number): readonly [number, number] {
  const clamp = (value: number, size: number) => Math.min(Math.max(value, 0), size - 1)
  const [row, column] = at
  const targets: Record<Move, readonly [number, number]> = {
    up: [row - 1, column],
    down: [row + 1, column],
    left: [row, column - 1],
    right: [row, column + 1],
    'row-start': [row, 0],
    'row-end': [row, columns - 1],
    top: [0, column],
    bottom: [rows - 1, column],
  }
  const [nextRow, nextColumn] = targets[move]
  return [clamp(nextRow, rows), clamp(nextColumn, columns)]
}
