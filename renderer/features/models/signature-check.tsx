import { KeyRound, UserCheck } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { ExpectedDocument } from '#shared/model/expected-document.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Status } from '../../ui/status.tsx'
import { missingIn, type StepField } from './step-form.ts'

const IDENTITY: StepField = { name: 'identity', label: 'Identity', kind: 'line', maxLength: 2000 }
const ISSUER: StepField = { name: 'issuer', label: 'Issuer', kind: 'line', maxLength: 2000 }

interface SignatureCheckProps {
  readonly signedBy: NonNullable<ExpectedDocument['signedBy']>
  /** Of the last try. */
  readonly error: unknown
  /** Without a signer: against a key. The file that tells whom to trust is chosen next. */
  readonly onCheck: (signer?: { readonly identity: string; readonly issuer: string }) => void
}

/** Against whom a signature is verified: a public key, or who logged in where. Nothing is taken from the document itself. */
export function SignatureCheck({ signedBy, error, onCheck }: SignatureCheckProps) {
  const [values, setValues] = useState({ identity: '', issuer: '' })
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const input = ({ name, label, maxLength }: StepField, help: string) => ({
    ...{ label, maxLength, help, error: errors[name], value: values[name as keyof typeof values], spellCheck: false },
    onChange: ({ target }: { readonly target: { readonly value: string } }) => {
      setValues((before) => ({ ...before, [name]: target.value }))
      setErrors({})
    },
  })
  const check = (event: FormEvent) => {
    event.preventDefault()
    const missing = missingIn([IDENTITY, ISSUER], values)
    setErrors(missing)
    if (Object.keys(missing).length === 0) onCheck({ identity: values.identity.trim(), issuer: values.issuer.trim() })
  }
  const failure = error === null ? null : wordsOfError(error)
  return (
    <form aria-label="Signature" className="mt-3 grid gap-3" onSubmit={check} autoComplete="off" noValidate>
      {signedBy === 'certificate' && (
        <>
          <Field {...input(IDENTITY, 'Who must have signed, to the letter: an e-mail address, or the URI of a workflow.')} />
          <Field {...input(ISSUER, 'Where it logged in, such as https://token.actions.githubusercontent.com.')} />
        </>
      )}
      {failure !== null && (
        <p className="help wrap-anywhere" role="alert">
          <Status tone="fail">Not verified</Status> {`${failure.detail} ${failure.hint}`}
        </p>
      )}
      <div className="actions">
        {signedBy === 'certificate' && (
          <button type="submit" className="button">
            <UserCheck className="icon" aria-hidden />
            <span>Verify with a trusted root…</span>
          </button>
        )}
        <Button icon={<KeyRound className="icon" aria-hidden />} onClick={() => onCheck()}>
          Verify with a key…
        </Button>
      </div>
    </form>
  )
}
