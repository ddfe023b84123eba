import type { Finding } from '#shared/model/finding.ts'
import { useWithdrawAttestation, useWithdrawWaiver } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { announce } from '../../ui/announcer.ts'
import { Button } from '../../ui/button.tsx'
import type { Tone } from '../../ui/outcome-words.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Said } from '../../ui/said.tsx'
import { Status } from '../../ui/status.tsx'
import { day } from '../../ui/time.ts'

const why = { expired: 'Its last day is over.', changed: 'The evidence is not what it was given for any more.' } as const

/** Who answers for a waived or stated finding until when; or why what was decided does not hold any more. */
export function DecisionBlock({ finding }: { readonly finding: Finding }) {
  const withdrawWaiver = useWithdrawWaiver()
  const withdrawAttestation = useWithdrawAttestation()
  const { waiver, attestation } = finding
  const error = withdrawWaiver.error ?? withdrawAttestation.error
  const failure = error === null ? null : wordsOfError(error)
  return (
    <>
      {waiver !== undefined && (
        <Decision
          tone={waiver.state === 'active' ? 'waived' : 'na'}
          word={waiver.state === 'active' ? `Waived until ${day(waiver.endsOn)}` : `Waiver ended, last day ${day(waiver.endsOn)}`}
          by={`${waiver.approver}, ${day(waiver.grantedAt)}`}
          text={waiver.reason}
          ended={waiver.state === 'active' ? undefined : why[waiver.state]}
          action="Withdraw waiver"
          onWithdraw={() => withdrawWaiver.mutate({ id: waiver.id }, { onSuccess: () => announce('Waiver withdrawn') })}
        />
      )}
      {attestation !== undefined && (
        <Decision
          tone={attestation.state === 'active' ? 'attest' : 'na'}
          word={
            attestation.state === 'active'
              ? `Stated, holds until ${day(attestation.endsOn)}`
              : `Statement ended, last day ${day(attestation.endsOn)}`
          }
          by={`${attestation.name}, ${day(attestation.statedAt)}`}
          text={attestation.statement}
          ended={attestation.state === 'active' ? undefined : why[attestation.state]}
          action="Withdraw statement"
          onWithdraw={() => withdrawAttestation.mutate({ id: attestation.id }, { onSuccess: () => announce('Statement withdrawn') })}
        />
      )}
      {failure !== null && (
        <p className="mt-2" role="alert">
          <Status tone="fail">Not withdrawn</Status> {`${failure.title}: ${failure.detail}`}
        </p>
      )}
    </>
  )
}

interface DecisionProps {
  readonly tone: Tone
  readonly word: string
  readonly by: string
  readonly text: string
  readonly ended: string | undefined
  readonly action: string
  readonly onWithdraw: () => void
}

const Decision = ({ tone, word, by, text, ended, action, onWithdraw }: DecisionProps) => (
  <section className={`decision ${tone}`} aria-label={word}>
    <div>
      <Status tone={tone}>{word}</Status>
      <span className="muted one-line">
        <Said text={plainText(by, 160)} />
      </span>
      <span className="spring" />
      <Button small onClick={onWithdraw}>
        {action}
      </Button>
    </div>
    <p>
      <Said text={plainText(text.replaceAll('\n', ' '), 2000)} />
    </p>
    {ended !== undefined && <p className="muted">{ended}</p>}
  </section>
)
