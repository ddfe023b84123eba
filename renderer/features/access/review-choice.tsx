import { useState } from 'react'
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

/** Keep, remove or ask, with a note, for one account on one host. */
export function ReviewChoice({ entry: { host, row, since, decision } }: { readonly entry: ReviewEntry }) {
  const decide = useDecideReview()
  const [note, setNote] = useState(decision?.note ?? '')
  return (
    <section className="access-choice" aria-label={`Review of ${plainText(row.account, 60)} on ${host}`}>
      <span>{sinceWords[since]}</span>
      <span className="spring" />
      <input
        className="input"
        aria-label="Note"
        placeholder="Note"
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <div className="segment small">
        {verdicts.map(({ value, label }) => (
          <button
            key={value}
            type="button"
            aria-pressed={decision?.verdict === value}
            onClick={() => decide.mutate({ account: row.account, host, verdict: value, note })}
          >
            {label}
          </button>
        ))}
      </div>
    </section>
  )
}
