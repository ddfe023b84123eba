import { Plug } from 'lucide-react'
import { memo } from 'react'
import type { Outcome } from '#shared/status.ts'
import { progressWords } from '../../stores/connection-words.ts'
import { addCounts, applicable, countItems, type HostView } from '../../stores/host-view.ts'
import { useFleetState, useHistory, useJumpStates } from '../../stores/queries.ts'
import { openDialog, useUi } from '../../stores/ui.store.ts'
import { useJob, useLastOutcome } from '../../stores/use-hosts.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { OutcomeStatus, Status } from '../../ui/status.tsx'
import { clock, dayMonth, moment } from '../../ui/time.ts'
import { count } from '../../ui/words.ts'
import { isFinished, shareDone } from './audit-share.ts'

const filterOrder: readonly Outcome[] = ['fail', 'warning', 'needs-attestation', 'not-evaluated', 'waived', 'not-applicable']

const toggle = (outcome: Outcome) => useUi.setState((state) => ({ outcomeFilter: state.outcomeFilter === outcome ? null : outcome }))

/** Totals of the fleet. Each count filters the matrix and the attention list. */
export const Strip = memo(({ hosts }: { readonly hosts: readonly HostView[] }) => {
  const pressed = useUi((state) => state.outcomeFilter)
  const counts = addCounts(hosts.map(countItems))
  return (
    <section className="strip" aria-label="Summary" data-pane>
      <Passes passed={counts.pass} of={applicable(counts)} stale={hosts.filter((host) => host.results === 'stale').length} />
      {filterOrder.map((outcome) => (
        <button
          key={outcome}
          type="button"
          aria-pressed={pressed === outcome}
          title="Filter the matrix and the list"
          onClick={() => toggle(outcome)}
        >
          <span className="figure">{counts[outcome]}</span>
          <OutcomeStatus outcome={outcome} />
        </button>
      ))}
      <LastAudit hosts={hosts} />
      <Jump />
    </section>
  )
})

function Passes({ passed, of, stale }: { readonly passed: number; readonly of: number; readonly stale: number }) {
  const history = useHistory().data ?? []
  const [last, before] = history
  const now = new Date()
  let line = stale > 0 ? `${count(stale, 'host')} not current` : 'First audit'
  if (stale === 0 && last !== undefined && before !== undefined) {
    const more = last.passed - before.passed
    const when = moment(new Date(before.startedAt), now)
    line =
      last.hosts !== before.hosts
        ? `Changes since ${when}`
        : more === 0
          ? `As many as at ${when}`
          : `${Math.abs(more)} ${more > 0 ? 'more' : 'fewer'} than at ${when}`
  }
  if (last === undefined) line = 'Not audited yet'
  return (
    <button type="button" onClick={() => openDialog({ kind: 'changes' })} title="What changed since the audit before">
      <span className="figure">
        {passed} <small>of {of} pass</small>
      </span>
      <span className="line">{line}</span>
    </button>
  )
}

function LastAudit({ hosts }: { readonly hosts: readonly HostView[] }) {
  const outcome = useLastOutcome()
  const current = hosts.filter((host) => host.results === 'current').length
  const stale = hosts.filter((host) => host.results === 'stale').length
  const last = hosts
    .flatMap((host) => host.audit?.finishedAt ?? [])
    .sort()
    .at(-1)
  if (last === undefined) {
    return (
      <div>
        <span className="fact">Not audited yet</span>
        <span className="line">Run the first audit</span>
      </div>
    )
  }
  const at = new Date(last)
  const when = `${outcome === 'cancelled' ? 'Stopped' : current === hosts.length ? 'Audited' : 'audited'} ${clock(at)}`
  return (
    <div>
      <span className="fact">{current === hosts.length || outcome === 'cancelled' ? when : `${current} of ${hosts.length} ${when}`}</span>
      <span className="line">{stale > 0 ? `${stale} show last known results` : dayMonth(at, new Date(0))}</span>
    </div>
  )
}

function Jump() {
  const names = (useFleetState().data?.fleet?.jump ?? []).map((jump) => jump.name)
  // Empty until something was connected.
  const jumps = useJumpStates().data ?? []
  if (names.length === 0) {
    return (
      <div>
        <span className="fact">Direct</span>
        <span className="line">No jump host</span>
      </div>
    )
  }
  const connected = jumps.length > 0 && jumps.every((jump) => jump.state === 'connected')
  const trip = jumps.reduce((sum, jump) => sum + (jump.roundTripMs ?? 0), 0)
  return (
    <div>
      <span className="fact one-line">{names.join(', ')}</span>
      <span className="line">
        {connected ? (
          <Status tone="pass" icon={<Plug className="icon" aria-hidden />}>
            Connected
          </Status>
        ) : jumps.some((jump) => jump.state === 'connecting') ? (
          <Status tone="run">Connecting</Status>
        ) : jumps.some((jump) => jump.state === 'failed') ? (
          <Status tone="warn">Failed</Status>
        ) : (
          <Status tone="na">Not connected</Status>
        )}
        {connected && trip > 0 && <span className="num">{`${Math.round(trip)} ms`}</span>}
      </span>
    </div>
  )
}

/** While an audit runs: how far, and what it waits for. */
export function RunningStrip({ hosts }: { readonly hosts: readonly HostView[] }) {
  const job = useJob()
  const history = useHistory().data ?? []
  if (job === null) return null
  const total = job.hosts.reduce((sum, host) => sum + host.sectionsTotal, 0)
  const done = job.hosts.reduce((sum, host) => sum + host.sectionsDone, 0)
  const finished = job.hosts.filter(isFinished).length
  const slowest = [...hosts].filter((host) => host.progress !== undefined && host.progress.stage !== 'waiting')
  const now = slowest.sort((a, b) => (a.progress?.sectionsDone ?? 0) - (b.progress?.sectionsDone ?? 0))[0]
  const share = shareDone(job.hosts)
  // How many commands a host is asked is known once it is connected.
  const of = job.hosts.some(({ stage }) => stage === 'waiting') ? '' : `of ${total} `
  const kind = job.state === 'cancelling' ? 'Stopping' : history.length <= 1 ? 'First audit' : 'Audit running'
  return (
    <section className="strip" aria-label="Progress">
      <div className="w-[268px]">
        <span className="figure">
          {finished} <small>of {count(job.hosts.length, 'host')} done</small>
        </span>
        <div
          className="progress"
          role="progressbar"
          aria-label="Hosts looked at"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(share)}
        >
          <i style={{ width: `${share}%` }} />
        </div>
      </div>
      <div>
        <span className="fact">{`${kind}, ${total === 0 ? 'connecting' : `${done} ${of}commands answered`}`}</span>
        <span className="line">Read-only, nothing is written</span>
      </div>
      <div>
        <span className="fact one-line">{now === undefined ? 'Waiting for the hosts' : `Now on ${now.name}`}</span>
        <span className="line one-line">
          {now?.progress === undefined ? (
            ''
          ) : now.progress.stage !== 'probing' || now.progress.current === '' ? (
            progressWords(now.progress)
          ) : (
            <code>{plainText(now.progress.current, 120)}</code>
          )}
        </span>
      </div>
    </section>
  )
}
