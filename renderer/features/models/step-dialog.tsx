import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { wordsOfError } from '../../stores/failure-words.ts'
import { Button } from '../../ui/button.tsx'
import { DateField } from '../../ui/date-field.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, TextArea } from '../../ui/field.tsx'
import { Status } from '../../ui/status.tsx'
import { missingIn, type StepField, type StepValues } from './step-form.ts'

interface StepDialogProps {
  readonly title: string
  readonly lead: string
  readonly fields: readonly StepField[]
  readonly initial?: StepValues
  /** What follows from it, beneath the fields. */
  readonly consequence: string
  readonly action: string
  readonly pending: boolean
  readonly error: unknown
  readonly onSend: (values: StepValues) => void
  readonly onClose: () => void
  /** Above the fields. */
  readonly children?: ReactNode
}

/** Asks for what one step of an approval records. */
export function StepDialog(props: StepDialogProps) {
  const { title, lead, fields, initial = {}, consequence, action, pending, error, onSend, onClose, children } = props
  const [values, setValues] = useState<StepValues>(initial)
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const id = useId()
  const change = (name: string, value: string | readonly string[]) => {
    setValues((before) => ({ ...before, [name]: value }))
    setErrors(({ [name]: _, ...others }) => others)
  }
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const missing = missingIn(fields, values)
    setErrors(missing)
    const first = fields.find(({ name }) => missing[name] !== undefined)
    if (first !== undefined) event.currentTarget.querySelector<HTMLElement>(`[name="${first.name}"]`)?.focus()
    else if (!pending) onSend(values)
  }
  const failure = error === null ? null : wordsOfError(error)
  return (
    <Dialog
      width="narrow"
      title={title}
      lead={lead}
      onClose={onClose}
      foot={
        <>
          <span className="spring" />
          <Button onClick={onClose}>Cancel</Button>
          <button type="submit" form={id} className="button primary" aria-disabled={pending || undefined}>
            <span>{action}</span>
          </button>
        </>
      }
    >
      {children}
      <form id={id} className="mt-4 grid gap-3" onSubmit={send} autoComplete="off" noValidate>
        {fields.map((field) => (
          <StepInput
            key={field.name}
            field={field}
            value={values[field.name] ?? ''}
            error={errors[field.name]}
            onChange={(value) => change(field.name, value)}
          />
        ))}
      </form>
      <p className="help mt-3">{consequence}</p>
      {failure !== null && (
        <p className="mt-3" role="alert">
          <Status tone="fail">Not recorded</Status> {`${failure.title}: ${failure.detail} ${failure.hint}`}
        </p>
      )}
    </Dialog>
  )
}

interface StepInputProps {
  readonly field: StepField
  readonly value: string | readonly string[]
  readonly error: string | undefined
  readonly onChange: (value: string | readonly string[]) => void
}

function StepInput({ field: { name, label, kind, options = [], help, maxLength = 1000 }, value, error, onChange }: StepInputProps) {
  if (kind === 'choices') {
    const chosen = typeof value === 'string' ? [] : value
    return (
      <fieldset className="models-choices">
        <legend className="label">{label}</legend>
        {options.map((option) => (
          <label key={option} className="checkbox">
            <input
              type="checkbox"
              name={name}
              checked={chosen.includes(option)}
              onChange={({ target }) => onChange(target.checked ? [...chosen, option] : chosen.filter((it) => it !== option))}
            />
            <span>{option}</span>
          </label>
        ))}
        {error !== undefined && (
          <p className="help">
            <Status tone="fail">{error}</Status>
          </p>
        )}
      </fieldset>
    )
  }
  const shared = { name, label, error, maxLength, value: String(value), ...(help === undefined ? {} : { help }) }
  const typed = { ...shared, onChange: ({ target }: { readonly target: { readonly value: string } }) => onChange(target.value) }
  if (kind === 'lines') return <TextArea {...typed} rows={3} />
  return kind === 'day' ? <DateField {...typed} /> : <Field {...typed} spellCheck={false} />
}
