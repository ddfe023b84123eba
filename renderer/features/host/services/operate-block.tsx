import { useState } from 'react'
import type { HostedService } from '#shared/model/host-services.ts'
import type { OperateJob, OperateVerb } from '#shared/model/operate.ts'
import { CallError } from '../../../bridge/call.ts'
import { useLeaveOperation, useOperate } from '../../../stores/actions.ts'
import { wordsOf, wordsOfError } from '../../../stores/failure-words.ts'
import { useOperableUnits, useOperateJob } from '../../../stores/queries.ts'
import { Button } from '../../../ui/button.tsx'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { plainText } from '../../../ui/plain-text.ts'
import { Status } from '../../../ui/status.tsx'
import { LogsDialog } from './logs-dialog.tsx'
import { operableOf, outcomeView, verbWords } from './operate-view.ts'

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
  const found = units && operableOf(service, units)
  const unit = found?.unit
  if (service.pod !== undefined) return <p className="muted">Its cluster starts and stops this pod, so it is not operated from here.</p>
  if (found === undefined || unit === undefined) return null
  if (found.container === undefined && found.unavailable !== undefined)
    return <p className="muted">{`Not operated from here: ${plainText(found.unavailable, 400)}.`}</p>
  const mine = job !== null && job.host === host && job.unit === unit ? job : null
  const running =
    job?.state === 'running' ? `${verbWords[job.verb].busy} ${plainText(job.unit, 80)} on ${plainText(job.host, 80)}` : undefined
  const busy = running ?? (found.unavailable && 'The account that operates lacks the right')
  const button = (verb: OperateVerb) => (
    <Button key={verb} small unavailable={busy} onClick={() => operate.mutate({ host, unit, verb })}>
      {`${verbWords[verb].name}…`}
    </Button>
  )
  return (
    <section aria-label="Operate" className="operate">
      <div className="actions">
        {service.running ? [button('restart'), button('stop')] : button('start')}
        <Button small look="quiet" unavailable={found.unavailable && busy} onClick={() => setLogs(true)}>
          Logs…
        </Button>
      </div>
      {found.unavailable !== undefined && <MissingRight words={found.unavailable} />}
      <div role="status">
        {mine?.state === 'running' && <Running job={mine} />}
        {mine?.state === 'finished' && <Finished job={mine} />}
        {operate.error !== null && !isDeclined(operate.error) && <Refused error={operate.error} />}
      </div>
      {logs && <LogsDialog host={host} unit={unit} onClose={() => setLogs(false)} />}
    </section>
  )
}

/** The very lines of sudoers are long: they are copied, not read. */
function MissingRight({ words }: { readonly words: string }) {
  const [why = '', lines = ''] = words.split(/(?<=It takes): /)
  return (
    <p className="muted">
      {plainText(why, 400)} {lines === '' ? '' : 'the lines of sudoers, then an audit. '}
      {lines !== '' && <CopyButton text={lines.split('; ').join('\n')} what="the lines of sudoers" quiet={false} />}
    </p>
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
        <Status tone="fail">Not done</Status> {`${title}: ${detail} ${hint}`}
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
      <Status tone="fail">Not done</Status> {`${title}: ${detail} ${hint}`}
    </p>
  )
}
