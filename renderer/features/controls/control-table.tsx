import { useEffect, useRef } from 'react'
import { severityWords } from '../../ui/outcome-words.ts'
import { Status } from '../../ui/status.tsx'
import { count } from '../../ui/words.ts'
import type { ControlRow, ItemGroup } from './control-rows.ts'

interface ControlTableProps {
  readonly groups: readonly ItemGroup[]
  readonly selected: string | undefined
  readonly onSelect: (id: string) => void
}

/** One row per control, under the item of the checklist that it belongs to. */
export function ControlTable({ groups, selected, onSelect }: ControlTableProps) {
  const body = useRef<HTMLTableElement>(null)
  useEffect(() => {
    const row = selected === undefined ? null : body.current?.querySelector<HTMLElement>('[aria-current]')
    row?.scrollIntoView({ block: 'nearest' })
    // The focus follows J and K; it is not taken from a field or another pane.
    const held = document.activeElement
    if (held === null || held === document.body || held.matches('.control-name')) row?.focus({ preventScroll: true })
  }, [selected])
  return (
    <table className="table tall catalogue-table" ref={body}>
      <thead>
        <tr>
          <th scope="col">Control</th>
          <th scope="col">Severity</th>
          <th scope="col" className="right">
            Fail
          </th>
          <th scope="col" className="right">
            Pass
          </th>
          <th scope="col" className="right">
            Other
          </th>
        </tr>
      </thead>
      {groups.map(({ item, rows }) => (
        <tbody key={item.id}>
          <tr className="group">
            <th scope="rowgroup" colSpan={5}>
              <span className="mono">{item.id}</span> {item.title}
            </th>
          </tr>
          {rows.map((row) => (
            <Row key={row.control.id} row={row} current={row.control.id === selected} onSelect={onSelect} />
          ))}
        </tbody>
      ))}
    </table>
  )
}

interface RowProps {
  readonly row: ControlRow
  readonly current: boolean
  readonly onSelect: (id: string) => void
}

function Row({ row: { control, failing, passing, other }, current, onSelect }: RowProps) {
  return (
    <tr className={current ? 'current' : ''}>
      <th scope="row">
        <button type="button" className="control-name" aria-current={current || undefined} onClick={() => onSelect(control.id)}>
          <span className="one-line">{control.title}</span>
          <code className="one-line">{control.id}</code>
        </button>
      </th>
      <td className="soft">{severityWords[control.severity]}</td>
      <td className="right num">
        <Hosts value={failing} tone="fail" word="fail" />
      </td>
      <td className="right num">
        <Hosts value={passing} tone="pass" word="pass" />
      </td>
      <td className="right num">
        <Hosts value={other} tone="na" word="other" />
      </td>
    </tr>
  )
}

interface HostsProps {
  readonly value: number
  readonly tone: 'fail' | 'pass' | 'na'
  readonly word: string
}

/** A number of hosts. None is a dash, so that what needs somebody stands out. */
const Hosts = ({ value, tone, word }: HostsProps) =>
  value === 0 ? (
    <span className="muted">–</span>
  ) : (
    <span title={`${count(value, 'host')} ${word}`}>
      <Status tone={tone} className={tone === 'pass' ? 'quiet' : ''}>
        {value}
      </Status>
    </span>
  )
