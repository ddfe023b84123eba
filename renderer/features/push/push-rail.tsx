import type { ReactNode } from 'react'
import type { PushJob } from '#shared/model/push-job.ts'
import { useExtendUndo, useUndoPush } from '../../stores/actions.ts'
import { wordsOf } from '../../stores/failure-words.ts'
import { goHost, goPush } from '../../stores/ui.store.ts'
import { Button } from '../../ui/button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { clockSeconds } from '../../ui/time.ts'
import { useArrival } from '../../ui/use-arrival.ts'
import { ArmedUndo } from './armed-undo.tsx'
import { verdictWords } from './verdict-words.ts'

/** A push that runs, or how it ended: the countdown of the undo, undo now, the verdict, the steps with their times. */
export function PushRail({ job, onNew }: { readonly job: PushJob; readonly onNew: () => void }) {
  const undo = useUndoPush()
  const extend = useExtendUndo()
  const { host } = job.plan
  const armed = job.state === 'running' && job.undoDueAt !== null
  return (
    <>
      <Stands key={armed ? 'armed' : job.state}>
        {armed && job.undoDueAt !== null && job.undoAfterSeconds !== null ? (
          <ArmedUndo
            plan={job.plan}
            dueAt={job.undoDueAt}
            totalSeconds={job.undoAfterSeconds}
            asks={extend.isPending}
            error={extend.error}
            onLater={() => extend.mutate(null)}
            onUndo={() => undo.mutate(null)}
          />
        ) : job.state === 'finished' ? (
          <Ended job={job} onNew={onNew} />
        ) : (
          <>
            <Status tone={job.state === 'undoing' ? 'warn' : 'run'}>{job.state === 'undoing' ? 'Undoing' : 'Running'}</Status>
            <p>
              {job.state === 'undoing'
                ? `${host} puts back what was there. Gatehouse then reads it back before it says so.`
                : `Nothing is changed on ${host} before its undo is armed.`}
            </p>
          </>
        )}
      </Stands>
      <Log job={job} />
    </>
  )
}

/** Anew for each state: the buttons of the one before took the focus with them. */
const Stands = ({ children }: { readonly children: ReactNode }) => (
  <div ref={useArrival<HTMLDivElement>()} className="push-state" tabIndex={-1}>
    {children}
  </div>
)

function Ended({ job, onNew }: { readonly job: PushJob; readonly onNew: () => void }) {
  const { result, failure } = job
  const state = result?.verdict ?? 'refused'
  const { word, tone } = verdictWords[state]
  const refused = failure === null ? undefined : wordsOf(failure)
  return (
    <div role="status">
      <Status tone={tone} className="push-verdict">
        {word}
      </Status>
      {refused !== undefined && <p>{`${refused.title}: ${refused.detail} ${refused.hint}`}</p>}
      {result !== null && (
        <>
          {result.reason !== '' && <p>{plainText(result.reason, 600)}</p>}
          <p className="muted">{`Read back: ${plainText(result.readBack, 600)}`}</p>
          {result.advice !== '' && <p className="push-advice selectable">{plainText(result.advice, 800)}</p>}
        </>
      )}
      <div className="actions">
        {job.conflicts.length > 0 && job.plan.reverts === undefined && (
          <Button
            look="primary"
            onClick={() => {
              onNew()
              goPush('change', { host: job.plan.host, template: job.plan.template.id, parameters: job.plan.parameters })
            }}
          >
            Plan anew
          </Button>
        )}
        <Button onClick={onNew}>New push</Button>
        <Button look="quiet" onClick={() => goHost(job.plan.host)}>
          {`Show ${job.plan.host}`}
        </Button>
        <Button look="quiet" onClick={() => goPush('history')}>
          Show history
        </Button>
      </div>
    </div>
  )
}

const names: Readonly<Record<string, string>> = {
  begin: 'Begin',
  stage: 'Validate',
  arm: 'Arm',
  write: 'Write',
  activate: 'Activate',
  verify: 'Verify',
  commit: 'Commit',
  undo: 'Undo',
  extend: 'Put off',
}

const Log = ({ job }: { readonly job: PushJob }) => (
  <>
    <div className="pane-head">
      <h3>Steps</h3>
    </div>
    <ol className="push-log">
      {job.steps.map(({ step, detail, at }) => (
        <li key={`${step} ${at}`}>
          <time>{clockSeconds(new Date(at))}</time>
          <span>
            <b className="what">{names[step] ?? plainText(step, 40)}</b>
            <span className="why muted">{plainText(detail, 300)}</span>
          </span>
        </li>
      ))}
    </ol>
  </>
)
