import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import { namedAs } from '#shared/account-kind.ts'
import { columnsInView, scrolledTo } from '../../ui/column-window.ts'
import { CutName } from '../../ui/cut-name.tsx'
import { moveCell, moveOf } from '../../ui/grid-moves.ts'
import { plainText } from '../../ui/plain-text.ts'
import { RowSpace } from '../../ui/row-space.tsx'
import { linesOf, windowOf } from '../../ui/row-window.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { day } from '../../ui/time.ts'
import { ToneIcon } from '../../ui/tone-icon.tsx'
import { HEAD_HEIGHT, useRowView } from '../../ui/use-row-view.ts'
import { count } from '../../ui/words.ts'
import type { AccountRow, Place } from './access-rows.ts'
import { stateWords, tierWords } from './access-words.ts'

interface AccessMatrixProps {
  readonly rows: readonly AccountRow[]
  readonly hosts: readonly { readonly host: string; readonly reason: string | null; readonly cut: number }[]
  readonly chosen: Place
  readonly onChoose: (place: Place) => void
}

/** As the style says, with its line. */
const ROW_HEIGHT = 41
/** Of a host's column and of the pinned one with the accounts where not all are drawn. Must equal those in access.css. */
const COLUMN_WIDTH = 124
const PINNED_WIDTH = 180
/** Up to so many hosts share the room, each as wide as its words. */
const WHOLE = 12

/**
 * Accounts are rows, hosts are columns. One cell is in the tab order; arrows, Page Up and Page Down move it, Home and End along its row, with Ctrl to the
 * first and the last account. Of thousands of accounts and of many hosts those near the window are drawn.
 */
export function AccessMatrix({ rows, hosts, chosen, onChoose }: AccessMatrixProps) {
  const { scroller, view, look, show } = useRowView<HTMLElement>()
  const follow = useRef(false)
  const lines = useMemo(() => linesOf([{ rows }], ROW_HEIGHT), [rows])
  const { from, to, above, below } = windowOf(lines, view.top, view.height)
  const isWide = hosts.length > WHOLE
  const [start, end] = isWide ? columnsInView(view.left, view.width - PINNED_WIDTH, COLUMN_WIDTH, hosts.length) : [0, hosts.length]
  const drawn = hosts.slice(start, end)
  const spaces = { before: start * COLUMN_WIDTH, after: (hosts.length - end) * COLUMN_WIDTH }
  const column = hosts.findIndex(({ host }) => host === chosen.host)
  const at = rows.findIndex((row) => isOf(row, chosen))
  // What is chosen from elsewhere, by the review or a key, comes into sight.
  const top = lines[at]?.top
  useEffect(() => {
    if (top !== undefined) show({ top, height: ROW_HEIGHT })
  }, [top, show])
  useEffect(() => {
    const box = scroller.current
    if (box === null || !isWide) return
    // With the tiers before them, which go along.
    const width = COLUMN_WIDTH + (box.querySelector<HTMLElement>('thead .tier')?.offsetWidth ?? 0)
    box.scrollLeft = scrolledTo(column * COLUMN_WIDTH, width, box.scrollLeft, box.clientWidth - PINNED_WIDTH)
    look()
  }, [column, isWide, look, scroller])
  useLayoutEffect(() => {
    if (!follow.current && document.activeElement !== document.body) return
    const cell = scroller.current?.querySelector<HTMLElement>('.cell[aria-pressed="true"]')
    if (cell == null) return
    cell.focus({ preventScroll: true })
    // Who has only just come begins at the top of the screen, where the window itself scrolls.
    if (follow.current) cell.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    follow.current = false
  })
  const press = (event: KeyboardEvent) => {
    const move = moveOf(event)
    if (move === undefined || !(event.target as HTMLElement).classList.contains('cell')) return
    event.preventDefault()
    const page = Math.max(1, Math.floor((view.height - HEAD_HEIGHT) / ROW_HEIGHT) - 1)
    const [nextRow, nextColumn] = moveCell([at, column], move, rows.length, hosts.length, page)
    const found = rows[nextRow]
    const host = hosts[nextColumn]?.host
    if (found === undefined || host === undefined) return
    follow.current = true
    onChoose({ account: found.name, kind: found.kind, host })
  }
  const whole = to - from === lines.length
  // Tab stops at the cell that is chosen, or at the first that is drawn while that is scrolled away.
  const stop = { row: rows[at >= from && at < to ? at : from], host: hosts[column >= start && column < end ? column : start]?.host }
  return (
    <Scroll as="section" ref={scroller} className="access-list" aria-label="Accounts by hosts" onScroll={look}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table whose cells take the focus
        role="grid"
        aria-label={`Accounts, ${rows.length} by ${count(hosts.length, 'host')}`}
        aria-rowcount={whole ? undefined : rows.length + 1}
        aria-colcount={isWide ? hosts.length + 2 : undefined}
        className={isWide ? 'access-matrix wide' : 'access-matrix'}
        onKeyDown={press}
      >
        <thead>
          <tr>
            <th scope="col" aria-colindex={isWide ? 1 : undefined}>
              Account
            </th>
            <th scope="col" className="tier" aria-colindex={isWide ? 2 : undefined}>
              Tier
            </th>
            <Aside width={spaces.before} />
            {drawn.map(({ host }, index) => (
              <th key={host} scope="col" className="of-host" aria-colindex={isWide ? start + index + 3 : undefined}>
                <CutName name={host} />
              </th>
            ))}
            <Aside width={spaces.after} />
          </tr>
        </thead>
        <tbody>
          <RowSpace height={above} columns={hosts.length + 2} />
          {rows.slice(from, to).map((row, index) => (
            <tr
              key={`${row.kind} ${row.name}`}
              className={isOf(row, chosen) ? 'cross' : ''}
              aria-rowindex={whole ? undefined : from + index + 2}
            >
              <th scope="row" aria-colindex={isWide ? 1 : undefined}>
                <span className="one-line">{shownName(row)}</span>
                <small>
                  {row.lastLogin !== null ? `Used ${day(row.lastLogin)}` : row.getsIn ? 'No login on record' : 'Nobody logs in'}
                </small>
              </th>
              <td className="tier" aria-colindex={isWide ? 2 : undefined}>
                {row.tier === null ? 'None' : tierWords[row.tier]}
              </td>
              <Aside width={spaces.before} />
              {drawn.map(({ host, reason, cut }, index) => (
                <AccountCell
                  key={host}
                  row={row}
                  host={host}
                  column={isWide ? start + index + 3 : undefined}
                  unseen={reason !== null || cut > 0}
                  chosen={isOf(row, chosen) && host === chosen.host}
                  stop={row === stop.row && host === stop.host}
                  onChoose={onChoose}
                />
              ))}
              <Aside width={spaces.after} />
            </tr>
          ))}
          <RowSpace height={below} columns={hosts.length + 2} />
        </tbody>
      </table>
    </Scroll>
  )
}

/** Stands for the columns that are not drawn. */
const Aside = ({ width }: { readonly width: number }) => width > 0 && <td aria-hidden="true" style={{ width }} />

const isOf = ({ name, kind }: AccountRow, chosen: Place): boolean => name === chosen.account && kind === chosen.kind
/** Whom to tell apart: a name of the proxy; the others say it in their names. */
const shownName = ({ name, kind }: AccountRow): string => (kind === 'web' ? namedAs(plainText(name, 52), kind) : plainText(name, 60))

interface AccountCellProps {
  readonly row: AccountRow
  readonly host: string
  readonly column: number | undefined
  readonly unseen: boolean
  readonly chosen: boolean
  /** Tab leads here. */
  readonly stop: boolean
  readonly onChoose: (place: Place) => void
}

function AccountCell({ row, host, column, unseen, chosen, stop, onChoose }: AccountCellProps) {
  const cell = row.cells.get(host)
  const { word, tone } = cell ? stateWords[cell.state] : unseen ? stateWords.unknown : { word: 'None', tone: 'na' as const }
  const choose = () => onChoose({ account: row.name, kind: row.kind, host })
  return (
    <td className={chosen ? 'cross' : ''} aria-colindex={column}>
      <button
        type="button"
        className={`cell ${tone}`}
        aria-pressed={chosen}
        tabIndex={stop ? 0 : -1}
        aria-label={`${shownName(row)} on ${host}: ${word}`}
        onFocus={choose}
        onClick={choose}
      >
        <ToneIcon tone={tone} />
        <span>{word}</span>
      </button>
    </td>
  )
}
