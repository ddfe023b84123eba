import { Fragment, type KeyboardEvent, memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import type { Fleet } from '#shared/model/fleet.ts'
import { destinations, type FlowState, type Segment, segments, sources } from '#shared/model/segment.ts'
import { goHost } from '../../stores/ui.store.ts'
import { CutName } from '../../ui/cut-name.tsx'
import { moveCell, moveOf } from '../../ui/grid-moves.ts'
import { RowSpace } from '../../ui/row-space.tsx'
import { linesOf, windowOf } from '../../ui/row-window.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { ToneIcon } from '../../ui/tone-icon.tsx'
import { useRowView } from '../../ui/use-row-view.ts'
import { count } from '../../ui/words.ts'
import { isOutward, type NetworkCell, type NetworkRow, networksOf } from './network-rows.ts'
import { flowTitle, segmentWords, stateWords } from './network-words.ts'

export interface Place {
  readonly host: string
  readonly segment: Segment
}

interface NetworkMatrixProps {
  readonly fleet: Fleet
  readonly rows: readonly NetworkRow[]
  readonly chosen: Place
  readonly onChoose: (place: Place) => void
  /** Cells in another state step back. */
  readonly state: FlowState | null
  /** Nothing was fetched yet: the layout stands, values land later. */
  readonly loading: boolean
}

/** As the style says. */
const ROW_HEIGHT = 32
/** Up to so many hosts are all drawn: each has a dozen cells. */
const WHOLE = 30

/** Hosts are rows, segments are columns. One cell is in the tab order, arrows move it. Of many hosts those near the window are drawn. */
export function NetworkMatrix({ fleet, rows, chosen, onChoose, state, loading }: NetworkMatrixProps) {
  const { scroller, view, look, show } = useRowView<HTMLElement>()
  const lines = useMemo(() => linesOf([{ rows }], ROW_HEIGHT), [rows])
  const { from, to, above, below } = windowOf(lines, view.top, view.height, WHOLE)
  const at = rows.findIndex(({ host }) => host === chosen.host)
  const top = lines[at]?.top
  useEffect(() => {
    const head = scroller.current?.querySelector('thead')?.offsetHeight
    if (top !== undefined) show({ top, height: ROW_HEIGHT }, head)
  }, [top, show, scroller])
  const follow = useRef(false)
  // Focused here and by nobody: it goes along when rows get another order, as when the flows arrive, and chooses nothing.
  const placed = useRef<Element | null>(null)
  const placing = useRef(false)
  useLayoutEffect(() => {
    // Whoever has only just come goes on here by keyboard, and begins at the top of the screen.
    const held = document.activeElement
    if (!follow.current && held !== document.body && held !== placed.current) return
    const flow = scroller.current?.querySelector<HTMLElement>('.cell[aria-pressed="true"]')
    // Not drawn yet: it is when it has come into sight.
    if (flow == null) return
    placing.current = true
    flow.focus({ preventScroll: true })
    placing.current = false
    placed.current = follow.current ? null : flow
    if (follow.current) flow.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    follow.current = false
  })
  const choose = useCallback(
    (place: Place) => {
      if (placing.current) return
      placed.current = null
      onChoose(place)
    },
    [onChoose],
  )
  const press = (event: KeyboardEvent) => {
    const move = moveOf(event)
    if (move === undefined || !(event.target as HTMLElement).classList.contains('cell')) return
    event.preventDefault()
    const page = Math.max(1, Math.floor(view.height / ROW_HEIGHT) - 4)
    const [row, column] = moveCell([at, segments.indexOf(chosen.segment)], move, rows.length, segments.length, page)
    const host = rows[row]?.host
    const segment = segments[column]
    if (host === undefined || segment === undefined) return
    follow.current = true
    onChoose({ host, segment })
  }
  const whole = to - from === lines.length
  // Tab stops at the cell that is chosen, or in the first row that is drawn while that is scrolled away.
  const stop = at >= from && at < to ? chosen.host : rows[from]?.host
  return (
    <Scroll as="section" ref={scroller} className="network-list" aria-label="Hosts by segments" data-pane onScroll={look}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table whose cells take the focus
        role="grid"
        aria-label={`Flows, ${count(rows.length, 'host')} by ${count(segments.length, 'segment')}`}
        className="network-matrix"
        aria-rowcount={whole ? undefined : rows.length + 2}
        onKeyDown={press}
      >
        <thead>
          <tr className="directions">
            <td />
            <th scope="colgroup" colSpan={sources.length}>
              From these networks to the host
            </th>
            <th scope="colgroup" colSpan={destinations.length} className="outward">
              From the host to
            </th>
          </tr>
          <tr>
            <th scope="col">Host</th>
            {segments.map((segment) => (
              <SegmentHead key={segment} segment={segment} networks={networksOf(fleet, segment)} />
            ))}
          </tr>
        </thead>
        <tbody>
          <RowSpace height={above} columns={segments.length + 1} />
          {rows.slice(from, to).map((row, index) => (
            <FlowRow
              key={row.host}
              row={row}
              index={whole ? undefined : from + index + 3}
              chosen={row.host === chosen.host ? chosen.segment : undefined}
              stop={row.host === stop ? chosen.segment : undefined}
              state={state}
              loading={loading}
              onChoose={choose}
            />
          ))}
          <RowSpace height={below} columns={segments.length + 1} />
        </tbody>
      </table>
    </Scroll>
  )
}

interface FlowRowProps extends Pick<FlowCellProps, 'row' | 'loading' | 'onChoose'> {
  /** Place among all rows, from 1, where not all are drawn. */
  readonly index: number | undefined
  /** The cell that is chosen, and the one where Tab stops, if they are in this row. */
  readonly chosen: Segment | undefined
  readonly stop: Segment | undefined
  readonly state: FlowState | null
}

/** Drawn anew for what changes in it, and not for what is chosen in another. */
const FlowRow = memo(({ row, index, chosen, stop, state, ...cells }: FlowRowProps) => (
  <tr className={chosen === undefined ? '' : 'cross'} aria-rowindex={index}>
    <th scope="row">
      <button type="button" className="link plain" onClick={() => goHost(row.host)}>
        <CutName name={row.host} />
      </button>
    </th>
    {row.cells.map((cell) => (
      <FlowCell
        key={cell.segment}
        row={row}
        cell={cell}
        chosen={cell.segment === chosen}
        stop={cell.segment === stop}
        aside={state !== null && cell.state !== state}
        {...cells}
      />
    ))}
  </tr>
))

function SegmentHead({ segment, networks }: { readonly segment: Segment; readonly networks: readonly string[] | undefined }) {
  const shown = networks === undefined ? ' ' : networks.length === 0 ? 'not named' : networks.slice(0, 2).join(', ')
  const more = networks !== undefined && networks.length > 2 ? ` and ${networks.length - 2} more` : ''
  return (
    <th scope="col" className={segment === destinations[0] ? 'outward' : ''} title={networks?.join(', ')}>
      <span>{segmentWords[segment]}</span>
      <code>
        {/* Broken before its length, where a network needs two lines. */}
        {(shown + more).split(/(?=\/)/).map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text, which have no state
          <Fragment key={index}>
            {index > 0 && <wbr />}
            {part}
          </Fragment>
        ))}
      </code>
    </th>
  )
}

interface FlowCellProps {
  readonly row: NetworkRow
  readonly cell: NetworkCell
  readonly chosen: boolean
  /** Tab stops here. */
  readonly stop: boolean
  readonly aside: boolean
  readonly loading: boolean
  readonly onChoose: (place: Place) => void
}

function FlowCell({ row, cell, chosen, stop, aside, loading, onChoose }: FlowCellProps) {
  const { word, tone } = stateWords[cell.state]
  const choose = () => onChoose({ host: row.host, segment: cell.segment })
  const many = cell.count > 1 ? `, ${cell.count} of ${cell.flows.length} sockets` : ''
  return (
    <td className={`${chosen ? 'cross' : ''} ${cell.segment === destinations[0] ? 'outward' : ''}`}>
      <button
        type="button"
        className={`cell ${tone} ${row.stale ? 'stale' : ''} ${aside ? 'aside' : ''}`}
        aria-pressed={chosen}
        tabIndex={stop ? 0 : -1}
        data-opens-pane
        aria-label={`${flowTitle(cell.segment, row.host, isOutward(cell.segment))}: ${word}${many}${row.stale ? ', last known' : ''}`}
        onFocus={choose}
        onClick={choose}
      >
        {loading ? (
          <span className="skeleton" />
        ) : (
          <>
            <ToneIcon tone={tone} />
            <span>{word}</span>
            {cell.count > 1 && !isOutward(cell.segment) && cell.state !== 'closed' && <span className="num">{cell.count}</span>}
          </>
        )}
      </button>
    </td>
  )
}
