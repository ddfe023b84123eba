import { type FormEvent, useId, useRef, useState } from 'react'
import type { Prompt } from '#shared/model/prompt.ts'
import { useAnswerPrompt } from '../../stores/actions.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Status } from '../../ui/status.tsx'
import { AnswerError, StillWaiting } from './answer-parts.tsx'
import { secretForm } from './secret-form.ts'

interface SecretDialogProps {
  readonly prompt: Exclude<Prompt, { kind: 'host-key-unknown' }>
  readonly waiting: number
}

/** Passphrase, password or the questions of keyboard-interactive, with the hop named. What is typed goes one way. */
export function SecretDialog({ prompt, waiting }: SecretDialogProps) {
  const answer = useAnswerPrompt()
  const { title, lead, fields } = secretForm(prompt)
  const [values, setValues] = useState<readonly string[]>(() => fields.map(() => ''))
  const first = useRef<HTMLInputElement>(null)
  const form = useId()
  const decline = () => answer.mutate({ id: prompt.id, answers: null })
  const send = (event: FormEvent) => {
    event.preventDefault()
    answer.mutate({ id: prompt.id, answers: [...values] })
  }
  return (
    <Dialog
      alert
      width="narrow"
      status={prompt.attempt > 1 ? <Status tone="warn">{`Refused, attempt ${prompt.attempt}`}</Status> : undefined}
      title={title}
      lead={lead}
      onClose={decline}
      {...(fields.length > 0 ? { initialFocus: first } : {})}
      foot={
        <>
          <StillWaiting count={waiting} />
          <span className="spring" />
          <Button onClick={decline}>Do not log in</Button>
          <button type="submit" form={form} className="button primary">
            <span>Continue</span>
          </button>
        </>
      }
    >
      <form id={form} className="mt-4 grid gap-3" onSubmit={send} autoComplete="off">
        {fields.map((field, index) => (
          <Field
            // biome-ignore lint/suspicious/noArrayIndexKey: the fields of a prompt never change, and labels may repeat
            key={index}
            ref={index === 0 ? first : undefined}
            label={field.label}
            type={field.echo ? 'text' : 'password'}
            autoComplete="off"
            spellCheck={false}
            value={values[index] ?? ''}
            onChange={(event) => {
              const { value } = event.target
              setValues((before) => before.map((old, at) => (at === index ? value : old)))
            }}
          />
        ))}
      </form>
      <AnswerError error={answer.error} />
    </Dialog>
  )
}
