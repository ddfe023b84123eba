import { useState } from 'react'
import type { Output } from '#shared/ipc/contracts.ts'
import type { WaveHost, WaveJob } from '#shared/model/wave-job.ts'
import { useExtendOne, useStartWaves, useStopWaves, useUndoOne } from '../../stores/actions.ts'
import { wordsOf, wordsOfError } from '../../stores/failure-words.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { RowTable } from '../../ui/row-table.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { Status } from '../../ui/status.tsx'
import { count } from '../../ui/words.ts'
import { ArmedUndo } from './armed-undo.tsx'
import { TimeLeft } from './countdown.tsx'
import { PlanFiles } from './plan-files.tsx'
import { waveHostWords, wavesPlanned } from './wave-words.ts'

interface WavesViewProps {
  readonly planned: Output<'push:plan-many'> | undefined
  /** The push that runs, or how it ended. */
  readonly job: WaveJob | undefined
  readonly onNew: () => void
}

/** A push to many hosts: canary, then waves; each host with its state, and what changes on the one that is chosen. */
export function WavesView({ planned, job, onNew }: WavesViewProps) {
  const [canary, setCanary] = useState('1')
  const [size, setSize] = useState('5')
  const [chosen, setChosen] = useState<string>()
  const plans = planned?.plans ?? []
  const hosts = job?.hosts ?? wavesPlanned(plans, Number(canary), Number(size))
  const shown = hosts.find(({ plan }) => plan.host === chosen) ?? hosts[0]
  return (
    <div className="push-history">
      <div className="waves-board">
        <RowTable
          label="Hosts of this push"
          columns={columns}
          groups={[{ key: 'all', rows: hosts }]}
          keyOf={({ plan }) => plan.host}
          selected={shown?.plan.host}
          onSelect={setChosen}
        />
        <div className="push-state">
          {planned?.failures.map(({ host, failure }) => (
            <p key={host} role="alert">
              <Status tone="warn">No plan</Status> {`${host}: ${wordsOf(failure).title}: ${wordsOf(failure).detail}`}
            </p>
          ))}
          {job === undefined ? (
            <StartWaves {...{ hosts, canary, size, setCanary, setSize, onNew }} />
          ) : (
            <RunningWaves job={job} onNew={onNew} />
          )}
        </div>
      </div>
      {shown !== undefined && (
        <Scroll as="article" className="push-past waves-past" aria-label={`Push to ${shown.plan.host}`} data-pane>
          <ArmedHost key={shown.plan.host} host={shown} />
          <p className="push-past-head" hidden={shown.reason === ''}>
            {plainText(shown.reason, 600)}
          </p>
          <PlanFiles key={shown.plan.id} plan={shown.plan} keys={false} />
        </Scroll>
      )}
    </div>
  )
}

const columns = [
  { id: 'host', head: 'Host', className: 'waves-host', cell: ({ plan }: WaveHost) => plan.host },
  { id: 'wave', head: 'Wave', className: 'waves-wave', cell: ({ wave }: WaveHost) => (wave === 1 ? 'Canary' : `Wave ${wave}`) },
  {
    id: 'state',
    head: 'State',
    cell: (host: WaveHost) => {
      const { word, tone } = waveHostWords(host)
      return (
        <>
          <Status tone={tone}>{word}</Status>
          {host.undoDueAt !== null && <TimeLeft dueAt={host.undoDueAt} />}
        </>
      )
    },
  },
] as const

/** What the host that is chosen has armed, while its undo waits. */
function ArmedHost({ host: { plan, undoDueAt, undoAfterSeconds } }: { readonly host: WaveHost }) {
  const undo = useUndoOne()
  const extend = useExtendOne()
  if (undoDueAt === null || undoAfterSeconds === null) return null
  return (
    <div className="push-state">
      <ArmedUndo
        plan={plan}
        dueAt={undoDueAt}
        totalSeconds={undoAfterSeconds}
        asks={extend.isPending}
        error={extend.error}
        onLater={() => extend.mutate({ host: plan.host })}
        onUndo={() => undo.mutate({ host: plan.host })}
      />
    </div>
  )
}

interface StartWavesProps {
  readonly hosts: readonly WaveHost[]
  readonly canary: string
  readonly size: string
  readonly setCanary: (text: string) => void
  readonly setSize: (text: string) => void
  readonly onNew: () => void
}

function StartWaves({ hosts, canary, size, setCanary, setSize, onNew }: StartWavesProps) {
  const start = useStartWaves()
  const [typed, setTyped] = useState('')
  const names = hosts.map(({ plan }) => plan.host).join(' ')
  const isLockOut = hosts.some(({ plan }) => plan.danger === 'lock-out')
  const wrong = [canary, size].some((text) => !/^[1-9]\d{0,2}$/.test(text) || Number(text) > 200)
  const blocked =
    hosts.length === 0
      ? 'Nothing is planned'
      : wrong
        ? 'Canary and waves are 1 to 200 hosts'
        : isLockOut && typed !== names
          ? 'Type the names of all hosts first'
          : start.isPending
            ? 'It is being started'
            : undefined
  const push = () =>
    start.mutate({ plans: hosts.map(({ plan }) => plan.id), canary: Number(canary), waveSize: Number(size), typedHosts: typed })
  useKeys({ 'mod+enter': blocked === undefined ? push : undefined })
  const failure = start.error === null ? undefined : wordsOfError(start.error)
  return (
    <>
      <Field label="Hosts of the canary" inputMode="numeric" value={canary} onChange={({ target }) => setCanary(target.value)} />
      <Field label="Hosts of each later wave" inputMode="numeric" value={size} onChange={({ target }) => setSize(target.value)} />
      <p className="muted">
        The canary goes first. After the first host that is not committed and proven no further wave starts. Every host arms its own undo.
      </p>
      {isLockOut && <Field label={`Type ${names}`} value={typed} onChange={({ target }) => setTyped(target.value)} />}
      <div className="actions">
        <Button look="primary" chord="mod+enter" unavailable={blocked} onClick={push}>
          {`Push to ${count(hosts.length, 'host')}…`}
        </Button>
        <Button onClick={onNew}>Change the plans</Button>
      </div>
      {failure !== undefined && (
        <p role="alert">
          <Status tone="fail">Not pushed</Status> {plainText(`${failure.title}: ${failure.detail} ${failure.hint}`, 600)}
        </p>
      )}
    </>
  )
}

function RunningWaves({ job, onNew }: { readonly job: WaveJob; readonly onNew: () => void }) {
  const stop = useStopWaves()
  if (job.state === 'finished') {
    const done = job.hosts.filter(({ outcome }) => outcome === 'committed-proven').length
    return (
      <div role="status">
        <Status tone={done === job.hosts.length ? 'pass' : 'warn'} className="push-verdict">
          {`${done} of ${job.hosts.length} committed and proven`}
        </Status>
        <div className="actions">
          <Button onClick={onNew}>New push</Button>
        </div>
      </div>
    )
  }
  return (
    <>
      <Status tone="run">{job.state === 'stopping' ? 'Stops after this wave' : 'Running'}</Status>
      <div className="actions">
        <Button unavailable={job.state === 'stopping' ? 'No further wave starts' : undefined} onClick={() => stop.mutate(null)}>
          Stop after this wave
        </Button>
      </div>
    </>
  )
}
