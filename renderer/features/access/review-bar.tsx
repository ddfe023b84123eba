import { type FormEvent, useState } from 'react'
import type { AccessReview } from '#shared/model/access-review.ts'
import { useSaveRemovalPlan, useSignReview, useStartReview } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useRemovalPushes } from '../../stores/queries.ts'
import { goPush } from '../../stores/ui.store.ts'
import { Button } from '../../ui/button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { count } from '../../ui/words.ts'
import type { Place } from './access-rows.ts'
import { ReviewLeft } from './review-left.tsx'
import { isOverdue, reviewedWords } from './reviewed-words.ts'

interface ReviewBarProps {
  readonly review: AccessReview
  /** The host that is looked at: its removals are planned first. */
  readonly host: string | undefined
  /** Goes to an account that is not decided. */
  readonly onPlace: (place: Place) => void
}

/** How far the quarterly review is, the next account to decide, and the signature. */
export function ReviewBar({
  review: { open, entries, lastSigned, nextDue, unseen, notCovered, left: leftBehind },
  host,
  onPlace,
}: ReviewBarProps) {
  const start = useStartReview()
  const sign = useSignReview()
  const plan = useSaveRemovalPlan()
  const pushes = useRemovalPushes().data ?? []
  const pushed = pushes.find((draft) => draft.host === host) ?? pushes[0]
  const [name, setName] = useState('')
  const [showsLeft, setShowsLeft] = useState(false)
  const left = entries.filter(({ decision }) => decision === null || decision.verdict === 'ask')
  const next = entries.find(({ decision }) => decision === null) ?? left[0]
  const due = entries.filter(({ since }) => since === 'removal-due').length
  const removed = entries.filter(({ decision, since }) => (decision ? decision.verdict === 'remove' : since === 'removal-due')).length
  const overdue = isOverdue(nextDue, Date.now())
  const signIt = () => sign.mutate({ name: name.trim() })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() !== '') signIt()
  }
  const error = start.error ?? sign.error ?? plan.error
  return (
    <section className="access-review" aria-label="Access review" data-pane>
      <span>
        {open === null
          ? reviewedWords(lastSigned, nextDue, overdue)
          : `Review: ${entries.length - left.length} of ${entries.length} decided${unseen.length > 0 ? `, ${count(unseen.length, 'host')} not known` : ''}.`}
        {open !== null && notCovered.length > 0 && ` It does not cover ${plainText(notCovered.join(', '), 80)}, where too little was read.`}
        {due > 0 && ` ${due} to be removed since the last review.`}
      </span>
      {open === null && overdue && <Status tone="warn">Overdue</Status>}
      {error !== null && (
        <span className="status fail" role="alert">
          {wordsOfError(error).whole}
        </span>
      )}
      <span className="spring" />
      {pushed !== undefined && (
        <Button small onClick={() => goPush('change', pushed)}>
          {`Plan removals on ${plainText(pushed.host, 40)}…`}
        </Button>
      )}
      {leftBehind.length > 0 && (
        <Button small onClick={() => setShowsLeft(true)}>
          {`${count(leftBehind.length, 'thing')} left by hand…`}
        </Button>
      )}
      {showsLeft && <ReviewLeft left={leftBehind} onClose={() => setShowsLeft(false)} />}
      {removed + leftBehind.length > 0 && (
        <Button small onClick={() => plan.mutate(null)}>
          Save removal plan
        </Button>
      )}
      {open === null ? (
        <Button small onClick={() => start.mutate(null)} unavailable={entries.length === 0 ? 'There is no account to review.' : undefined}>
          Start review
        </Button>
      ) : next !== undefined ? (
        <Button small chord="n" onClick={() => onPlace({ account: next.row.account, kind: next.row.kind, host: next.host })}>
          Next undecided
        </Button>
      ) : (
        <form onSubmit={submit}>
          <input
            className="input"
            aria-label="Who signs"
            placeholder="Who signs"
            maxLength={120}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Button small look="primary" unavailable={name.trim() === '' ? 'Write who signs.' : undefined} onClick={signIt}>
            Sign review
          </Button>
        </form>
      )}
    </section>
  )
}
