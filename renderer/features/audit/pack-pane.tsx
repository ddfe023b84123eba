import { checklist, type ItemId } from '#shared/model/checklist.ts'
import type { Walkthrough } from '#shared/model/walkthrough.ts'
import { outcomes } from '#shared/status.ts'
import { useCloseWalkthrough } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useComparison } from '../../stores/queries.ts'
import { useHosts } from '../../stores/use-hosts.tsx'
import { Button } from '../../ui/button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { OutcomeStatus, Status } from '../../ui/status.tsx'
import { day, dayClock } from '../../ui/time.ts'
import { count } from '../../ui/words.ts'
import { resultOf } from './step-words.ts'

interface PackPaneProps {
  readonly walkthrough: Walkthrough
  readonly onAgain: () => void
  readonly onStep: (item: ItemId) => void
}

const contents: readonly (readonly [name: string, what: string])[] = [
  ['report.pdf, report.html', 'for people'],
  ['oscal/, results.json', 'for programs'],
  ['evidence/', 'every answer'],
  ['decisions/', 'recorded steps'],
  ['ledger/', 'what was done'],
  ['SHA256SUMS, signature', 'when built'],
]

/** Progress, the results so far, what an auditor gets, and the session. */
export function PackPane({ walkthrough, onAgain, onStep }: PackPaneProps) {
  const hosts = useHosts()
  const close = useCloseWalkthrough()
  const { steps, auditor, startedAt, startedBy, closedAt, since } = walkthrough
  const toDo = steps.filter(({ record }) => record === null)
  const done = steps.length - toDo.length
  const results = steps.map(({ item }) => resultOf(hosts, item).outcome)
  const missing = toDo.length === 0 ? undefined : `${count(toDo.length, 'step')} to record first`
  return (
    <aside className="walk-pack" aria-label="What comes of it" data-pane>
      <div className="walk-progress">
        <p>
          <b className="num">{done}</b> <span className="muted">of {steps.length} steps recorded</span>
        </p>
        <div className="progress" role="progressbar" aria-label="Steps recorded" aria-valuemin={0} aria-valuemax={18} aria-valuenow={done}>
          <i style={{ width: `${(100 * done) / steps.length}%` }} />
        </div>
        {toDo.length > 0 && toDo.length <= 6 && (
          <p className="help">
            To do:{' '}
            {toDo.map(({ item }) => (
              <button key={item} type="button" className="link plain" onClick={() => onStep(item)}>
                {checklist.findIndex(({ id }) => id === item) + 1}
              </button>
            ))}
          </p>
        )}
      </div>
      <div className="pane-head">
        <h2>Results so far</h2>
      </div>
      <ul className="walk-results">
        {outcomes.map((outcome) => {
          const times = results.filter((result) => result === outcome).length
          return (
            times > 0 && (
              <li key={outcome}>
                <OutcomeStatus outcome={outcome} />
                <span className="num">{times}</span>
              </li>
            )
          )
        })}
      </ul>
      {since !== null && <Since moment={since} />}
      <div className="pane-head">
        <h2>Evidence pack</h2>
      </div>
      <ul className="walk-contents">
        {contents.map(([name, what]) => (
          <li key={name}>
            <span className="mono">{name}</span>
            <span className="muted">{what}</span>
          </li>
        ))}
      </ul>
      <p className="help walk-note">
        Secrets were masked before anything was stored. An auditor checks the pack with <code>sha256sum</code> and <code>openssl</code> or{' '}
        <code>ssh-keygen</code>.
      </p>
      <div className="pane-head">
        <h2>Session</h2>
        <span className="spring" />
        <Status tone={closedAt === null ? 'wait' : 'pass'}>{closedAt === null ? 'Open' : 'Closed'}</Status>
      </div>
      <dl className="walk-session">
        <dt>Auditor</dt>
        <dd>{plainText(auditor, 120)}</dd>
        <dt>Started</dt>
        <dd>
          {dayClock(new Date(startedAt))}, {plainText(startedBy, 60)}
        </dd>
        {closedAt !== null && (
          <>
            <dt>Closed</dt>
            <dd>{day(closedAt)}</dd>
          </>
        )}
      </dl>
      <div className="walk-close">
        {/* One button, so that it keeps the focus. */}
        <Button unavailable={closedAt === null ? missing : undefined} onClick={() => (closedAt === null ? close.mutate(null) : onAgain())}>
          {closedAt === null ? 'Close the walkthrough' : 'Start another…'}
        </Button>
        {closedAt === null && missing !== undefined && <p className="help">{missing}</p>}
        {close.error !== null && (
          <p role="alert">
            <Status tone="fail">Not closed</Status> {wordsOfError(close.error).whole}
          </p>
        )}
      </div>
    </aside>
  )
}

/** What is different since the walkthrough before, in one line. */
function Since({ moment }: { readonly moment: NonNullable<Walkthrough['since']> }) {
  const { data } = useComparison({ before: moment.audit, after: 'latest', again: false })
  if (data === undefined) return null
  const of = (direction: string) => data.changes.filter((change) => change.direction === direction).length
  return (
    <p className="help walk-note">
      Since {day(moment.startedAt)}: {of('worse')} worse, {of('found')} newly seen, {of('unseen')} unseen, {of('better')} better. History
      shows each.
    </p>
  )
}
