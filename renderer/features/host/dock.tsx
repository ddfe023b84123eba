import { useState } from 'react'
import type { HostAudit } from '#shared/model/audit.ts'
import type { Gpu } from '#shared/model/gpu.ts'
import { refusedSections } from '#shared/model/refused-sections.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Segment } from '../../ui/segment.tsx'
import { Status } from '../../ui/status.tsx'
import { clock } from '../../ui/time.ts'
import { bindingSummary, bindingsOf } from './bindings.ts'
import { SectionTable } from './section-table.tsx'

/** Bindings and GPUs stay in view: they confirm most findings. */
export function Dock({ audit }: { readonly audit: HostAudit }) {
  const [tab, setTab] = useState<'bindings' | 'commands'>('bindings')
  const bindings = bindingsOf(audit.listeners, audit.services, audit.findings)
  const unread = audit.unread?.listeners
  const denied = refusedSections(audit).length
  return (
    <div className={`dock ${audit.gpus.length > 0 ? 'two' : ''}`} data-pane>
      <section aria-label={tab === 'bindings' ? 'Bindings' : 'Commands'}>
        <div className="pane-head">
          <h3>{tab === 'bindings' ? 'Bindings' : 'Commands'}</h3>
          <span className="muted">
            {tab === 'bindings'
              ? unread === undefined
                ? bindingSummary(bindings)
                : 'Not read'
              : `${audit.sections.length} run${denied > 0 ? `, ${denied} refused by sudo` : ''}`}
          </span>
          <span className="spring" />
          <Segment
            small
            label="Show"
            value={tab}
            onChange={setTab}
            options={[
              { value: 'bindings', label: 'Bindings' },
              { value: 'commands', label: 'Commands' },
            ]}
          />
        </div>
        {tab === 'commands' ? <SectionTable sections={audit.sections} /> : <BindingTable bindings={bindings} unread={unread} />}
      </section>
      {audit.gpus.length > 0 && (
        <section aria-label="GPUs">
          <div className="pane-head">
            <h3>GPUs</h3>
            <span className="muted num">{`As of ${clock(new Date(audit.finishedAt))}`}</span>
          </div>
          {audit.gpus.map((gpu) => (
            <GpuRow key={gpu.uuid} gpu={gpu} />
          ))}
        </section>
      )}
    </div>
  )
}

interface BindingTableProps {
  readonly bindings: ReturnType<typeof bindingsOf>
  /** Why none could be read. */
  readonly unread: string | undefined
}

function BindingTable({ bindings, unread }: BindingTableProps) {
  if (unread !== undefined)
    return <p className="px-5 py-1 text-ink-2 wrap-anywhere">{`What listens on this host is not known. ${plainText(unread, 400)}`}</p>
  if (bindings.length === 0) return <p className="px-5 py-1 text-ink-2">Nothing was seen that listens on this host.</p>
  return (
    <table className="table compact">
      <thead>
        <tr>
          <th scope="col">Process</th>
          <th scope="col">Listens on</th>
          <th scope="col">Purpose</th>
          <th scope="col" className="wide-only">
            Bound to
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {bindings.map((binding) => (
          <tr key={binding.key}>
            <th scope="row">{binding.process}</th>
            <td>
              <code>{binding.bind}</code>
              {binding.protocol === 'udp' && <span className="muted"> udp</span>}
            </td>
            <td className="soft">{binding.purpose}</td>
            <td className="soft wide-only">{binding.reach}</td>
            <td>
              <Status tone={binding.state.tone} className={binding.state.tone === 'pass' ? 'quiet' : ''}>
                {binding.state.word}
              </Status>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const gib = (mib: number): string => (mib / 1024).toFixed(1).replace(/\.0$/, '')

const GpuRow = ({ gpu }: { readonly gpu: Gpu }) => (
  <div className="gpu">
    <b className="one-line" title={plainText(gpu.name, 120)}>{`GPU ${gpu.index}, ${plainText(gpu.name.replace(/^NVIDIA /, ''), 60)}`}</b>
    <b className="num">{gpu.utilizationPercent === undefined ? '' : `${gpu.utilizationPercent}%`}</b>
    <span className="muted num">
      <span>
        {gpu.memoryTotalMiB === undefined
          ? 'Memory not known'
          : `${gpu.memoryUsedMiB === undefined ? '?' : gib(gpu.memoryUsedMiB)} of ${gib(gpu.memoryTotalMiB)} GB`}
      </span>
      {gpu.temperatureC !== undefined && <span>{`${gpu.temperatureC} °C`}</span>}
      {gpu.powerDrawW !== undefined && (
        <span>{`${Math.round(gpu.powerDrawW)}${gpu.powerLimitW === undefined ? '' : ` of ${Math.round(gpu.powerLimitW)}`} W`}</span>
      )}
      {gpu.eccUncorrected !== undefined && <span>{`ECC ${gpu.eccUncorrected}`}</span>}
    </span>
  </div>
)
