import { memo } from 'react'
import type { Outcome } from '#shared/status.ts'
import { connectionWords, progressWords } from '../../stores/connection-words.ts'
import { applicable, countKnown, type HostView } from '../../stores/host-view.ts'
import { goHost } from '../../stores/ui.store.ts'
import { ConnectionStatus } from '../../ui/connection-status.tsx'
import { CutName } from '../../ui/cut-name.tsx'
import { outcomeWords } from '../../ui/outcome-words.ts'
import { type BarPart, StateBar } from '../../ui/state-bar.tsx'
import { ago, moment } from '../../ui/time.ts'

/** Score, state bar, engine, connection and age of one host. */
export const HostHead = memo(({ host }: { readonly host: HostView }) => {
  const counts = countKnown(host)
  const scored = host.results !== 'none'
  return (
    <div className="host-head">
      <button type="button" tabIndex={-1} onClick={() => goHost(host.name)} aria-label={host.name}>
        <CutName name={host.name} />
        {scored && <span className="num">{`${counts.pass}/${applicable(counts)}`}</span>}
      </button>
      <StateBar parts={barOf(host)} />
      <span className="one-line">{host.engines === '' ? '\u00a0' : host.engines}</span>
      <ConnectionStatus words={connectionWords(host)} />
      <span className="one-line">{ageOf(host)}</span>
    </div>
  )
})

const order = ['pass', 'fail', 'warning', 'needs-attestation', 'waived', 'not-evaluated'] as const satisfies readonly Outcome[]

function barOf(host: HostView): BarPart[] {
  const { progress } = host
  if (progress !== undefined) {
    const done = progress.sectionsTotal === 0 ? 0 : progress.sectionsDone
    return [
      { className: 'done', share: done },
      { className: 'rest', share: Math.max(progress.sectionsTotal - done, progress.sectionsTotal === 0 ? 1 : 0) },
    ]
  }
  if (host.results === 'none') return [{ className: 'rest', share: 1 }]
  const counts = countKnown(host)
  if (host.results === 'stale') {
    return [
      { className: 'known', share: counts.pass },
      { className: 'rest', share: applicable(counts) - counts.pass },
    ]
  }
  return order.map((outcome) => ({ className: outcomeWords[outcome].tone, share: counts[outcome] }))
}

function ageOf(host: HostView): string {
  if (host.progress?.stage === 'probing' || host.progress?.stage === 'evaluating') return progressWords(host.progress)
  if (host.progress !== undefined && host.measuredAt === undefined) return '\u00a0'
  if (host.measuredAt === undefined) return 'Not audited'
  const now = new Date()
  const at = new Date(host.measuredAt)
  return host.results === 'stale' ? `As of ${moment(at, now)}` : ago(at, now)
}
