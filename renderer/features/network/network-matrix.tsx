import { Fragment, type KeyboardEvent, useLayoutEffect, useRef } from 'react'
import type { Fleet } from '#shared/model/fleet.ts'
import { destinations, type FlowState, type Segment, segments, sources } from '#shared/model/segment.ts'
import { goHost } from '../../stores/ui.store.ts'
import { CutName } from '../../ui/cut-name.tsx'
import { moveCell, moveOf } from '../../ui/grid-moves.ts'
import { ToneIcon } from '../../ui/tone-icon.tsx'
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

/** Hosts are rows, segments are columns. One cell is in the tab order, arrows move it. */
export function NetworkMatrix({ fleet, rows, chosen, onChoose, state, loading }: NetworkMatrixProps) {
  const grid = useRef<HTMLTableElement>(null)
  const follow = useRef(false)
  useLayoutEffect(() => {
    // Whoever has only just come goes on here by keyboard, and begins at the top of the screen.
    if (!follow.current && document.activeElement !== document.body) return
    const flow = grid.current?.querySelector<HTMLElement>(`[data-flow="${CSS.escape(`${chosen.host} ${chosen.segment}`)}"]`)
    flow?.focus({ preventScroll: !follow.current })
    follow.current = false
  })
  const press = (event: KeyboardEvent) => {
    const move = moveOf(event)
    if (move === undefined || !(event.target as HTMLElement).dataset.flow) return
    event.preventDefault()
    const at = [rows.findIndex(({ host }) => host === chosen.host), segments.indexOf(chosen.segment)] as const
    const [row, column] = moveCell(at, move, rows.length, segments.length)
    const host = rows[row]?.host
    const segment = segments[column]
    if (host === undefined || segment === undefined) return
    follow.current = true
    onChoose({ host, segment })
  }
  return (
    <table
      ref={grid}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table whose cells take the focus
      role="grid"
      aria-label={`Flows, ${count(rows.length, 'host')} by ${count(segments.length, 'segment')}`}
      className="network-matrix"
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
        {rows.map((row) => (
          <tr key={row.host} className={row.host === chosen.host ? 'cross' : ''}>
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
                chosen={row.host === chosen.host && cell.segment === chosen.segment}
                aside={state !== null && cell.state !== state}
                loading={loading}
                onChoose={onChoose}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

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
  readonly aside: boolean
  readonly loading: boolean
  readonly onChoose: (place: Place) => void
}

function FlowCell({ row, cell, chosen, aside, loading, onChoose }: FlowCellProps) {
  const { word, tone } = stateWords[cell.state]
  const choose = () => onChoose({ host: row.host, segment: cell.segment })
  const many = cell.count > 1 ? `, ${cell.count} of ${cell.flows.length} sockets` : ''
  return (
    <td className={`${chosen ? 'cross' : ''} ${cell.segment === destinations[0] ? 'outward' : ''}`}>
      <button
        type="button"
        className={`cell ${tone} ${row.stale ? 'stale' : ''} ${aside ? 'aside' : ''}`}
        aria-pressed={chosen}
        tabIndex={chosen ? 0 : -1}
        data-flow={`${row.host} ${cell.segment}`}
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
