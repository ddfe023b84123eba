import type { Registration } from '#shared/model/model-registration.ts'
import type { RegistrationState } from '#shared/model/registration-state.ts'
import { stateOf } from '#shared/model/registration-steps.ts'
import { Button } from '../../ui/button.tsx'
import type { RegistryStep } from './registry-dialog.tsx'

/** What can be done next, and how to refuse it. */
const nextSteps: Readonly<Record<RegistrationState, { readonly next?: RegistryStep; readonly end?: RegistryStep }>> = {
  requested: { next: 'review', end: 'reject' },
  reviewed: { next: 'test', end: 'reject' },
  tested: { next: 'approve', end: 'reject' },
  approved: { next: 'deploy', end: 'revoke' },
  superseded: { end: 'revoke' },
  rejected: {},
  revoked: {},
}

/** What may be done with a registration now: the step that is due, and the one that ends it. */
export const stepsOf = (registration: Registration) => nextSteps[stateOf(registration)]

const labels: Readonly<Record<RegistryStep, string>> = {
  review: 'Review…',
  test: 'Record test…',
  approve: 'Approve…',
  deploy: 'Deploy…',
  reject: 'Reject…',
  revoke: 'Revoke…',
}

interface RegistryActionsProps {
  readonly registration: Registration
  readonly onStep: (step: RegistryStep) => void
}

/** Buttons for the steps that are possible now; the others are not shown. */
export function RegistryActions({ registration, onStep }: RegistryActionsProps) {
  const { next, end } = stepsOf(registration)
  return (
    <>
      {next !== undefined && (
        <Button look="primary" chord="a" onClick={() => onStep(next)}>
          {labels[next]}
        </Button>
      )}
      {end !== undefined && (
        <Button chord="x" onClick={() => onStep(end)}>
          {labels[end]}
        </Button>
      )}
    </>
  )
}
