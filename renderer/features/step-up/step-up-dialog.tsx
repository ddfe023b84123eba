import { type FormEvent, useId, useRef, useState } from 'react'
import type { Role } from '#shared/model/role.ts'
import type { Enrolment, StepUpState } from '#shared/model/step-up.ts'
import { useBecomeAdministrator, useBecomeOperator, useConfirmCode, useEnrol } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useRole, useStepUpState } from '../../stores/queries.ts'
import { useCodeQuestion } from '../../stores/step-up.store.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { QrCode } from './qr-code.tsx'
import { RoleChoice } from './role-choice.tsx'

/** Asks for a code where somebody waits for one. */
export function StepUpDialog() {
  const question = useCodeQuestion((state) => state.question)
  const state = useStepUpState().data
  if (question === null || state === undefined) return null
  return <Asked key={question.purpose} enrol={question.purpose === 'enrol'} state={state} onEnd={question.answer} />
}

/** What it began as it stays: the answer itself makes the console an enrolled one. */
function Asked({ enrol, ...rest }: PartProps & { readonly enrol: boolean }) {
  const [first] = useState(enrol || !rest.state.enrolled)
  return first ? <EnrolDialog {...rest} /> : <CodeDialog {...rest} />
}

interface PartProps {
  readonly state: StepUpState
  readonly onEnd: (given: boolean) => void
}

/** Unlocks the console for whoever sits at it: the administrator shows a code, an operator needs none and gets operator work only. */
function CodeDialog({ state, onEnd }: PartProps) {
  const now = useRole().data?.role
  const [role, setRole] = useState<Role>('administrator')
  const down = useBecomeOperator()
  const up = useBecomeAdministrator()
  const asOperator = () => (now === 'operator' ? onEnd(false) : down.mutate(null, { onSuccess: () => onEnd(false) }))
  return (
    <CodeForm
      title="Enter a code of your authenticator"
      lead={
        now === 'operator'
          ? 'This console is locked to operator work. The administrator unlocks it with a code, which is good for ten minutes.'
          : 'Whoever changes a server or what this console trusts shows one first. It is good for ten minutes.'
      }
      blockedUntil={state.blockedUntil}
      role={
        <>
          <RoleChoice role={role} onRole={setRole} />
          {(down.error ?? up.error) !== null && <Refused error={down.error ?? up.error} />}
        </>
      }
      withoutCode={role === 'operator' ? asOperator : undefined}
      onTaken={() => (now === 'operator' ? up.mutate(null, { onSuccess: () => onEnd(true) }) : onEnd(true))}
      onEnd={onEnd}
    />
  )
}

const kept = {
  'key-ring': 'The secret is kept in the key ring of this computer, and nowhere else.',
  session: 'This computer has no sound key ring, so the secret is kept in memory only: enrol again after the next start.',
} as const

function EnrolDialog({ state, onEnd }: PartProps) {
  const enrol = useEnrol()
  const enrolment = enrol.data
  if (enrolment !== undefined)
    return (
      <CodeForm
        title="Add Gatehouse to your authenticator"
        lead="Scan the code or type the secret, then enter the code it shows."
        onTaken={() => onEnd(true)}
        onEnd={onEnd}
      >
        <Secret enrolment={enrolment} />
      </CodeForm>
    )
  return (
    <Dialog
      width="narrow"
      title={state.enrolled ? 'Enrol another authenticator' : 'Enrol an authenticator first'}
      lead="Before a push, an approval or a quarantine, Gatehouse asks for a code of an authenticator app (TOTP). It works without a network."
      onClose={() => onEnd(false)}
      foot={
        <>
          <span className="spring" />
          <Button onClick={() => onEnd(false)}>Not now</Button>
          <Button look="primary" onClick={() => enrol.mutate(null)}>
            Show the secret…
          </Button>
        </>
      }
    >
      <p className="mt-3 soft">{kept[state.kept]}</p>
      {enrol.error !== null && <Refused error={enrol.error} />}
    </Dialog>
  )
}

const Secret = ({ enrolment }: { readonly enrolment: Enrolment }) => (
  <div className="enrolment">
    <QrCode rows={enrolment.qr} />
    <div>
      <h3>Secret</h3>
      <code className="selectable">{enrolment.secret}</code>
      <CopyButton text={enrolment.secret.replaceAll(' ', '')} what="the secret" />
      <p className="help">Six digits, 30 seconds, SHA-1. It is shown once.</p>
    </div>
  </div>
)

const Refused = ({ error }: { readonly error: unknown }) => {
  const { title, hint } = wordsOfError(error)
  return <p role="alert" className="mt-3 text-fail">{`${title}. ${hint}`}</p>
}

interface CodeFormProps {
  readonly title: string
  readonly lead: string
  readonly blockedUntil?: string | null
  readonly children?: React.ReactNode
  /** Asked above the code. */
  readonly role?: React.ReactNode
  /** What goes on where no code is needed. */
  readonly withoutCode?: (() => void) | undefined
  readonly onTaken: () => void
  readonly onEnd: (given: boolean) => void
}

function CodeForm({ title, lead, blockedUntil = null, children, role, withoutCode, onTaken, onEnd }: CodeFormProps) {
  const confirm = useConfirmCode()
  const [code, setCode] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const form = useId()
  const failure = confirm.error === null ? undefined : wordsOfError(confirm.error)
  const until = blockedUntil === null ? undefined : `No code is taken until ${new Date(blockedUntil).toLocaleTimeString('en-GB')}.`
  const send = (event: FormEvent) => {
    event.preventDefault()
    if (withoutCode !== undefined) withoutCode()
    else confirm.mutate({ code }, { onSuccess: onTaken, onError: () => setCode('') })
  }
  return (
    <Dialog
      alert
      width={children === undefined ? 'narrow' : 'default'}
      title={title}
      lead={lead}
      onClose={() => onEnd(false)}
      initialFocus={field}
      foot={
        <>
          <span className="spring" />
          <Button onClick={() => onEnd(false)}>Not now</Button>
          <button type="submit" form={form} className="button primary">
            <span>Continue</span>
          </button>
        </>
      }
    >
      {children}
      <form id={form} className="mt-4" onSubmit={send} autoComplete="off">
        {role}
        {withoutCode === undefined && (
          <Field
            ref={field}
            label="Code"
            inputMode="numeric"
            autoComplete="off"
            spellCheck={false}
            maxLength={9}
            className="code-input"
            value={code}
            onChange={(event) => setCode(event.target.value)}
            error={failure && `${failure.title}. ${failure.hint}`}
            help={until}
          />
        )}
      </form>
    </Dialog>
  )
}
