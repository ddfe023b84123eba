import { useState } from 'react'
import { score } from '#shared/model/score.ts'
import { rankOf, rankOfSeverity } from '#shared/status.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useKnown } from '../../stores/queries.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { OutcomeStatus, Status } from '../../ui/status.tsx'
import { dayClock } from '../../ui/time.ts'
import { count } from '../../ui/words.ts'

/** As many rows as are read at a glance; the rest on request. */
const SHOWN_ROWS = 100

/** What was known of every host at one moment: how it stood, and what was open. */
export function Known({ moment, again }: { readonly moment: string; readonly again: boolean }) {
  const { data, error } = useKnown({ moment, again })
  const [all, setAll] = useState(false)
  if (error !== null)
    return (
      <p className="walk-note" role="alert">
        <Status tone="fail">Not known</Status> {wordsOfError(error).whole}
      </p>
    )
  if (data === undefined) return <div aria-busy="true" />
  const open = data.hosts
    .flatMap(({ name, open }) => open.map((finding) => ({ name, finding })))
    .sort(
      ({ finding: a }, { finding: b }) => rankOf(a.status) - rankOf(b.status) || rankOfSeverity(a.severity) - rankOfSeverity(b.severity),
    )
  const shown = all ? open : open.slice(0, SHOWN_ROWS)
  return (
    <div className="history-changes">
      <p className="help walk-note">
        The newest audit until then began on {dayClock(new Date(data.startedAt))}. {data.passed} of {data.applicable} checks passed on{' '}
        {count(data.hosts.length, 'host')}
        {again ? ', by the controls of today' : ', as it was judged then'}, with the waivers and statements of that moment.
      </p>
      <table className="table compact">
        <colgroup>
          <col />
          <col className="w-[156px]" />
          <col className="w-[80px]" />
          <col className="w-[80px]" />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">Looked at</th>
            <th scope="col" className="num right">
              Score
            </th>
            <th scope="col" className="num right">
              Open
            </th>
          </tr>
        </thead>
        <tbody>
          {data.hosts.map((host) => {
            const { passed, applicable } = score(host.items)
            return (
              <tr key={host.name}>
                <th scope="row">
                  {host.name}
                  {host.unreached !== null && <small>{`Not reached: ${plainText(host.unreached, 120)}`}</small>}
                </th>
                <td className="num">{dayClock(new Date(host.finishedAt))}</td>
                <td className="num right">{`${passed}/${applicable}`}</td>
                <td className="num right">{host.open.length}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      <div className="pane-head">
        <h3>Open then</h3>
        <span className="muted num">{open.length}</span>
        <span className="spring" />
        {open.length > shown.length && (
          <Button small look="quiet" onClick={() => setAll(true)}>
            {`Show all ${open.length}`}
          </Button>
        )}
      </div>
      {open.length === 0 ? (
        <Empty title="Nothing was open" about="Every check passed, was waived or stated, or did not apply." />
      ) : (
        <table className="table compact">
          <colgroup>
            <col />
            <col className="w-[112px]" />
            <col className="w-[80px]" />
            <col className="w-[156px]" />
          </colgroup>
          <thead className="reader-only">
            <tr>
              <th scope="col">Finding</th>
              <th scope="col">Host</th>
              <th scope="col">Item</th>
              <th scope="col">Result</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, finding }) => (
              <tr key={`${name} ${finding.control} ${finding.subject}`}>
                <th scope="row" className="one-line" title={finding.subject === '' ? undefined : plainText(finding.subject, 200)}>
                  {plainText(finding.title, 80)}
                </th>
                <td>{name}</td>
                <td className="mono">{finding.item}</td>
                <td>
                  <OutcomeStatus outcome={finding.status} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
