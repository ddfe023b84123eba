import { useRef, useState } from 'react'
import type { HostPackages, Software } from '#shared/model/host-packages.ts'
import { useAdvisories, useHostPackages } from '../../../stores/queries.ts'
import { useKeys } from '../../../stores/use-keys.ts'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { Empty } from '../../../ui/empty.tsx'
import { plainText } from '../../../ui/plain-text.ts'
import { type Column, RowTable, type Sorting } from '../../../ui/row-table.tsx'
import { Status } from '../../../ui/status.tsx'
import { day, dayWritten } from '../../../ui/time.ts'
import { count } from '../../../ui/words.ts'
import { Gaps } from '../gaps.tsx'
import { HostPane } from '../host-pane.tsx'
import { NothingRead, TabBody } from '../tab-body.tsx'
import { useRowKeys } from '../use-row-keys.ts'
import type { OpenFinding } from '../verdict-link.tsx'
import { PackageDetail } from './package-detail.tsx'
import { filterSoftware, kindWords, releaseOf, softwareText, sortSoftware, stateOf } from './package-words.ts'

interface PackagesTabProps {
  readonly host: string
  readonly onFinding: OpenFinding
}

/** Every version that matters here, where it is known from, and what is known against it. */
export const PackagesTab = ({ host, onFinding }: PackagesTabProps) => (
  <TabBody query={useHostPackages(host)}>{(view) => <Packages view={view} onFinding={onFinding} />}</TabBody>
)

const columnsFor = (distribution: HostPackages['distribution']): readonly [Column<Software>, ...Column<Software>[]] => [
  { id: 'name', head: 'Name', cell: ({ name }) => <span className="one-line">{plainText(name, 120)}</span> },
  {
    id: 'version',
    head: 'Version',
    className: 'w-[22%]',
    cell: ({ version }) => <code className="one-line block">{plainText(version, 80)}</code>,
  },
  { id: 'kind', head: 'Kind', className: 'w-[112px]', cell: ({ kind }) => <span className="soft">{kindWords[kind]}</span> },
  { id: 'state', head: 'Known against it', className: 'w-[148px]', cell: (row) => <State row={row} distribution={distribution} /> },
  { id: 'fixed', head: 'Fixed in', className: 'w-[22%]', cell: (row) => <code className="one-line block">{releaseOf(row)}</code> },
]

function State({ row, distribution }: { readonly row: Software; readonly distribution: HostPackages['distribution'] }) {
  const { word, tone } = stateOf(row, distribution)
  return (
    <Status tone={tone} className={tone === 'pass' ? 'quiet' : ''}>
      {word}
    </Status>
  )
}

const keyOf = ({ id }: Software): string => id

function Packages({ view, onFinding }: { readonly view: HostPackages; readonly onFinding: OpenFinding }) {
  const [chosen, setChosen] = useState<string>()
  const [filter, setFilter] = useState('')
  const [sorting, setSorting] = useState<Sorting>({ by: 'state', descending: false })
  const field = useRef<HTMLInputElement>(null)
  const { distribution, gaps, software } = view
  const rows = sortSoftware(filterSoftware(software, filter), sorting, distribution)
  const row = rows.find(({ id }) => id === chosen) ?? rows[0]
  useRowKeys(rows.map(keyOf), row?.id, setChosen, row?.verdict, onFinding)
  useKeys({ '/': () => field.current?.focus() })
  // The first row is the loudest of what is left.
  const narrow = (text: string) => {
    setFilter(text)
    setChosen(undefined)
  }
  const sort = (by: string) => setSorting((before) => ({ by, descending: before.by === by && !before.descending }))
  if (software.length === 0 && gaps.length === 0)
    return <Empty title="No version is known" about="Neither engines nor packages of this host told their versions." />
  return (
    <div className="host-tab">
      <div className="host-tab-list" data-pane>
        <Gaps gaps={gaps} />
        <div className="pane-head">
          <h2>Packages</h2>
          <span className="muted num one-line">{summary(view)}</span>
          <span className="spring" />
          <input
            ref={field}
            type="search"
            className="input small !w-[180px]"
            aria-label="Filter packages"
            placeholder="Filter packages"
            value={filter}
            onChange={(event) => narrow(event.target.value)}
          />
          <CopyButton text={softwareText(rows, distribution)} what={`${count(rows.length, 'row')} as a table`} />
        </div>
        <DataAge distribution={distribution} />
        {software.length === 0 ? (
          <NothingRead what="Packages" />
        ) : row === undefined ? (
          <p className="px-5 py-1 text-ink-2">No package matches.</p>
        ) : (
          <RowTable
            label="Packages"
            columns={columnsFor(distribution)}
            groups={[{ key: 'all', rows }]}
            keyOf={keyOf}
            selected={row.id}
            onSelect={setChosen}
            sorting={sorting}
            onSort={sort}
          />
        )}
      </div>
      {row !== undefined && (
        <HostPane>
          <PackageDetail key={row.id} software={row} distribution={distribution} onFinding={onFinding} />
        </HostPane>
      )}
    </div>
  )
}

function summary({ software, distribution }: HostPackages): string {
  const vulnerable = software.filter(({ advisories }) => advisories.length > 0).length
  const pending = distribution?.pending ?? 0
  const parts = [
    `${software.length} looked at`,
    vulnerable > 0 ? `${vulnerable} with advisories` : '',
    pending > 0 ? `${count(pending, 'security update')} pending` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

/** How current the two sources of judgement are: the advisory data of Gatehouse, and the list of the distribution on the host. */
function DataAge({ distribution }: Pick<HostPackages, 'distribution'>) {
  const advisories = useAdvisories().data
  return (
    <p className="data-age muted">
      {advisories !== undefined && (
        <span>{`Advisory data of ${dayWritten(advisories.publishedAt)}, ${count(advisories.ageDays, 'day')} old`}</span>
      )}
      <span>
        {distribution === undefined
          ? 'Packages of the distribution were not read'
          : distribution.unknown !== undefined
            ? `Security list of the distribution: ${plainText(distribution.unknown, 200)}`
            : distribution.listsAt === undefined
              ? 'The age of the security list of the distribution is not known'
              : `Security list of the distribution of ${day(distribution.listsAt)}, ${distribution.installed} packages installed`}
      </span>
    </p>
  )
}
