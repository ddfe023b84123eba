import { useState } from 'react'
import type { HardeningRow, HostHardening } from '#shared/model/host-hardening.ts'
import { useHostHardening } from '../../../stores/queries.ts'
import { Empty } from '../../../ui/empty.tsx'
import { plainText } from '../../../ui/plain-text.ts'
import { type Column, RowTable } from '../../../ui/row-table.tsx'
import { Segment } from '../../../ui/segment.tsx'
import { Status } from '../../../ui/status.tsx'
import { count } from '../../../ui/words.ts'
import { Gaps } from '../gaps.tsx'
import { HostPane } from '../host-pane.tsx'
import { NothingRead, TabBody } from '../tab-body.tsx'
import { useRowKeys } from '../use-row-keys.ts'
import type { OpenFinding } from '../verdict-link.tsx'
import { HardeningDetail } from './hardening-detail.tsx'
import { isOpen, onlyOpen, stateOf, valueWords } from './hardening-words.ts'

interface HardeningTabProps {
  readonly host: string
  readonly onFinding: OpenFinding
}

/** Every setting that closes this host up, as it was observed, with what the control that judges it says. */
export const HardeningTab = ({ host, onFinding }: HardeningTabProps) => (
  <TabBody query={useHostHardening(host)}>{(view) => <Hardening view={view} onFinding={onFinding} />}</TabBody>
)

const columns: readonly [Column<HardeningRow>, ...Column<HardeningRow>[]] = [
  { id: 'name', head: 'Setting', className: 'w-[216px]', cell: ({ name }) => <span className="one-line">{plainText(name, 120)}</span> },
  {
    id: 'value',
    head: 'Observed',
    cell: (row) =>
      row.value ? <code className="one-line block">{valueWords(row)}</code> : <span className="muted">{valueWords(row)}</span>,
  },
  { id: 'state', head: 'Verdict', className: 'w-[136px]', cell: (row) => <State row={row} /> },
  {
    id: 'control',
    head: 'Control',
    className: 'w-[28%]',
    cell: ({ verdict }) => <code className="one-line block muted">{verdict?.control ?? ''}</code>,
  },
]

const GroupHead = ({ title, open }: { readonly title: string; readonly open: number }) => (
  <>
    {plainText(title, 120)}
    {open > 0 && <span className="muted num">{` ${open} open`}</span>}
  </>
)

function State({ row }: { readonly row: HardeningRow }) {
  const { word, tone } = stateOf(row)
  return (
    <Status tone={tone} className={tone === 'pass' ? 'quiet' : ''}>
      {word}
    </Status>
  )
}

const keyOf = ({ id }: HardeningRow): string => id

function Hardening({ view, onFinding }: { readonly view: HostHardening; readonly onFinding: OpenFinding }) {
  const [chosen, setChosen] = useState<string>()
  const [shown, setShown] = useState<'all' | 'open'>('all')
  const groups = shown === 'all' ? view.groups : onlyOpen(view.groups)
  const rows = groups.flatMap((group) => group.rows)
  const row = rows.find(({ id }) => id === chosen) ?? rows[0]
  const all = view.groups.flatMap((group) => group.rows)
  useRowKeys(rows.map(keyOf), row?.id, setChosen, row?.verdict, onFinding)
  if (all.length === 0 && view.gaps.length === 0)
    return (
      <Empty
        title="Nothing was read about hardening"
        about="The audit has no answer about units, accounts, sshd or the kernel of this host."
      />
    )
  return (
    <div className="host-tab">
      <div className="host-tab-list" data-pane>
        <Gaps gaps={view.gaps} />
        <div className="pane-head">
          <h2>Hardening</h2>
          <span className="muted num">{`${count(all.length, 'setting')}, ${all.filter(isOpen).length} open`}</span>
          <span className="spring" />
          <Segment
            small
            label="Show"
            value={shown}
            onChange={setShown}
            options={[
              { value: 'all', label: 'All' },
              { value: 'open', label: 'Open' },
            ]}
          />
        </div>
        {all.length === 0 ? (
          <NothingRead what="Hardening" />
        ) : row === undefined ? (
          <p className="px-5 py-1 text-ink-2">No setting is open.</p>
        ) : (
          <RowTable
            label="Hardening"
            columns={columns}
            groups={groups.map(({ id, title, rows: own }) => ({
              key: id,
              head: <GroupHead title={title} open={own.filter(isOpen).length} />,
              rows: own,
            }))}
            keyOf={keyOf}
            selected={row.id}
            onSelect={setChosen}
          />
        )}
      </div>
      {row !== undefined && (
        <HostPane>
          <HardeningDetail key={row.id} row={row} onFinding={onFinding} />
        </HostPane>
      )}
    </div>
  )
}
