import { useEffect, useState } from 'react'
import { bootUndoWords } from '#shared/boot-undo-words.ts'
import type { Output } from '#shared/ipc/contracts.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { useDrill, useExportPlan, useStartPush } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { usePushDrilled } from '../../stores/queries.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { announce } from '../../ui/announcer.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { day } from '../../ui/time.ts'
import { useArrival } from '../../ui/use-arrival.ts'
import { DrillLeft } from './countdown.tsx'
import { pushBlocked } from './push-blocked.ts'
import { TurnsList } from './turns-list.tsx'
import { dangerWords, verdictWords } from './verdict-words.ts'

/** What a plan means, and the button that carries it out. */
export function PlanRail({ plan, onBack }: { readonly plan: PushPlan; readonly onBack: () => void }) {
  const start = useStartPush()
  const [typed, setTyped] = useState('')
  const danger = dangerWords[plan.danger]
  const undo = bootUndoWords(plan)
  const drilled = usePushDrilled(plan.host).data
  const missing = pushBlocked(plan, typed, drilled?.underWay != null)
  const push = () => start.mutate({ plan: plan.id, typedHost: typed })
  const blocked = missing ?? (start.isPending ? 'It is being started' : undefined)
  useKeys({ 'mod+enter': blocked === undefined ? push : undefined })
  const failure = start.error === null ? undefined : wordsOfError(start.error)
  return (
    <>
      <div ref={useArrival<HTMLDivElement>()} className="push-state" tabIndex={-1}>
        <Status tone={danger.tone}>{danger.word}</Status>
        <p>{danger.about(plan.unit)}</p>
        <p className="muted">The undo is armed on the host first. It runs by itself unless the change is proven over a new connection.</p>
        {undo !== '' && (
          <p>
            <Status tone={plan.bootUndo === 'none' ? 'fail' : 'warn'}>Without systemd</Status> {undo}
          </p>
        )}
        <Drill host={plan.host} drilled={drilled} />
        {plan.danger === 'lock-out' && (
          <div className="mt-3">
            <Field
              label={`Type ${plan.host}`}
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
        )}
        <div className="actions">
          <Button look="primary" chord="mod+enter" unavailable={blocked} onClick={push}>
            {`Push to ${plan.host}…`}
          </Button>
          <Button onClick={onBack}>Change the plan</Button>
        </div>
        <SavePlan plan={plan} />
        {missing !== undefined && <p className="help">{missing}.</p>}
        {failure !== undefined && (
          <p role="alert">
            <Status tone="fail">Not pushed</Status> {`${failure.title}: ${failure.detail} ${failure.hint}`}
          </p>
        )}
      </div>
      <TurnsList turns={plan.turns} unseen={plan.unseen} />
    </>
  )
}

/** A plan is passed on to be read, or to be signed for a push where nobody can be asked. */
function SavePlan({ plan }: { readonly plan: PushPlan }) {
  const save = useExportPlan()
  const saveAs = (format: 'json' | 'markdown') => () => save.mutate({ plan: plan.id, format })
  return (
    <p className="muted">
      {'Save the plan as '}
      <button type="button" className="link" onClick={saveAs('markdown')}>
        Markdown…
      </button>
      {' or '}
      <button type="button" className="link" onClick={saveAs('json')}>
        JSON…
      </button>
      {save.data && <output>{` Saved to ${plainText(save.data, 200)}.`}</output>}
      {save.error !== null && <output>{` Not saved: ${wordsOfError(save.error).whole}`}</output>}
    </p>
  )
}

/** Offered before the first push: the undo fires once over a file that means nothing. */
function Drill({ host, drilled }: { readonly host: string; readonly drilled: Output<'push:drilled'> | undefined }) {
  const drill = useDrill()
  if (drilled?.underWay != null) return <DrillUnderWay host={host} firesAt={drilled.underWay.firesAt} />
  const failure = drill.error === null ? undefined : wordsOfError(drill.error)
  const failed = drill.data !== undefined && drill.data.verdict !== 'rolled-back-proven' ? drill.data : undefined
  return (
    <>
      {drilled !== undefined && (
        <p>
          {drilled.at === null ? (
            <>
              <span className="muted">{`The undo of ${host} was never seen to fire. `}</span>
              {/* A code and a native dialog are between the button and the drill. */}
              <button type="button" className="link" onClick={() => drill.isPending || drill.mutate({ host })}>
                Drill it first…
              </button>
            </>
          ) : (
            <span className="muted">{`The undo of ${host} fired by itself in a drill on ${day(drilled.at)}.`}</span>
          )}
        </p>
      )}
      {failed !== undefined && (
        <p role="alert">
          <Status tone="fail">{verdictWords[failed.verdict].word}</Status> {plainText(`${failed.reason} ${failed.advice}`, 600)}
        </p>
      )}
      {failure !== undefined && (
        <p role="alert">
          <Status tone="fail">No drill</Status> {`${failure.title}: ${failure.detail}`}
        </p>
      )}
    </>
  )
}

/** Said aloud where it begins and where the undo is armed: seconds that go by are read when they are asked for. */
function DrillUnderWay({ host, firesAt }: { readonly host: string; readonly firesAt: string | null }) {
  useEffect(() => announce(firesAt === null ? `The undo of ${host} is being armed` : `The undo of ${host} is armed`), [host, firesAt])
  return (
    <p className="drill">
      <Status tone="run">{firesAt === null ? 'Arming the undo' : 'Waiting for the undo to fire'}</Status>
      {firesAt !== null && <DrillLeft firesAt={firesAt} />}
    </p>
  )
}
