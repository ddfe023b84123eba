import { useState } from 'react'
import type { GpuState, GpuUser, HostGpus } from '#shared/model/host-gpus.ts'
import { useHostGpus } from '../../../stores/queries.ts'
import { Empty } from '../../../ui/empty.tsx'
import { plainText } from '../../../ui/plain-text.ts'
import { type Column, RowTable } from '../../../ui/row-table.tsx'
import { OutcomeStatus, Status } from '../../../ui/status.tsx'
import { count } from '../../../ui/words.ts'
import { Gaps } from '../gaps.tsx'
import { HostPane } from '../host-pane.tsx'
import { NothingRead, TabBody } from '../tab-body.tsx'
import { useRowKeys } from '../use-row-keys.ts'
import { LoudestVerdict, type OpenFinding } from '../verdict-link.tsx'
import { GpuDetail, UserDetail } from './gpu-detail.tsx'
import { driverWords, memoryShare, memoryWords, noneWords, powerWords, shortName, traceWords, usedBy, withUnit } from './gpu-words.ts'

interface GpusTabProps {
  readonly host: string
  readonly onFinding: OpenFinding
}

/** Each GPU as it was when the host was asked, and whose the processes on it are. */
export const GpusTab = ({ host, onFinding }: GpusTabProps) => (
  <TabBody query={useHostGpus(host)}>{(view) => <Gpus view={view} onFinding={onFinding} />}</TabBody>
)

const gpuColumns: readonly [Column<GpuState>, ...Column<GpuState>[]] = [
  {
    id: 'gpu',
    head: 'GPU',
    cell: (gpu) => (
      <>
        <span className="one-line">{`GPU ${gpu.index}`}</span>
        <span className="one-line muted">{shortName(gpu.name)}</span>
      </>
    ),
  },
  {
    id: 'memory',
    head: 'Memory',
    className: 'w-[164px]',
    cell: (gpu) => (
      <>
        <span className="num">{memoryWords(gpu)}</span>
        <span className="meter" aria-hidden="true">
          <i style={{ width: `${Math.round(memoryShare(gpu) * 100)}%` }} />
        </span>
      </>
    ),
  },
  {
    id: 'load',
    head: 'Load',
    className: 'w-[72px] right',
    cell: (gpu) => <span className="num">{withUnit(gpu.utilizationPercent, '%')}</span>,
  },
  {
    id: 'temperature',
    head: 'Temperature',
    className: 'w-[84px] right',
    cell: (gpu) => <span className="num">{withUnit(gpu.temperatureC, ' °C')}</span>,
  },
  { id: 'power', head: 'Power', className: 'w-[116px] right', cell: (gpu) => <span className="num">{powerWords(gpu)}</span> },
  { id: 'findings', head: 'Findings', className: 'w-[132px]', cell: (gpu) => <LoudestVerdict open={gpu.open} passing={gpu.passing} /> },
]

const userColumns: readonly [Column<GpuUser>, ...Column<GpuUser>[]] = [
  {
    id: 'process',
    head: 'Process',
    cell: (user) => (
      <>
        <span className="one-line">{plainText(user.name, 120) || 'No name'}</span>
        <code className="one-line">{`pid ${user.pid}`}</code>
      </>
    ),
  },
  { id: 'gpu', head: 'GPU', className: 'w-[56px] right', cell: (user) => <span className="num">{user.gpu ?? '?'}</span> },
  { id: 'memory', head: 'Memory', className: 'w-[84px] right', cell: (user) => <span className="num">{usedBy(user)}</span> },
  {
    id: 'account',
    head: 'Account',
    className: 'w-[112px]',
    cell: ({ account }) => (account === undefined ? <span className="muted">Not shown</span> : plainText(account, 40)),
  },
  { id: 'place', head: 'Runs in', className: 'w-[172px]', cell: (user) => <span className="one-line block">{traceWords(user)}</span> },
  { id: 'whose', head: 'Belongs to', className: 'w-[152px]', cell: (user) => <Whose user={user} /> },
]

function Whose({ user: { belongsTo, verdict } }: { readonly user: GpuUser }) {
  if (verdict !== undefined) return <OutcomeStatus outcome={verdict.status} />
  if (belongsTo?.kind === 'service')
    return (
      <Status tone="pass" className="quiet">
        {plainText(belongsTo.name.replace(/ \(.*$/, ''), 40)}
      </Status>
    )
  return belongsTo?.kind === 'tool' ? <span className="soft">A tool that watches</span> : <Status tone="unknown">Nobody known</Status>
}

const keyOfGpu = ({ uuid }: GpuState): string => uuid
const keyOfUser = ({ id }: GpuUser): string => `user ${id}`

function Gpus({ view, onFinding }: { readonly view: HostGpus; readonly onFinding: OpenFinding }) {
  const [chosen, setChosen] = useState<string>()
  const keys = [...view.gpus.map(keyOfGpu), ...view.users.map(keyOfUser)]
  const selected = chosen !== undefined && keys.includes(chosen) ? chosen : keys[0]
  const gpu = view.gpus.find((one) => keyOfGpu(one) === selected)
  const user = view.users.find((one) => keyOfUser(one) === selected)
  useRowKeys(keys, selected, setChosen, gpu?.open[0] ?? user?.verdict, onFinding)
  if (view.none !== undefined && view.gaps.length === 0) return <Empty {...noneWords[view.none]} />
  const unknown = view.users.filter(({ belongsTo }) => belongsTo === undefined).length
  return (
    <div className="host-tab">
      <div className="host-tab-list" data-pane>
        <Gaps gaps={view.gaps} />
        {view.gpus.length === 0 ? (
          <NothingRead what="GPUs" />
        ) : (
          <>
            <div className="pane-head">
              <h2>GPUs</h2>
              <span className="muted">{driverWords(view)}</span>
            </div>
            <RowTable
              label="GPUs"
              columns={gpuColumns}
              groups={[{ key: 'gpus', rows: view.gpus }]}
              keyOf={keyOfGpu}
              selected={selected}
              onSelect={setChosen}
              tall
            />
            <div className="pane-head border-t border-line">
              <h2>Processes</h2>
              <span className="muted">
                {view.users.length === 0
                  ? view.usersKnown
                    ? 'none uses a GPU'
                    : 'not known'
                  : `${count(view.users.length, 'entry', 'entries')}${unknown > 0 ? `, ${unknown} of nobody known` : ''}`}
              </span>
            </div>
            {view.users.length > 0 && (
              <RowTable
                label="Processes on GPUs"
                columns={userColumns}
                groups={[{ key: 'users', rows: view.users }]}
                keyOf={keyOfUser}
                selected={selected}
                onSelect={setChosen}
                tall
              />
            )}
          </>
        )}
      </div>
      {(gpu !== undefined || user !== undefined) && (
        <HostPane>
          {' '}
          {gpu !== undefined && <GpuDetail key={gpu.uuid} gpu={gpu} onFinding={onFinding} />}
          {user !== undefined && <UserDetail key={user.id} user={user} onFinding={onFinding} />}
        </HostPane>
      )}
    </div>
  )
}
