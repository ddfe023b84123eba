import { useQuarantineFile } from '../../stores/actions.ts'
import { announce } from '../../ui/announcer.ts'
import { plainText } from '../../ui/plain-text.ts'
import { StepDialog } from './step-dialog.tsx'

interface QuarantineDialogProps {
  readonly host: string
  readonly path: string
  readonly onClose: () => void
}

/** Asks why a file is moved out of the reach of every server. */
export function QuarantineDialog({ host, path, onClose }: QuarantineDialogProps) {
  const take = useQuarantineFile()
  return (
    <StepDialog
      title="Move this file into quarantine"
      lead={`${host}: ${plainText(path, 300)}`}
      fields={[{ name: 'reason', label: 'Reason', kind: 'lines' }]}
      consequence="It is moved aside with mode 000. A server that has it loaded goes on until it is restarted. It can be put back."
      action="Quarantine…"
      pending={take.isPending}
      error={take.error}
      onSend={({ reason }) =>
        take.mutate(
          { host, path, reason: String(reason).trim() },
          {
            onSuccess: () => {
              announce('Moved into quarantine')
              onClose()
            },
          },
        )
      }
      onClose={onClose}
    />
  )
}
