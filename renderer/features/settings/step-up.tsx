import { useLock } from '../../stores/actions.ts'
import { useStepUpState } from '../../stores/queries.ts'
import { askForCode } from '../../stores/step-up.store.ts'
import { Button } from '../../ui/button.tsx'
import { Status } from '../../ui/status.tsx'
import { clock } from '../../ui/time.ts'
import { Trouble } from './trouble.tsx'

/** Another authenticator needs a code of the one before. */
const enrol = async (locked: boolean) => (!locked || (await askForCode('code'))) && askForCode('enrol')

/** The second factor of the person at this console. */
export function StepUp() {
  const { data: state, error } = useStepUpState()
  const lock = useLock()
  const unlocked = state?.unlockedUntil ?? null
  return (
    <>
      <p>
        Before a push, an approval or a quarantine, Gatehouse asks for a code of an authenticator app (TOTP). A code is taken once and is
        good for ten minutes. Every code that was taken or refused stands in the ledger.
      </p>
      <Trouble error={error} word="Not read" />
      {state !== undefined && (
        <dl className="facts">
          <dt>Authenticator</dt>
          <dd>{state.enrolled ? <Status tone="pass">Enrolled</Status> : <Status tone="warn">None, so nothing can be changed</Status>}</dd>
          <dt>Secret</dt>
          <dd>
            {state.kept === 'key-ring'
              ? 'In the key ring of this computer'
              : 'In memory until Gatehouse ends: this computer has no sound key ring'}
          </dd>
          <dt>Changes</dt>
          <dd>{unlocked === null ? 'Need a code' : `Open until ${clock(new Date(unlocked))}`}</dd>
        </dl>
      )}
      <div className="actions">
        <Button onClick={() => void enrol(state?.enrolled === true && unlocked === null)}>
          {state?.enrolled ? 'Enrol another authenticator…' : 'Enrol an authenticator…'}
        </Button>
        {state?.enrolled && unlocked === null && <Button onClick={() => void askForCode('code')}>Enter a code…</Button>}
        {unlocked !== null && <Button onClick={() => lock.mutate(null)}>Ask again now</Button>}
      </div>
      <Trouble error={lock.error} word="Not locked" />
    </>
  )
}
