import type { ItemId } from '#shared/model/checklist.ts'
import type { Outcome } from '#shared/status.ts'
import type { HostView } from '../../stores/host-view.ts'
import { outcomeWords } from '../../ui/outcome-words.ts'

/** What a cell of the matrix draws. */
export type CellKind = Outcome | 'running' | 'waiting'

export interface CellView {
  readonly kind: CellKind
  readonly stale: boolean
}

/** Without earlier results a cell is a skeleton until its value lands; the first one of a host that is being read says so. */
export function cellOf(host: HostView, item: ItemId, first: boolean): CellView {
  if (host.results === 'none' && host.progress !== undefined) {
    return { kind: first && host.progress.stage !== 'waiting' ? 'running' : 'waiting', stale: false }
  }
  return { kind: host.items[item] ?? 'not-evaluated', stale: host.results === 'stale' }
}

/** Name for readers: "INF-1 on gpu-02: Fail". */
export function cellName(item: ItemId, host: string, { kind, stale }: CellView): string {
  const word = kind === 'running' ? 'Running' : kind === 'waiting' ? 'Waiting' : outcomeWords[kind].word
  return `${item} on ${host}: ${word}${stale ? ', last known' : ''}`
}

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

/** Columns to draw when the matrix scrolls sideways: those in view and `spare` on either side. End is exclusive. */
export function columnsInView(scrollLeft: number, width: number, columnWidth: number, total: number, spare = 2): readonly [number, number] {
  const first = Math.floor(scrollLeft / columnWidth) - spare
  const last = Math.ceil((scrollLeft + width) / columnWidth) + spare
  const start = Math.min(Math.max(0, first), total)
  return [start, Math.max(start, Math.min(total, last))]
}
