import { useState } from 'react'
import { groupBy } from '#shared/group-by.ts'
import type { ComparedChange, Comparison as ComparisonResult } from '#shared/model/history.ts'
import type { Outcome } from '#shared/status.ts'
import { directionWords } from '#shared/words.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useComparison } from '../../stores/queries.ts'
import { goHost } from '../../stores/ui.store.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { OutcomeStatus, Status } from '../../ui/status.tsx'
import { day } from '../../ui/time.ts'

interface ComparisonProps {
  readonly before: string
  readonly after: string
  readonly again: boolean
}

/** What is different between two audits, what got worse first. */
export function Comparison(moments: ComparisonProps) {
  const { data, error } = useComparison(moments)
  if (error !== null)
    return (
      <p className="walk-note" role="alert">
        <Status tone="fail">Not compared</Status> {`${wordsOfError(error).title}: ${wordsOfError(error).detail}`}
      </p>
    )
  if (data === undefined) return <div aria-busy="true" />
  const notes = notesOf(data)
  return (
    <div className="history-changes">
      {notes.map((words) => (
        <p key={words} className="help walk-note">
          {words}
        </p>
      ))}
      {data.changes.length === 0 && <Empty title="Nothing is different" about="Every finding on every host of both audits is as it was." />}
      {[...groupBy(data.changes, ({ direction }) => directionWords[direction])].map(([words, changes]) => (
        <Direction key={words} words={words} changes={changes} />
      ))}
    </div>
  )
}

/** As many rows as are read at a glance; the rest on request. A fleet that is not reached has thousands. */
const SHOWN_ROWS = 100

function Direction({ words, changes }: { readonly words: string; readonly changes: readonly ComparedChange[] }) {
  const [all, setAll] = useState(false)
  const shown = all ? changes : changes.slice(0, SHOWN_ROWS)
  return (
    <section>
      <div className="pane-head">
        <h3>{words}</h3>
        <span className="muted num">{changes.length}</span>
        <span className="spring" />
        {changes.length > shown.length && (
          <Button small look="quiet" onClick={() => setAll(true)}>
            {`Show all ${changes.length}`}
          </Button>
        )}
      </div>
      <table className="table tall">
        {/* Widths of the columns: a heading for readers alone gives none. */}
        <colgroup>
          <col />
          <col className="w-[96px]" />
          <col className="w-[144px]" />
          <col className="w-[124px]" />
          <col className="w-[104px]" />
        </colgroup>
        <thead className="reader-only">
          <tr>
            <th scope="col">Finding</th>
            <th scope="col">Host</th>
            <th scope="col">Before</th>
            <th scope="col">Now</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((change) => (
            <Row key={`${change.host} ${change.control} ${change.subject}`} change={change} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** What the rows do not say: hosts that could not be looked at, and those of one audit alone. */
const notesOf = ({ before, after, only }: ComparisonResult): string[] => [
  ...(Date.parse(after.startedAt) < Date.parse(before.startedAt) ? ['The second audit is the earlier one.'] : []),
  ...before.unreached.map(({ host, reason }) => `${host} was not reached in the first: ${plainText(reason, 160)}`),
  ...after.unreached.map(({ host, reason }) => `${host} was not reached in the second: ${plainText(reason, 160)}`),
  ...only.before.map((host) => `${alone(host)} only before`),
  ...only.after.map((host) => `${alone(host)} only after`),
]

const alone = ({ host, open, openCritical }: ComparisonResult['only']['after'][number]): string =>
  `${host}, with ${open} open${openCritical === 0 ? '' : ` (${openCritical} critical)`},`

function Row({ change }: { readonly change: ComparedChange }) {
  const { host, control, subject, title, from, to, was, why, since } = change
  const more = [subject, why, was && `before: ${was}`].flatMap((words) => (words ? plainText(words, 120) : [])).join(' · ')
  return (
    <tr>
      <th scope="row">
        <button type="button" className="link plain one-line" onClick={() => goHost(host, { key: `${control} ${subject}` })}>
          {plainText(title, 80)}
        </button>
        {more !== '' && <small title={more}>{more}</small>}
      </th>
      <td>{host}</td>
      <td>
        <Stood outcome={from} />
      </td>
      <td>
        <Stood outcome={to} />
      </td>
      <td className="num">{since === undefined ? '' : day(since)}</td>
    </tr>
  )
}

const Stood = ({ outcome }: { readonly outcome: Outcome | null }) =>
  outcome === null ? <span className="muted">None</span> : <OutcomeStatus outcome={outcome} />
