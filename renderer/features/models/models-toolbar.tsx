import { Plus, RefreshCw, ShieldCheck, Square } from 'lucide-react'
import type { ModelJob } from '#shared/model/model-job.ts'
import { Button } from '../../ui/button.tsx'

interface ModelsToolbarProps {
  /** No fleet is open. */
  readonly closed: boolean
  /** While something runs. */
  readonly job: ModelJob | undefined
  readonly onStop: () => void
  readonly onList: (() => void) | undefined
  readonly onRequest: () => void
  readonly onVerify: (() => void) | undefined
}

/** What can be begun, or how to stop what runs. */
export function ModelsToolbar({ closed, job, onStop, onList, onRequest, onVerify }: ModelsToolbarProps) {
  if (job !== undefined)
    return (
      <Button
        icon={<Square className="icon" aria-hidden />}
        unavailable={job.state === 'cancelling' ? 'It is stopping' : undefined}
        onClick={onStop}
      >
        Stop
      </Button>
    )
  const unavailable = closed ? 'No fleet is open' : undefined
  return (
    <>
      <Button icon={<RefreshCw className="icon" aria-hidden />} chord="l" unavailable={unavailable} onClick={onList}>
        List
      </Button>
      <Button icon={<Plus className="icon" aria-hidden />} chord="n" unavailable={unavailable} onClick={onRequest}>
        Request…
      </Button>
      <Button look="primary" icon={<ShieldCheck className="icon" aria-hidden />} chord="v" unavailable={unavailable} onClick={onVerify}>
        Verify hashes
      </Button>
    </>
  )
}
