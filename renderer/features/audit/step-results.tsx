import { useState } from 'react'
import { openOutcomes, rankOf } from '#shared/status.ts'
import type { HostView } from '../../stores/host-view.ts'
import { goHost } from '../../stores/ui.store.ts'
import { Button } from '../../ui/button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { OutcomeStatus } from '../../ui/status.tsx'
import { day } from '../../ui/time.ts'
import { count } from '../../ui/words.ts'
import type { ItemFinding } from './step-request.ts'

/** As many rows as are read at a glance; the rest on request. */
const SHOWN_ROWS = 30

interface StepResultsProps {
  readonly findings: readonly ItemFinding[]
  readonly hosts: readonly HostView[]
}

/** The automatic result on every host, what is open first; each row leads to its evidence. */
export function StepResults({ findings, hosts }: StepResultsProps) {
  const [all, setAll] = useState(false)
  const sorted = [...findings].sort((a, b) => rankOf(a.finding.status) - rankOf(b.finding.status))
  const open = sorted.filter(({ finding }) => openOutcomes.includes(finding.status))
  const shown = all ? sorted : (open.length > 0 ? open : sorted).slice(0, SHOWN_ROWS)
  const newest = hosts.flatMap(({ audit }) => audit?.finishedAt ?? []).sort()[0]
  return (
    <section aria-label="Collected evidence">
      <div className="walk-head">
        <h3>Collected evidence</h3>
        <span className="muted">
          {count(findings.length, 'result')} on {count(hosts.length, 'host')}, {open.length} open
          {newest !== undefined && `, as of ${day(newest)}`}
        </span>
        <span className="spring" />
        {sorted.length > shown.length && (
          <Button small look="quiet" onClick={() => setAll(true)}>
            {`Show all ${sorted.length}`}
          </Button>
        )}
      </div>
      {shown.length > 0 && (
        <div className="box">
          <table className="table compact walk-found">
            <thead>
              <tr>
                <th scope="col">What Gatehouse found</th>
                <th scope="col">Host</th>
                <th scope="col">Since</th>
                <th scope="col">Result</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ key, host, finding }) => (
                <tr key={key}>
                  <th scope="row">
                    <button
                      type="button"
                      className="link plain"
                      onClick={() => goHost(host, { key: `${finding.control} ${finding.subject}` })}
                    >
                      {plainText(finding.title, 80)}
                    </button>
                  </th>
                  <td>{host}</td>
                  <td className="num">{finding.lastChanged === undefined ? '' : day(finding.lastChanged)}</td>
                  <td>
                    <OutcomeStatus outcome={finding.status} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
