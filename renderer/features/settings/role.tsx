import { useBecomeAdministrator, useBecomeOperator } from '../../stores/actions.ts'
import { useRole, useStepUpState } from '../../stores/queries.ts'
import { Button } from '../../ui/button.tsx'
import { Status } from '../../ui/status.tsx'
import { Trouble } from './trouble.tsx'

const NEEDS_CODE = 'Enrol an authenticator first: without one nobody could come back.'

/** Who sits at this console: a second person gets only operator work. */
export function RoleSection() {
  const { data: state, error } = useRole()
  const enrolled = useStepUpState().data?.enrolled === true
  const down = useBecomeOperator()
  const up = useBecomeAdministrator()
  return (
    <>
      <p>
        An operator looks, starts, stops and restarts services and reads their logs. Pushes, approvals, quarantine, waivers, statements and
        the fleet file are the administrator’s. Each refusal stands in the ledger.
      </p>
      <Trouble error={error} word="Not read" />
      {state !== undefined && (
        <dl className="facts">
          <dt>This console</dt>
          <dd>{state.role === 'operator' ? <Status tone="na">Operator</Status> : 'Administrator'}</dd>
          {state.role === 'operator' && (
            <>
              <dt>Until</dt>
              <dd>
                {state.lasts === 'always'
                  ? 'A code of the authenticator, also after a restart'
                  : 'A code of the authenticator, or the end of Gatehouse: this computer has no sound key ring'}
              </dd>
            </>
          )}
        </dl>
      )}
      <div className="actions">
        {state?.role === 'administrator' && (
          <>
            <Button unavailable={enrolled ? undefined : NEEDS_CODE} onClick={() => down.mutate(null)}>
              Lock to operator
            </Button>
            {!enrolled && <span className="muted">{NEEDS_CODE}</span>}
          </>
        )}
        {state?.role === 'operator' && <Button onClick={() => up.mutate(null)}>Back to Administrator…</Button>}
      </div>
      <Trouble error={down.error ?? up.error} word="Not changed" />
    </>
  )
}
