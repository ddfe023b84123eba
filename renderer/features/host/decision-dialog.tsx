import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react'
import { wordsOfError } from '../../stores/failure-words.ts'
import { Button } from '../../ui/button.tsx'
import { DateField } from '../../ui/date-field.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, TextArea } from '../../ui/field.tsx'
import { Status } from '../../ui/status.tsx'
import { checkDecision, type DecisionErrors, type DecisionForm, dayBounds } from './decision-form.ts'

interface DecisionDialogProps {
  readonly title: string
  readonly lead: ReactNode
  readonly textLabel: string
  readonly nameLabel: string
  readonly maxDays: number
  /** What follows from it, beneath the fields. */
  readonly consequence: string
  readonly action: string
  readonly pending: boolean
  readonly error: unknown
  readonly onDecide: (form: DecisionForm) => void
  readonly onClose: () => void
}

/** Asks for words, a name and a last day: what makes a decision one that somebody answers for. */
export function DecisionDialog(props: DecisionDialogProps) {
  const [now] = useState(Date.now)
  const { last, proposed } = dayBounds(now, props.maxDays)
  const [form, setForm] = useState<DecisionForm>({ text: '', name: '', endsOn: proposed })
  const [errors, setErrors] = useState<DecisionErrors>({})
  const text = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const change = (part: Partial<DecisionForm>) => {
    setForm((before) => ({ ...before, ...part }))
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([field]) => !(field in part))))
  }
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const found = checkDecision(form, now, props.maxDays)
    setErrors(found)
    const first = (['text', 'name', 'endsOn'] as const).find((field) => found[field] !== undefined)
    if (first !== undefined) event.currentTarget.querySelector<HTMLElement>(`[name=${first}]`)?.focus()
    else if (!props.pending) props.onDecide({ text: form.text.trim(), name: form.name.trim(), endsOn: form.endsOn })
  }
  const failure = props.error === null ? null : wordsOfError(props.error)
  return (
    <Dialog
      width="narrow"
      title={props.title}
      lead={props.lead}
      onClose={props.onClose}
      initialFocus={text}
      foot={
        <>
          <span className="spring" />
          <Button onClick={props.onClose}>Cancel</Button>
          <button type="submit" form={id} className="button primary">
            <span>{props.action}</span>
          </button>
        </>
      }
    >
      <form id={id} className="mt-4 grid gap-3" onSubmit={send} autoComplete="off" noValidate>
        <TextArea
          ref={text}
          name="text"
          label={props.textLabel}
          rows={4}
          maxLength={1000}
          value={form.text}
          error={errors.text}
          onChange={(event) => change({ text: event.target.value })}
        />
        <Field
          name="name"
          label={props.nameLabel}
          maxLength={120}
          spellCheck={false}
          value={form.name}
          error={errors.name}
          onChange={(event) => change({ name: event.target.value })}
        />
        <DateField
          name="endsOn"
          label="Last day"
          value={form.endsOn}
          error={errors.endsOn}
          help={`At most ${props.maxDays} days, so until ${last}.`}
          onChange={(event) => change({ endsOn: event.target.value })}
        />
      </form>
      <p className="help mt-3">{props.consequence}</p>
      {failure !== null && (
        <p className="mt-3" role="alert">
          <Status tone="fail">Not recorded</Status> {`${failure.title}: ${failure.detail} ${failure.hint}`}
        </p>
      )}
    </Dialog>
  )
}
