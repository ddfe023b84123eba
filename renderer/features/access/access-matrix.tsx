import { type KeyboardEvent, useLayoutEffect, useRef } from 'react'
import { moveCell, moves } from '../../ui/grid-moves.ts'
import { plainText } from '../../ui/plain-text.ts'
import { ToneIcon } from '../../ui/tone-icon.tsx'
import type { AccountRow, Place } from './access-rows.ts'
import { stateWords, tierWords } from './access-words.ts'

interface AccessMatrixProps {
  readonly rows: readonly AccountRow[]
  readonly hosts: readonly { readonly host: string; readonly reason: string | null; readonly cut: number }[]
  readonly chosen: Place
  readonly onChoose: (place: Place) => void
}

/** Accounts are rows, hosts are columns. One cell is in the tab order, arrows move it. */
export function AccessMatrix({ rows, hosts, chosen, onChoose }: AccessMatrixProps) {
  const grid = useRef<HTMLTableElement>(null)
  const follow = useRef(false)
  useLayoutEffect(() => {
    const held = document.activeElement
    if (!follow.current && held !== document.body) return
    follow.current = false
    grid.current?.querySelector<HTMLElement>('.cell[tabindex="0"]')?.focus()
  })
  const press = (event: KeyboardEvent) => {
    const move = moves[event.key]
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey || !(event.target as HTMLElement).classList.contains('cell'))
      return
    event.preventDefault()
    const at = [rows.findIndex(({ name }) => name === chosen.account), hosts.findIndex(({ host }) => host === chosen.host)] as const
    const [row, column] = moveCell(at, move, rows.length, hosts.length)
    const account = rows[row]?.name
    const host = hosts[column]?.host
    if (account === undefined || host === undefined) return
    follow.current = true
    onChoose({ account, host })
  }
  return (
    <table
      ref={grid}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table whose cells take the focus
      role="grid"
      aria-label={`Accounts, ${rows.length} by ${hosts.length} hosts`}
      className="access-matrix"
      onKeyDown={press}
    >
      <thead>
        <tr>
          <th scope="col">Account</th>
          <th scope="col">Tier</th>
          {hosts.map(({ host }) => (
            <th key={host} scope="col" className="one-line">
              {host}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name} className={row.name === chosen.account ? 'cross' : ''}>
            <th scope="row">
              <span className="one-line">{plainText(row.name, 60)}</span>
              <small>
                {row.lastLogin !== null ? `Used ${row.lastLogin.slice(0, 10)}` : row.getsIn ? 'No login on record' : 'Nobody logs in'}
              </small>
            </th>
            <td className="tier">{row.tier === null ? 'None' : tierWords[row.tier]}</td>
            {hosts.map(({ host, reason, cut }) => (
              <AccountCell
                key={host}
                row={row}
                host={host}
                unseen={reason !== null || cut > 0}
                chosen={row.name === chosen.account && host === chosen.host}
                onChoose={onChoose}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface AccountCellProps {
  readonly row: AccountRow
  readonly host: string
  readonly unseen: boolean
  readonly chosen: boolean
  readonly onChoose: (place: Place) => void
}

function AccountCell({ row, host, unseen, chosen, onChoose }: AccountCellProps) {
  const cell = row.cells.get(host)
  const { word, tone } = cell ? stateWords[cell.state] : unseen ? stateWords.unknown : { word: 'None', tone: 'na' as const }
  const choose = () => onChoose({ account: row.name, host })
  return (
    <td className={chosen ? 'cross' : ''}>
      <button
        type="button"
        className={`cell ${tone}`}
        aria-pressed={chosen}
        tabIndex={chosen ? 0 : -1}
        aria-label={`${plainText(row.name, 60)} on ${host}: ${word}`}
        onFocus={choose}
        onClick={choose}
      >
        <ToneIcon tone={tone} />
        <span>{word}</span>
      </button>
    </td>
  )
}
