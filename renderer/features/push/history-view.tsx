import { useState } from 'react'
import type { PushRecord } from '#shared/model/push-job.ts'
import { pushesUnderWay } from '#shared/model/pushes-under-way.ts'
import { useFinishPush, useTakeBack } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useFleetState, usePushHistory, usePushJob, useWaves } from '../../stores/queries.ts'
import { goFleet, goPush } from '../../stores/ui.store.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Said } from '../../ui/said.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { Status } from '../../ui/status.tsx'
import { dayClockSeconds, moment } from '../../ui/time.ts'
import { PlanFiles } from './plan-files.tsx'
import { hostMissing } from './push-blocked.ts'
import { verdictWords } from './verdict-words.ts'

const columns: readonly [Column<PushRecord>, ...Column<PushRecord>[]] = [
  { id: 'host', head: 'Host', className: 'w-[96px]', cell: ({ host }) => plainText(host, 80) },
  { id: 'what', head: 'Template', cell: ({ plan, detail }) => plainText(plan?.template.id ?? detail, 60) },
  { id: 'when', head: 'When', className: 'w-[88px]', cell: ({ startedAt }) => moment(new Date(startedAt), new Date()) },
  {
    id: 'verdict',
    head: 'Verdict',
    className: 'w-[196px]',
    cell: ({ state }) => <Status tone={verdictWords[state].tone}>{verdictWords[state].word}</Status>,
  },
]

/** Every push of this console, and what each changed. */
export function HistoryView() {
  const query = usePushHistory()
  const pushes = query.data?.pushes ?? []
  const [chosen, setChosen] = useState<string>()
  const push = pushes.find(({ id }) => id === chosen) ?? pushes[0]
  const step = (by: number) => () => {
    const at = push === undefined ? 0 : pushes.indexOf(push)
    setChosen(pushes[Math.min(Math.max(at + by, 0), pushes.length - 1)]?.id)
  }
  useKeys(pushes.length > 1 ? { j: step(1), k: step(-1) } : {})
  if (query.error !== null) {
    const { title, detail, hint } = wordsOfError(query.error)
    return <Empty title={title} about={`${detail} ${hint}`} />
  }
  if (query.data !== undefined && push === undefined)
    return (
      <Empty
        title="Nothing was pushed yet"
        about="Every push is written down here before each of its steps, with what it changed and what was proven."
      >
        <Button onClick={() => goPush()}>New push</Button>
      </Empty>
    )
  return (
    <div className="push-history" aria-busy={query.isPending}>
      <RowTable
        label="Pushes"
        columns={columns}
        groups={[{ key: 'all', rows: pushes }]}
        keyOf={({ id }) => id}
        selected={push?.id}
        onSelect={setChosen}
      />
      {push !== undefined && <Past key={push.id} push={push} />}
    </div>
  )
}

/** What can be done about a push now: end an open one, take a committed one back. */
function NextStep({ push }: { readonly push: PushRecord }) {
  const finish = useFinishPush()
  const takeBack = useTakeBack()
  const missing = hostMissing(push.host, useFleetState().data?.fleet)
  const underWay = pushesUnderWay(usePushJob().data, useWaves().data).has(push.id)
  const error = finish.error ?? takeBack.error
  const failure = error === null ? undefined : wordsOfError(error)
  return (
    <>
      {push.isOpen && underWay && <p>It is under way. Change shows how far it is.</p>}
      {push.isOpen && !underWay && (
        <>
          <p>{`${push.state === 'open' ? 'Gatehouse stopped in the middle' : 'Nobody could tell what became of it'}. What was not committed is undone by ${push.host} itself, also after a restart.`}</p>
          <div className="actions">
            <Button unavailable={finish.isPending ? 'It is being ended' : missing} onClick={() => finish.mutate({ id: push.id })}>
              End it now…
            </Button>
            {finish.isPending ? <Status tone="run">{`Asking ${push.host}`}</Status> : <Missing text={missing} />}
          </div>
        </>
      )}
      {push.state === 'committed-proven' && push.plan !== null && (
        <div className="actions">
          <Button unavailable={missing} onClick={() => takeBack.mutate({ id: push.id }, { onSuccess: (plan) => goPush('change', plan) })}>
            Take it back…
          </Button>
          <Missing text={missing} />
        </div>
      )}
      {finish.data !== undefined && <p className="selectable">{plainText(`${finish.data.readBack} ${finish.data.advice}`, 800)}</p>}
      {failure !== undefined && (
        <p role="alert">
          <Status tone="fail">Not done</Status> {`${failure.title}: ${failure.detail} ${failure.hint}`}
        </p>
      )}
    </>
  )
}

/** What is missing, and the way to it. */
const Missing = ({ text }: { readonly text: string | undefined }) =>
  text !== undefined && (
    <>
      <Button look="quiet" onClick={goFleet}>
        Go to the fleet
      </Button>
      <span className="muted">{`${text}.`}</span>
    </>
  )

const Past = ({ push }: { readonly push: PushRecord }) => (
  <Scroll as="article" className="push-past" aria-label={`Push to ${push.host}`} data-pane>
    <div className="push-past-head">
      <Status tone={verdictWords[push.state].tone} className="push-verdict">
        {verdictWords[push.state].word}
      </Status>
      <p>{plainText(push.end, 1200)}</p>
      <p className="muted">
        <Said text={`${plainText(push.who, 80)}, ${dayClockSeconds(new Date(push.startedAt))}: ${plainText(push.detail, 300)}`} />
      </p>
      <NextStep push={push} />
    </div>
    {push.plan === null ? (
      <p className="push-past-head muted">This console did not keep what it changed.</p>
    ) : (
      <PlanFiles plan={push.plan} keys={false} />
    )}
  </Scroll>
)
