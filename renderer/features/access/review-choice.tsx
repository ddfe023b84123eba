import { type FocusEvent, useRef, useState } from 'react'
import type { ReviewEntry, ReviewVerdict } from '#shared/model/access-review.ts'
import { useDecideReview } from '../../stores/actions.ts'
import { plainText } from '../../ui/plain-text.ts'

const verdicts: readonly { readonly value: ReviewVerdict; readonly label: string }[] = [
  { value: 'keep', label: 'Keep' },
  { value: 'remove', label: 'Remove' },
  { value: 'ask', label: 'Ask' },
]

const sinceWords: Readonly<Record<ReviewEntry['since'], string>> = {
  'removal-due': 'It was to be removed, and is still there.',
  new: 'New since the last review.',
  changed: 'It can do something else than at the last review.',
  same: 'As at the last review.',
}

interface ReviewChoiceProps {
  readonly entry: ReviewEntry
  /** None was signed before. */
  readonly first: boolean
}

/** Keep, remove or ask, with a note, for one account on one host. */
export function ReviewChoice({ entry: { host, row, since, decision, notRead }, first }: ReviewChoiceProps) {
  const decide = useDecideReview()
  const [note, setNote] = useState(decision?.note ?? '')
  const choices = useRef<HTMLDivElement>(null)
  const say = (verdict: ReviewVerdict) => decide.mutate({ account: row.account, kind: row.kind, host, verdict, note })
  // A note that is changed after the verdict belongs to it; on the way to another verdict it is kept with that one.
  const keepNote = ({ relatedTarget }: Partial<FocusEvent>) => {
    if (decision !== null && note !== decision.note && !choices.current?.contains(relatedTarget as Node | null)) say(decision.verdict)
  }
  return (
    <section className="access-choice" aria-label={`Review of ${plainText(row.account, 60)} on ${host}`}>
      <span>
        {first ? 'Nobody reviewed it before.' : sinceWords[since]}
        {notRead && ' What it can do was not all read: kept, it is recorded so, and the review does not cover this host.'}
      </span>
      <span className="spring" />
      <input
        className="input"
        aria-label="Note"
        placeholder="Note, kept with the choice"
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.target.value)}
        onBlur={keepNote}
        onKeyDown={({ key }) => key === 'Enter' && keepNote({})}
      />
      <div ref={choices} className="segment small">
        {verdicts.map(({ value, label }) => (
          <button key={value} type="button" aria-pressed={decision?.verdict === value} onClick={() => say(value)}>
            {label}
          </button>
        ))}
      </div>
    </section>
  )
}
