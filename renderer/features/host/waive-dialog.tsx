import type { Finding } from '#shared/model/finding.ts'
import { maxWaiverDays } from '#shared/model/validity.ts'
import { useGrantWaiver } from '../../stores/actions.ts'
import { announce } from '../../ui/announcer.ts'
import { plainText } from '../../ui/plain-text.ts'
import { DecisionDialog } from './decision-dialog.tsx'

interface WaiveDialogProps {
  readonly host: string
  readonly finding: Finding
  readonly onClose: () => void
}

/** Accepts one finding on one host for a while. */
export function WaiveDialog({ host, finding, onClose }: WaiveDialogProps) {
  const grant = useGrantWaiver()
  const { control, subject } = finding
  return (
    <DecisionDialog
      title="Waive this finding"
      lead={`${host}, ${finding.item}: ${plainText(finding.title, 160)}${subject === '' ? '' : ` (${plainText(subject, 160)})`}`}
      textLabel="Reason"
      nameLabel="Approver"
      maxDays={maxWaiverDays}
      consequence="It stays listed as Waived and never counts as pass. It is open again after the last day, or as soon as its evidence changes."
      action="Waive finding"
      pending={grant.isPending}
      error={grant.error}
      onDecide={({ text, name, endsOn }) =>
        grant.mutate(
          { host, control, subject, reason: text, approver: name, endsOn },
          {
            onSuccess: () => {
              announce(`Waived until ${endsOn}`)
              onClose()
            },
          },
        )
      }
      onClose={onClose}
    />
  )
}
