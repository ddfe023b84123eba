import type { AccessOverview, AccessRow } from '#shared/model/access.ts'
import type { ReviewEntry } from '#shared/model/access-review.ts'
import { capabilityWords } from '#shared/model/capability.ts'
import { plainText } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { Status } from '../../ui/status.tsx'
import type { Place } from './access-rows.ts'
import { stateWords, tierWords } from './access-words.ts'
import { ReviewChoice } from './review-choice.tsx'

interface AccessDetailProps {
  readonly place: Place
  readonly row: AccessRow | undefined
  readonly host: AccessOverview['hosts'][number] | undefined
  /** While a review is open, and the account belongs to it. */
  readonly entry: ReviewEntry | undefined
  /** No review was signed before. */
  readonly firstReview: boolean
}

/** What one account can do on one host, by which way, and the lines that prove it. */
export function AccessDetail({ place, row, host, entry, firstReview }: AccessDetailProps) {
  const state = row ? stateWords[row.state] : undefined
  return (
    <Scroll as="article" className="access-detail" data-pane aria-label="Account">
      <header>
        <h2>{`${plainText(place.account, 60)} on ${place.host}`}</h2>
        {state !== undefined && <Status tone={state.tone}>{state.word}</Status>}
        {row?.tier && <span className="muted">{tierWords[row.tier]}</span>}
      </header>
      {entry !== undefined && <ReviewChoice entry={entry} first={firstReview} />}
      {row === undefined ? (
        <p className="reason">{host?.reason ?? 'This host has no such account, or it can neither log in nor do anything.'}</p>
      ) : (
        <Known row={row} />
      )}
      {(host?.gaps ?? []).map(({ reason, leavesOpen, hint }) => (
        <p key={reason} className="reason">
          <Status tone="unknown">Not read</Status> {plainText(reason, 300)}. It leaves open:{' '}
          {leavesOpen.map((one) => capabilityWords[one].toLowerCase()).join(', ') || 'who else there is'}.{' '}
          {hint !== undefined && plainText(hint, 400)}
        </p>
      ))}
    </Scroll>
  )
}

const Known = ({ row }: { readonly row: AccessRow }) => (
  <>
    <p className="reason">{plainText(row.reason, 500)}</p>
    {row.proofs.map(({ section, line, command, text }) => (
      <div key={`${section} ${line}`} className="evidence">
        <div className="command">
          <code>{plainText(command, 160)}</code>
          <span className="spring" />
          <span className="muted">{`${section}, line ${line}`}</span>
        </div>
        <pre>{plainText(text, 400)}</pre>
      </div>
    ))}
    <dl>
      <div>
        <dt>Gets in by</dt>
        <dd>{row.logins.length === 0 ? 'no way in found' : row.logins.join(', ')}</dd>
      </div>
      {row.holdings.map(({ capability, path, condition }) => (
        <div key={capability}>
          <dt>{capabilityWords[capability]}</dt>
          <dd>
            {plainText(path.join(' → '), 400)}
            {condition !== undefined && <span className="muted">{` (${condition})`}</span>}
          </dd>
        </div>
      ))}
    </dl>
  </>
)
