import { type KeyboardEvent, memo, type UIEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { type Area, areas, type ChecklistItem, checklist, type ItemId } from '#shared/model/checklist.ts'
import type { Outcome } from '#shared/status.ts'
import type { HostView } from '../../stores/host-view.ts'
import { goHost, useUi } from '../../stores/ui.store.ts'
import { useGradually } from '../../stores/use-gradually.ts'
import { columnsInView, scrolledTo } from '../../ui/column-window.ts'
import { moveCell, moveOf } from '../../ui/grid-moves.ts'
import { count } from '../../ui/words.ts'
import { areaScore } from './area-score.ts'
import { cellOf } from './cell-view.ts'
import { HostHead } from './host-head.tsx'
import { columnsThatFit } from './host-order.ts'
import { MatrixCell } from './matrix-cell.tsx'

interface MatrixProps {
  readonly hosts: readonly HostView[]
  readonly items: readonly ChecklistItem[]
  readonly outcomeFilter: Outcome | null
  /** What stands in the corner: the heading, or the filter of hosts. */
  readonly corner: React.ReactNode
}

/** Widths when the matrix scrolls: of a host's column, and of the pinned one with the checks. Must equal those in fleet.css. */
const columnWidth = 124
const pinnedWidth = 282
/** Of a host's column where all of them share the pane: an icon and the longest word. */
const leastWidth = 92
const columnsPerFrame = 2
const firstView = { left: 0, width: 1440 }
type View = typeof firstView

/** Items are rows, hosts are columns. One cell is in the tab order; arrows move it, and only columns in view are drawn. */
export function Matrix({ hosts, items, outcomeFilter, corner }: MatrixProps) {
  const frame = useRef<HTMLDivElement>(null)
  const [scroll, setScroll] = useState(firstView)
  const remembered = useUi((state) => state.cell)
  const wantsFocus = useRef(false)
  const fits = hosts.length <= columnsThatFit && scroll.width >= pinnedWidth + hosts.length * leastWidth
  const [start, end] = fits ? [0, hosts.length] : columnsInView(scroll.left, scroll.width - pinnedWidth, columnWidth, hosts.length)
  const drawn = useGradually(
    useMemo(() => hosts.slice(start, end), [hosts, start, end]),
    columnsPerFrame,
  )

  const row = Math.max(
    0,
    items.findIndex((item) => item.id === remembered?.item),
  )
  const column = Math.max(
    0,
    hosts.findIndex((host) => host.name === remembered?.host),
  )
  const active = { item: items[row]?.id, host: hosts[column]?.name }

  useLayoutEffect(() => {
    const element = frame.current
    if (element === null) return
    // Whoever comes back from a host finds the focus where it was.
    wantsFocus.current = document.activeElement === document.body
    const measure = () => setScroll({ left: element.scrollLeft, width: element.clientWidth })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useLayoutEffect(() => {
    if (!wantsFocus.current || remembered === null) return
    const cell = frame.current?.querySelector<HTMLElement>(`[data-cell="${CSS.escape(`${remembered?.item} ${remembered?.host}`)}"]`)
    if (cell === null || cell === undefined) return
    wantsFocus.current = false
    cell.focus({ preventScroll: false })
  })

  // Whoever has only just come has no place in it: the first arrow leads in.
  useEffect(() => {
    const enter = (event: globalThis.KeyboardEvent) => {
      if (document.activeElement !== document.body || !event.key.startsWith('Arrow') || moveOf(event) === undefined) return
      event.preventDefault()
      frame.current?.querySelector<HTMLElement>('.cell[tabindex="0"]')?.focus()
    }
    document.addEventListener('keydown', enter)
    return () => document.removeEventListener('keydown', enter)
  }, [])

  const choose = useCallback((host: string, item: ItemId) => useUi.setState({ cell: { host, item } }), [])
  const open = useCallback((host: string, item: ItemId) => goHost(host, { item }), [])

  const press = (event: KeyboardEvent) => {
    const move = moveOf(event)
    if (move === undefined || !(event.target as HTMLElement).dataset.cell) return
    event.preventDefault()
    const [nextRow, nextColumn] = moveCell([row, column], move, items.length, hosts.length)
    const host = hosts[nextColumn]
    const item = items[nextRow]
    if (host === undefined || item === undefined) return
    wantsFocus.current = true
    if (!fits && frame.current !== null) showColumn(frame.current, nextColumn)
    choose(host.name, item.id)
  }
  const scrolled = (event: UIEvent<HTMLDivElement>) => {
    const { scrollLeft: left, clientWidth: width } = event.currentTarget
    if (!fits) setScroll((before) => (sameColumns(before, { left, width }) ? before : { left, width }))
  }

  const before = start * columnWidth
  const after = (hosts.length - end) * columnWidth
  return (
    <div className="matrix" ref={frame} onScroll={scrolled} data-pane>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table whose cells take the focus
        role="grid"
        aria-label={`Compliance matrix, ${items.length} checks by ${count(hosts.length, 'host')}`}
        aria-colcount={hosts.length + 1}
        className={`${fits ? 'fits' : ''} ${items.length === checklist.length ? 'all-rows' : ''} ${scroll.left > 0 ? 'scrolled' : ''}`}
        style={fits ? undefined : { width: pinnedWidth + hosts.length * columnWidth }}
        onKeyDown={press}
      >
        <colgroup>
          <col className="of-check" />
          {before > 0 && <col style={{ width: before }} />}
          {drawn.map((host) => (
            <col key={host.name} className="of-host" />
          ))}
          {after > 0 && <col style={{ width: after }} />}
        </colgroup>
        <thead>
          <tr>
            <th scope="col" aria-colindex={1}>
              {corner}
            </th>
            {before > 0 && <td aria-hidden="true" />}
            {drawn.map((host, index) => (
              <th
                key={host.name}
                scope="col"
                aria-colindex={start + index + 2}
                className={remembered !== null && host.name === active.host ? 'cross' : ''}
              >
                <HostHead host={host} />
              </th>
            ))}
            {after > 0 && <td aria-hidden="true" />}
          </tr>
        </thead>
        <tbody>
          {areas.map((area) => (
            <AreaRows
              key={area}
              area={area}
              items={items}
              hosts={drawn}
              start={start}
              before={before > 0}
              after={after > 0}
              activeItem={active.item}
              activeHost={active.host}
              crossed={remembered !== null}
              outcomeFilter={outcomeFilter}
              choose={choose}
              open={open}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** True when both views show the same columns, so that scrolling within a column draws nothing anew. */
const sameColumns = (a: View, b: View): boolean =>
  a.width === b.width && a.left > 0 === b.left > 0 && Math.floor(a.left / columnWidth) === Math.floor(b.left / columnWidth)

/** Scrolls sideways until the column stands free of the pinned one. */
function showColumn(frame: HTMLElement, column: number): void {
  frame.scrollLeft = scrolledTo(column * columnWidth, columnWidth, frame.scrollLeft, frame.clientWidth - pinnedWidth)
}

interface AreaRowsProps {
  readonly area: Area
  readonly items: readonly ChecklistItem[]
  readonly hosts: readonly HostView[]
  readonly start: number
  readonly before: boolean
  readonly after: boolean
  readonly activeItem: ItemId | undefined
  readonly activeHost: string | undefined
  readonly crossed: boolean
  readonly outcomeFilter: Outcome | null
  readonly choose: (host: string, item: ItemId) => void
  readonly open: (host: string, item: ItemId) => void
}

const AreaRows = memo(
  ({ area, items, hosts, start, before, after, activeItem, activeHost, crossed, outcomeFilter, choose, open }: AreaRowsProps) => {
    const rows = items.filter((item) => item.area === area)
    if (rows.length === 0) return null
    return (
      <>
        <tr className="area">
          <th scope="rowgroup" aria-colindex={1}>
            {area}
          </th>
          {before && <td aria-hidden="true" />}
          {hosts.map((host, index) => (
            <td key={host.name} aria-colindex={start + index + 2}>
              {areaScore(host, area)}
            </td>
          ))}
          {after && <td aria-hidden="true" />}
        </tr>
        {rows.map((item) => (
          <tr key={item.id} className={crossed && item.id === activeItem ? 'cross' : ''}>
            <th scope="row" aria-colindex={1} title={item.title}>
              <span className="id">{item.id}</span>
              {item.shortTitle}
            </th>
            {before && <td aria-hidden="true" />}
            {hosts.map((host, index) => {
              const { kind, stale } = cellOf(host, item.id, item === items[0])
              return (
                <MatrixCell
                  key={host.name}
                  host={host.name}
                  item={item.id}
                  column={start + index + 2}
                  kind={kind}
                  stale={stale}
                  aside={outcomeFilter !== null && (stale ? 'not-evaluated' : kind) !== outcomeFilter}
                  reachable={item.id === activeItem && host.name === activeHost}
                  crossed={crossed && host.name === activeHost}
                  choose={choose}
                  open={open}
                />
              )
            })}
            {after && <td aria-hidden="true" />}
          </tr>
        ))}
      </>
    )
  },
)
