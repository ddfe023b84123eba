import { useState } from 'react'
import type { HostedService } from '#shared/model/host-services.ts'
import type { OperateJob, OperateVerb } from '#shared/model/operate.ts'
import { CallError } from '../../../bridge/call.ts'
import { useLeaveOperation, useOperate } from '../../../stores/actions.ts'
import { wordsOf, wordsOfError } from '../../../stores/failure-words.ts'
import { useOperableUnits, useOperateJob } from '../../../stores/queries.ts'
import { Button } from '../../../ui/button.tsx'
import { plainText } from '../../../ui/plain-text.ts'
import { Status } from '../../../ui/status.tsx'
import { LogsDialog } from './logs-dialog.tsx'
import { outcomeView, verbWords } from './operate-view.ts'

interface OperateBlockProps {
  readonly host: string
  readonly service: HostedService
}

/** What an operator can do with a service: start, stop, restart, read its logs. The dialog that asks is main's own. */
export function OperateBlock({ host, service }: OperateBlockProps) {
  const [logs, setLogs] = useState(false)
  const units = useOperableUnits(host).data
  const job = useOperateJob().data ?? null
  const operate = useOperate()
  const unit = units?.find((one) => one.unit === service.unit)?.unit
  if (service.pod !== undefined) return <p className="muted">Its cluster starts and stops this pod, so it is not operated from here.</p>
  if (units === undefined || unit === undefined) return null
  const mine = job !== null && job.host === host && job.unit === unit ? job : null
  const busy = job?.state === 'running' ? `${verbWords[job.verb].busy} ${plainText(job.unit, 80)} on ${plainText(job.host, 80)}` : undefined
  const button = (verb: OperateVerb) => (
    <Button key={verb} small unavailable={busy} onClick={() => operate.mutate({ host, unit, verb })}>
      {`${verbWords[verb].name}…`}
    </Button>
  )
  return (
    <section aria-label="Operate" className="operate">
      <div className="actions">
        {service.running ? [button('restart'), button('stop')] : button('start')}
        <Button small look="quiet" onClick={() => setLogs(true)}>
          Logs…
        </Button>
      </div>
      <div role="status">
        {mine?.state === 'running' && <Running job={mine} />}
        {mine?.state === 'finished' && <Finished job={mine} />}
        {operate.error !== null && !isDeclined(operate.error) && <Refused error={operate.error} />}
      </div>
      {logs && <LogsDialog host={host} unit={unit} onClose={() => setLogs(false)} />}
    </section>
  )
}

const isDeclined = (error: unknown): boolean => error instanceof CallError && error.failure.code === 'prompt.declined'

function Running({ job: { verb, step } }: { readonly job: OperateJob }) {
  const leave = useLeaveOperation()
  return (
    <p>
      <Status tone="run">{verbWords[verb].busy}</Status> {plainText(step, 200)}{' '}
      <Button small look="quiet" onClick={() => leave.mutate(null)}>
        Do not wait
      </Button>
    </p>
  )
}

function Finished({ job: { result, failure } }: { readonly job: OperateJob }) {
  if (failure !== null) {
    const { title, detail, hint } = wordsOf(failure)
    return (
      <p>
        <Status tone="fail">Not done</Status> {`${title}: ${detail}. ${hint}`}
      </p>
    )
  }
  if (result === null) return null
  const { tone, word } = outcomeView[result.outcome]
  return (
    <p>
      <Status tone={tone}>{word}</Status> {`${plainText(result.detail, 400)}.`}
    </p>
  )
}

function Refused({ error }: { readonly error: unknown }) {
  const { title, detail, hint } = wordsOfError(error)
  return (
    <p>
      <Status tone="fail">Not done</Status> {`${title}: ${detail}. ${hint}`}
    </p>
  )
}
