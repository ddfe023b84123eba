import { Timer, TimerReset, Undo2 } from 'lucide-react'
import { useState } from 'react'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { clockSeconds } from '../../ui/time.ts'
import { Countdown } from './countdown.tsx'

interface ArmedUndoProps {
  readonly plan: PushPlan
  /** When the undo runs by itself. */
  readonly dueAt: string
  readonly totalSeconds: number
  /** The host is being asked for more time. */
  readonly asks: boolean
  /** Why it gave none; null else. */
  readonly error: unknown
  readonly onLater: () => void
  readonly onUndo: () => void
}

/** The undo that a host has armed: its countdown, undo now, and more time. */
export function ArmedUndo({ plan, dueAt, totalSeconds, asks, error, onLater, onUndo }: ArmedUndoProps) {
  const [asking, setAsking] = useState(false)
  const { host, unit } = plan
  const later = () => void (asks || onLater())
  useKeys({ 'mod+z': () => setAsking(true), 'mod+e': later })
  return (
    <>
      <div className="push-armed">
        <b>{`${host} undoes it in`}</b>
        <Status tone="run" icon={<Timer className="icon" aria-hidden />}>
          Armed
        </Status>
      </div>
      <Countdown dueAt={dueAt} totalSeconds={totalSeconds} />
      <p>
        {`At ${clockSeconds(new Date(dueAt))} ${host} puts back what was there, unless the change is proven first. The timer is on ${host}: it runs without this computer, and after a restart.`}
      </p>
      <div className="actions">
        <Button icon={<Undo2 className="icon" aria-hidden />} chord="mod+z" onClick={() => setAsking(true)}>
          Undo now
        </Button>
        <Button
          icon={<TimerReset className="icon" aria-hidden />}
          chord="mod+e"
          unavailable={asks ? `Asking ${host}` : undefined}
          onClick={later}
        >
          Two more minutes
        </Button>
      </div>
      {error !== null && <NotExtended error={error} />}
      {asking && (
        <Dialog
          alert
          width="narrow"
          title={`Undo the change on ${host} now?`}
          lead={`${host} puts back every file with its owner and mode${unit === '' ? '' : `, and starts ${unit} as it was`}.`}
          onClose={() => setAsking(false)}
          foot={
            <>
              <span className="spring" />
              <Button onClick={() => setAsking(false)}>Keep going</Button>
              <Button
                look="primary"
                onClick={() => {
                  setAsking(false)
                  onUndo()
                }}
              >
                Undo it
              </Button>
            </>
          }
        />
      )}
    </>
  )
}

function NotExtended({ error }: { readonly error: unknown }) {
  const { title, detail, hint } = wordsOfError(error)
  return (
    <p role="alert">
      <Status tone="warn">{title}</Status> {plainText(`${detail} ${hint}`, 400)}
    </p>
  )
}
