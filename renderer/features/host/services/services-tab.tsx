import { useState } from 'react'
import type { HostedService, HostServices } from '#shared/model/host-services.ts'
import { useHostServices } from '../../../stores/queries.ts'
import { Empty } from '../../../ui/empty.tsx'
import { plainText } from '../../../ui/plain-text.ts'
import { type Column, RowTable } from '../../../ui/row-table.tsx'
import { Status } from '../../../ui/status.tsx'
import { Gaps } from '../gaps.tsx'
import { HostPane } from '../host-pane.tsx'
import { NothingRead, TabBody } from '../tab-body.tsx'
import { useRowKeys } from '../use-row-keys.ts'
import { LoudestVerdict, type OpenFinding } from '../verdict-link.tsx'
import { ServiceDetail } from './service-detail.tsx'
import { bindWords, howWords, kindWords, placeOf, stateTone, versionFrom } from './service-words.ts'

interface ServicesTabProps {
  readonly host: string
  readonly onFinding: OpenFinding
}

/** Everything that serves models here, or stands before it: how it runs, as whom, in which version, and where it listens. */
export const ServicesTab = ({ host, onFinding }: ServicesTabProps) => (
  <TabBody query={useHostServices(host)}>{(view) => <Services host={host} view={view} onFinding={onFinding} />}</TabBody>
)

const columns: readonly [Column<HostedService>, ...Column<HostedService>[]] = [
  {
    id: 'name',
    head: 'Service',
    cell: (row) => (
      <>
        <span className="one-line">{plainText(row.name, 100)}</span>
        <code className="one-line">{placeOf(row)}</code>
      </>
    ),
  },
  {
    id: 'how',
    head: 'Runs as',
    className: 'w-[124px]',
    cell: (row) => (
      <>
        <span className="one-line block">{row.account === undefined ? 'Account not read' : plainText(row.account, 40)}</span>
        <span className="one-line block muted">{howWords[row.how]}</span>
      </>
    ),
  },
  {
    id: 'state',
    head: 'State',
    className: 'w-[132px]',
    cell: (row) => (
      <Status tone={stateTone(row)} className={row.running ? 'quiet' : ''}>
        {plainText(row.state, 40)}
      </Status>
    ),
  },
  {
    id: 'version',
    head: 'Version',
    className: 'w-[148px]',
    cell: (row) =>
      row.version === undefined ? (
        <span className="muted">Not known</span>
      ) : (
        <>
          <code className="one-line block">{plainText(row.version.text, 60)}</code>
          <span className="one-line block muted">{versionFrom(row)}</span>
        </>
      ),
  },
  { id: 'binds', head: 'Listens on', className: 'w-[150px]', cell: (row) => <Binds row={row} /> },
  { id: 'findings', head: 'Findings', className: 'w-[108px]', cell: (row) => <LoudestVerdict open={row.open} passing={row.passing} /> },
]

function Binds({ row }: { readonly row: HostedService }) {
  const [first, second, ...more] = bindWords(row)
  if (first === undefined) return <span className="muted">{row.bindsUnknown === undefined ? 'No TCP port' : 'Not known'}</span>
  return (
    <>
      <code className="one-line block">{first}</code>
      {second !== undefined && (
        <span className="one-line block">
          <code>{second}</code>
          {more.length > 0 && <span className="muted">{` and ${more.length} more`}</span>}
        </span>
      )}
    </>
  )
}

const kinds = ['engine', 'proxy', 'program', 'container'] as const
const keyOf = ({ id }: HostedService): string => id

function Services({ host, view, onFinding }: ServicesTabProps & { readonly view: HostServices }) {
  const [chosen, setChosen] = useState<string>()
  const groups = kinds
    .map((kind) => ({ key: kind, head: kindWords[kind], rows: view.services.filter((row) => row.kind === kind) }))
    .filter(({ rows }) => rows.length > 0)
  const rows = groups.flatMap((group) => group.rows)
  const row = rows.find(({ id }) => id === chosen) ?? rows[0]
  useRowKeys(rows.map(keyOf), row?.id, setChosen, row?.open[0], onFinding)
  if (row === undefined && view.gaps.length === 0)
    return (
      <Empty title="No service was found" about="No inference server, proxy, AI program or container runs or is installed on this host." />
    )
  return (
    <div className="host-tab">
      <div className="host-tab-list" data-pane>
        <h2 className="reader-only">Services</h2>
        <Gaps gaps={view.gaps} />
        {row === undefined ? (
          <NothingRead what="Services" />
        ) : (
          <RowTable label="Services" columns={columns} groups={groups} keyOf={keyOf} selected={row.id} onSelect={setChosen} tall />
        )}
      </div>
      {row !== undefined && (
        <HostPane>
          <ServiceDetail key={row.id} host={host} service={row} onFinding={onFinding} />
        </HostPane>
      )}
    </div>
  )
}
