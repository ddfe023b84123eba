import { ArrowDown, ArrowUp } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef } from 'react'
import { chooseRow } from './choose-row.ts'
import { RowSpace } from './row-space.tsx'
import { linesOf, windowOf } from './row-window.ts'
import { useRowView } from './use-row-view.ts'

export interface Column<R> {
  readonly id: string
  readonly head: ReactNode
  /** Of head and cells: width, alignment. */
  readonly className?: string
  readonly cell: (row: R) => ReactNode
}

export interface RowGroup<R> {
  readonly key: string
  /** Absent where the rows need no heading. */
  readonly head?: ReactNode
  readonly rows: readonly R[]
}

export interface Sorting {
  readonly by: string
  readonly descending: boolean
}

interface RowTableProps<R> {
  readonly label: string
  /** The first column names the row; it is the button that selects it. */
  readonly columns: readonly [Column<R>, ...Column<R>[]]
  readonly groups: readonly RowGroup<R>[]
  readonly keyOf: (row: R) => string
  readonly selected: string | undefined
  readonly onSelect: (key: string) => void
  /** Rows of two lines. */
  readonly tall?: boolean
  /** Absent: as given. */
  readonly sorting?: Sorting
  readonly onSort?: (by: string) => void
}

/**
 * Rows that are chosen one at a time: by click, arrows, Home, End, Page Up and Page Down. Of a long list only what is near the window is
 * drawn, so thousands of rows cost what fifty do.
 */
export function RowTable<R>({ label, columns, groups, keyOf, selected, onSelect, tall = false, sorting, onSort }: RowTableProps<R>) {
  const { scroller, view, look, show } = useRowView<HTMLDivElement>()
  const wantsFocus = useRef(false)
  const moved = useRef(false)
  const lines = linesOf(groups, tall ? 42 : 33)
  const rows = lines.filter((line) => line.kind === 'row')
  const at = rows.findIndex(({ row }) => row !== undefined && keyOf(row) === selected)
  const { from, to, above, below } = windowOf(lines, view.top, view.height)
  const { top, height } = rows[at] ?? {}
  useEffect(() => {
    const box = scroller.current
    if (box === null || selected === undefined || top === undefined || height === undefined) return
    show({ top, height })
    // The focus follows the choice; it is not taken from a field or another pane, nor from the tab that has just opened the list.
    const held = document.activeElement
    const followed =
      held instanceof HTMLElement &&
      ((held.matches('.row-name') && box.parentElement?.contains(held) === true) || (moved.current && held.matches('[role=tab]')))
    wantsFocus.current = held === null || held === document.body || followed
    moved.current = true
  }, [selected, top, height, scroller, show])
  useLayoutEffect(() => {
    if (!wantsFocus.current) return
    const button = scroller.current?.querySelector<HTMLElement>('.row-name[aria-current]')
    if (button == null) return
    wantsFocus.current = false
    button.focus({ preventScroll: true })
  })
  const move = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(view.height / (tall ? 42 : 33)) - 2)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: at + page,
      PageUp: at - page,
    }
    const wanted = steps[event.key]
    if (wanted === undefined) return
    event.preventDefault()
    const next = rows[Math.min(Math.max(wanted, 0), rows.length - 1)]?.row
    if (next !== undefined) onSelect(keyOf(next))
  }
  const whole = to - from === lines.length
  return (
    <div className="row-table" ref={scroller} onScroll={look}>
      <table className={`table ${tall ? 'tall' : ''}`} aria-label={label} aria-rowcount={whole ? undefined : lines.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.id} column={column} sorting={sorting} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <RowSpace height={above} columns={columns.length} />
          {lines.slice(from, to).map(({ kind, group, row }, index) => {
            const number = whole ? undefined : from + index + 2
            if (kind === 'group' || row === undefined)
              return (
                <tr key={`group ${groups[group]?.key}`} className="group" aria-rowindex={number}>
                  <th scope="rowgroup" colSpan={columns.length}>
                    {groups[group]?.head}
                  </th>
                </tr>
              )
            const key = keyOf(row)
            return (
              <Row<R>
                key={key}
                row={row}
                columns={columns}
                current={key === selected}
                first={at < 0 && row === rows[0]?.row}
                number={number}
                onSelect={() => onSelect(key)}
                onKeyDown={move}
              />
            )
          })}
          <RowSpace height={below} columns={columns.length} />
        </tbody>
      </table>
    </div>
  )
}

interface HeadProps<R> {
  readonly column: Column<R>
  readonly sorting: Sorting | undefined
  readonly onSort: ((by: string) => void) | undefined
}

function Head<R>({ column: { id, head, className }, sorting, onSort }: HeadProps<R>) {
  const sorted = sorting?.by === id ? sorting : undefined
  const Arrow = sorted?.descending ? ArrowDown : ArrowUp
  return (
    <th scope="col" className={className} aria-sort={sorted && (sorted.descending ? 'descending' : 'ascending')}>
      {onSort === undefined ? (
        head
      ) : (
        <button type="button" className="sort" onClick={() => onSort(id)}>
          {head}
          {sorted !== undefined && <Arrow className="icon" aria-hidden />}
        </button>
      )}
    </th>
  )
}

interface RowProps<R> {
  readonly row: R
  readonly columns: RowTableProps<R>['columns']
  readonly current: boolean
  /** Nothing is chosen here: Tab stops at the first. */
  readonly first: boolean
  readonly number: number | undefined
  readonly onSelect: () => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

function Row<R>({ row, columns: [name, ...others], current, first, number, onSelect, onKeyDown }: RowProps<R>) {
  return (
    <tr className={current ? 'current' : ''} aria-rowindex={number} onClick={chooseRow}>
      <th scope="row" className={name.className}>
        <button
          type="button"
          className="row-name"
          data-opens-pane
          aria-current={current || undefined}
          tabIndex={current || first ? 0 : -1}
          onClick={onSelect}
          onKeyDown={onKeyDown}
        >
          {name.cell(row)}
        </button>
      </th>
      {others.map(({ id, className, cell }) => (
        <td key={id} className={className}>
          {cell(row)}
        </td>
      ))}
    </tr>
  )
}
