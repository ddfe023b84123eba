import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useStartWalkthrough } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { Field } from '../../ui/field.tsx'
import { Status } from '../../ui/status.tsx'

/** Asks whom it is made with. */
export function StartWalkthrough({ onStarted }: { readonly onStarted: () => void }) {
  const start = useStartWalkthrough()
  const [auditor, setAuditor] = useState('')
  const [error, setError] = useState<string>()
  const field = useRef<HTMLInputElement>(null)
  const send = (event: FormEvent) => {
    event.preventDefault()
    if (auditor.trim() === '') {
      setError('Name who asks: an auditor, or yourself.')
      return field.current?.focus()
    }
    start.mutate({ auditor: auditor.trim() }, { onSuccess: onStarted })
  }
  useEffect(() => {
    if (document.activeElement === document.body) field.current?.focus()
  }, [])
  const failure = start.error === null ? null : wordsOfError(start.error)
  return (
    <div className="empty h-full !border-0">
      <form className="walk-start" onSubmit={send} autoComplete="off" noValidate>
        <h2>Walk through the checklist</h2>
        <p className="soft">
          18 steps in any order. Each shows what was found, asks for what only a person can know, and is kept as it was recorded. What you
          type is kept too, so you can stop at any time.
        </p>
        <Field
          ref={field}
          label="Auditor"
          maxLength={120}
          spellCheck={false}
          help="Who asks: an auditor, or yourself. The name stands on the pack."
          value={auditor}
          error={error}
          onChange={(event) => {
            setAuditor(event.target.value)
            setError(undefined)
          }}
        />
        <button type="submit" className="button primary">
          <span>Start the walkthrough</span>
        </button>
        {failure !== null && (
          <p role="alert">
            <Status tone="fail">Not started</Status> {`${failure.title}: ${failure.detail} ${failure.hint}`}
          </p>
        )}
      </form>
    </div>
  )
}
