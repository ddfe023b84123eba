/** The keys of a grid (ARIA Authoring Practices), and where they lead. */
export type Move = 'up' | 'down' | 'left' | 'right' | 'row-start' | 'row-end' | 'page-up' | 'page-down' | 'top' | 'bottom'

interface Pressed {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}

const plain: Readonly<Record<string, Move | undefined>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'row-start',
  End: 'row-end',
  PageUp: 'page-up',
  PageDown: 'page-down',
}
const withCtrl: Readonly<Record<string, Move | undefined>> = { Home: 'top', End: 'bottom' }

/** What a key asks for; undefined where it is none of a grid. */
export const moveOf = ({ key, ctrlKey, metaKey, altKey }: Pressed): Move | undefined =>
  metaKey || altKey ? undefined : (ctrlKey ? withCtrl : plain)[key]

/** Where a move leads in a grid of `rows` by `columns`, of which `page` rows are in sight. Stays inside. */
export function moveCell(
  at: readonly [row: number, column: number],
  move: Move,
  rows: number,
  columns: number,
  page = rows,
): readonly [number, number] {
  const clamp = (value: number, size: number) => Math.min(Math.max(value, 0), size - 1)
  const [row, column] = at
  const targets: Record<Move, readonly [number, number]> = {
    up: [row - 1, column],
    down: [row + 1, column],
    left: [row, column - 1],
    right: [row, column + 1],
    'row-start': [row, 0],
    'row-end': [row, columns - 1],
    'page-up': [row - page, column],
    'page-down': [row + page, column],
    top: [0, column],
    bottom: [rows - 1, column],
  }
  const [nextRow, nextColumn] = targets[move]
  return [clamp(nextRow, rows), clamp(nextColumn, columns)]
}
