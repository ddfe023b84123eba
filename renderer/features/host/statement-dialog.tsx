import type { AttestationRequest } from '#shared/model/attestation.ts'
import type { Finding } from '#shared/model/finding.ts'
import { useStateAttestation } from '../../stores/actions.ts'
import { announce } from '../../ui/announcer.ts'
import { DecisionDialog } from './decision-dialog.tsx'

interface StatementDialogProps {
  readonly host: string
  readonly finding: Finding
  readonly request: AttestationRequest
  readonly onClose: () => void
}

/** Answers what only a person can know. */
export function StatementDialog({ host, finding, request, onClose }: StatementDialogProps) {
  const state = useStateAttestation()
  const { control } = finding
  const fleetWide = request.scope === 'fleet'
  return (
    <DecisionDialog
      title={fleetWide ? 'State for the whole fleet' : `State for ${host}`}
      lead={request.question}
      textLabel="Statement"
      nameLabel="Stated by"
      maxDays={request.validDays}
      consequence={
        fleetWide
          ? 'It counts as pass on every host, with this statement as its evidence, until the last day.'
          : 'It counts as pass on this host, with this statement as its evidence, until the last day or until what it is about changes.'
      }
      action="Record statement"
      pending={state.isPending}
      error={state.error}
      onDecide={({ text, name, endsOn }) =>
        state.mutate(
          { host: fleetWide ? null : host, control, subject: fleetWide ? '' : finding.subject, statement: text, name, endsOn },
          {
            onSuccess: () => {
              announce('Statement recorded')
              onClose()
            },
          },
        )
      }
      onClose={onClose}
    />
  )
}
