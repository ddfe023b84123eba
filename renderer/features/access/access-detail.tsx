import type { ReactNode } from 'react'
import { namedAs } from '#shared/account-kind.ts'
import type { AccessLine, AccessOverview, AccessRow, SharedKey } from '#shared/model/access.ts'
import type { ReviewEntry } from '#shared/model/access-review.ts'
import { capabilityWords } from '#shared/model/capability.ts'
import { NOT_FOLLOWED } from '#shared/not-followed.ts'
import { useAccessAccount } from '../../stores/queries.ts'
import { plainLines, plainText } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { Status } from '../../ui/status.tsx'
import type { AccessNote } from './access-notes.ts'
import type { Place } from './access-rows.ts'
import { nextSteps, stateWords, tierWords } from './access-words.ts'
import { ReviewChoice } from './review-choice.tsx'

interface AccessDetailProps {
  readonly place: Place
  readonly row: AccessLine | undefined
  readonly host: AccessOverview['hosts'][number] | undefined
  /** While a review is open, and the account belongs to it. */
  readonly entry: ReviewEntry | undefined
  /** No review was signed before. */
  readonly firstReview: boolean
  /** Keys that name no single person, and accounts that nobody uses. */
  readonly keys: readonly SharedKey[]
  readonly stale: readonly AccessNote[]
}

/** What one account can do on one host, by which way, and the lines that prove it. */
export function AccessDetail({ place, row, host, entry, firstReview, keys, stale }: AccessDetailProps) {
  const here = (one: { readonly host: string; readonly account: string }) =>
    // Keys and logins on record are those of accounts.
    place.kind === 'account' && one.host === place.host && one.account === place.account
  const held = keys.filter(({ places }) => places.some(here))
  const unused = stale.find(({ host: on, subject, status }) => status === 'warning' && here({ host: on, account: subject }))
  const known = useAccessAccount(place)
  const state = row ? stateWords[row.state] : undefined
  return (
    <Scroll as="article" className="access-detail" data-pane aria-label="Account">
      <header>
        <h2>{`${namedAs(plainText(place.account, 60), place.kind)} on ${place.host}`}</h2>
        {state !== undefined && <Status tone={state.tone}>{state.word}</Status>}
        {row?.tier && <span className="muted">{tierWords[row.tier]}</span>}
      </header>
      {entry !== undefined && <ReviewChoice entry={entry} first={firstReview} />}
      {row === undefined ? (
        <p className="reason">{host?.reason ?? 'This host has no such account, or it can neither log in nor do anything.'}</p>
      ) : (
        <Known row={known.data ?? undefined}>
          {held.map((key) => (
            <div key={key.fingerprint}>
              <dt>{key.why === 'shared' ? 'Shared key' : 'Key of nobody'}</dt>
              <dd>
                {keyWords(
                  key,
                  key.places.filter((one) => !here(one)),
                )}
              </dd>
            </div>
          ))}
          {unused !== undefined && (
            <div>
              <dt>Not used</dt>
              <dd>{`${plainText(unused.title, 120)}. Ask its owner; close it where nobody needs it.`}</dd>
            </div>
          )}
        </Known>
      )}
      {(host?.gaps ?? []).map(({ reason, leavesOpen, hint, notModelled }) => (
        <p key={reason} className="reason">
          <Status tone="unknown">{notModelled ? 'Not followed' : 'Not read'}</Status> {plainText(reason, 300)}. It leaves open:{' '}
          {leavesOpen.map((one) => capabilityWords[one].toLowerCase()).join(', ') || 'who else there is'}.
          {/* Lines for sudoers stand among them. */}
          {plainLines(hint ?? '', 12).lines.map((line) => (
            <span key={line} className="access-hint">
              {line}
            </span>
          ))}
        </p>
      ))}
      <p className="reason">{NOT_FOLLOWED}</p>
    </Scroll>
  )
}

function keyWords({ comment, fingerprint, why }: SharedKey, others: SharedKey['places']): string {
  const key = plainText(comment === '' ? fingerprint : comment, 60)
  if (why === 'nobody') return `${key} opens root alone, so no log says whose it is.`
  return `${key} opens ${plainText(others.map(({ host, account }) => `${account} on ${host}`).join(', '), 300)} as well.`
}

interface KnownProps {
  /** Absent while it is asked for. */
  readonly row: AccessRow | undefined
  readonly children: ReactNode
}

const Known = ({ row, children }: KnownProps) =>
  row === undefined ? (
    <div className="skeleton" />
  ) : (
    <>
      <p className="reason">{plainText(row.reason, 500)}</p>
      {nextSteps[row.state] !== undefined && <p className="reason access-next">{nextSteps[row.state]}</p>}
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
        {children}
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
