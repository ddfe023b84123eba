import type { ReactNode } from 'react'
import { severityWords } from '../../ui/outcome-words.ts'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Status } from '../../ui/status.tsx'
import { count } from '../../ui/words.ts'
import type { ControlRow, ItemGroup } from './control-rows.ts'

interface ControlTableProps {
  readonly groups: readonly ItemGroup[]
  readonly selected: string | undefined
  readonly onSelect: (id: string) => void
}

/** One row per control, under the item of the checklist that it belongs to. */
export const ControlTable = ({ groups, selected, onSelect }: ControlTableProps) => (
  <RowTable
    label="Controls by item"
    columns={columns}
    groups={groups.map(({ item, rows }) => ({ key: item.id, head: <ItemHead id={item.id}>{item.title}</ItemHead>, rows }))}
    keyOf={({ control }) => control.id}
    selected={selected}
    onSelect={onSelect}
    tall
  />
)

const ItemHead = ({ id, children }: { readonly id: string; readonly children: ReactNode }) => (
  <>
    <span className="mono mr-1.5 text-[11px] text-ink-3">{id}</span>
    {children}
  </>
)

const number = 'w-[72px] right num'

const columns: readonly [Column<ControlRow>, ...Column<ControlRow>[]] = [
  {
    id: 'control',
    head: 'Control',
    cell: ({ control }) => (
      <>
        <span className="one-line">{control.title}</span>
        <code className="one-line">{control.id}</code>
      </>
    ),
  },
  {
    id: 'severity',
    head: 'Severity',
    className: 'w-[84px]',
    cell: ({ control }) => <span className="soft">{severityWords[control.severity]}</span>,
  },
  { id: 'fail', head: 'Fail', className: number, cell: ({ failing }) => <Hosts value={failing} tone="fail" word="fail" /> },
  { id: 'pass', head: 'Pass', className: number, cell: ({ passing }) => <Hosts value={passing} tone="pass" word="pass" /> },
  { id: 'other', head: 'Other', className: number, cell: ({ other }) => <Hosts value={other} tone="na" word="other" /> },
]

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
