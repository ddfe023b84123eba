import { groupBy } from '#shared/group-by.ts'
import type { ComparedChange } from '#shared/model/history.ts'
import type { Outcome } from '#shared/status.ts'
import { directionWords } from '#shared/words.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useComparison } from '../../stores/queries.ts'
import { goHost } from '../../stores/ui.store.ts'
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
  if (data.changes.length === 0) return <Empty title="Nothing is different" about="Every finding on every host is as it was." />
  return (
    <div className="history-changes">
      {[...groupBy(data.changes, ({ direction }) => directionWords[direction])].map(([words, changes]) => (
        <section key={words}>
          <div className="pane-head">
            <h3>{words}</h3>
            <span className="muted num">{changes.length}</span>
          </div>
          <table className="table compact">
            {/* Widths of the columns: a heading for readers alone gives none. */}
            <colgroup>
              <col />
              <col className="w-[96px]" />
              <col className="w-[148px]" />
              <col className="w-[148px]" />
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
              {changes.map((change) => (
                <Row key={`${change.host} ${change.control} ${change.subject}`} change={change} />
              ))}
            </tbody>
          </table>
        </section>
      ))}
      {[...data.only.before.map((host) => `${host} only before`), ...data.only.after.map((host) => `${host} only after`)].map((words) => (
        <p key={words} className="help walk-note">
          {words}
        </p>
      ))}
    </div>
  )
}

const Row = ({ change: { host, control, subject, title, from, to, since } }: { readonly change: ComparedChange }) => (
  <tr>
    <th scope="row">
      <button
        type="button"
        className="link plain one-line"
        title={subject === '' ? undefined : plainText(subject, 200)}
        onClick={() => goHost(host, { key: `${control} ${subject}` })}
      >
        {plainText(title, 80)}
      </button>
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

const Stood = ({ outcome }: { readonly outcome: Outcome | null }) =>
  outcome === null ? <span className="muted">None</span> : <OutcomeStatus outcome={outcome} />
