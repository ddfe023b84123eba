import { useState } from 'react'
import type { TrendPoint } from '#shared/model/history.ts'
import { isDay } from '#shared/model/validity.ts'
import { RunAudit } from '../../stores/run-audit.tsx'
import { dayInput } from '../../ui/date-field.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Segment } from '../../ui/segment.tsx'
import { count } from '../../ui/words.ts'
import { Comparison } from './comparison.tsx'
import { Known } from './known.tsx'
import { ScheduleField } from './schedule-field.tsx'
import { TrendChart } from './trend-chart.tsx'
import { namesOf, scoreOf } from './trend-line.ts'

/** Audits over time, any two of them against each other, and what was known on a day. */
export function History({ points }: { readonly points: readonly TrendPoint[] | undefined }) {
  const [before, setBefore] = useState<string>()
  const [after, setAfter] = useState<string>()
  const [again, setAgain] = useState(false)
  const [asks, setAsks] = useState<'compare' | 'known'>('compare')
  const [on, setOn] = useState<string>()
  if (points === undefined) return <div aria-busy="true" />
  const newestFirst = points.toReversed()
  const names = namesOf(points)
  const [newest, second] = newestFirst
  if (newest === undefined || second === undefined)
    return (
      <Empty title="One audit is no history" about="Run another one: what changed between the two is shown here.">
        <div className="mb-4">
          <RunAudit />
        </div>
        <ScheduleField />
      </Empty>
    )
  const from = before ?? second.audit
  const to = after ?? newest.audit
  const known = on ?? newest.startedAt.slice(0, 10)
  return (
    <div className="history">
      <section className="history-list" aria-label="Audits" data-pane>
        <TrendChart points={points} />
        <ScheduleField />
        <div className="history-table">
          <table className="table compact">
            <thead>
              <tr>
                <th scope="col">Audit</th>
                <th scope="col" className="num">
                  Hosts
                </th>
                <th scope="col" className="num">
                  Score
                </th>
                <th scope="col" className="num">
                  Open criticals
                </th>
              </tr>
            </thead>
            <tbody>
              {newestFirst.map((point) => (
                <tr key={point.audit}>
                  <th scope="row">
                    {names.get(point.audit)}
                    {point.unreached > 0 && <small>{`${count(point.unreached, 'host')} not reached`}</small>}
                  </th>
                  <td className="num">{`${point.hosts} of ${point.known}`}</td>
                  <td className="num">{`${point.passed}/${point.applicable}, ${scoreOf(point)}%`}</td>
                  <td className="num">{point.openCritical}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p className="help walk-note">
          As measured, before waivers and statements. Hosts that an audit left out count as they were last found; of one that was not
          reached nothing counts as passed, and nothing as open.
        </p>
      </section>
      <section className="history-compare" aria-label={asks === 'compare' ? 'Comparison' : 'Known on a day'} data-pane>
        <h2 className="reader-only">{asks === 'compare' ? 'Comparison' : 'Known on a day'}</h2>
        <div className="pane-head">
          <Segment
            label="What is asked"
            small
            value={asks}
            options={[
              { value: 'compare', label: 'Compare' },
              { value: 'known', label: 'Known on a day' },
            ]}
            onChange={setAsks}
          />
        </div>
        <div className="history-bar">
          {asks === 'compare' ? (
            <>
              <Moment name="From" value={from} names={names} points={newestFirst} onChange={setBefore} />
              <Moment name="To" value={to} names={names} points={newestFirst} onChange={setAfter} />
            </>
          ) : (
            <label>
              <span className="label">Day, until its end (UTC)</span>
              <input {...dayInput} className="input small mono" value={known} onChange={(event) => setOn(event.target.value)} />
            </label>
          )}
          <label className="checkbox">
            <input type="checkbox" checked={again} onChange={(event) => setAgain(event.target.checked)} />
            <span>{asks === 'compare' ? 'Judge both by the controls of today' : 'Judge by the controls of today'}</span>
          </label>
        </div>
        {asks === 'compare' ? (
          <Comparison key={`${from} ${to} ${again}`} before={from} after={to} again={again} />
        ) : isDay(known) ? (
          <Known key={`${known} ${again}`} moment={known} again={again} />
        ) : (
          <p className="help walk-note">Write the day as YYYY-MM-DD. What was known at its end is shown.</p>
        )}
      </section>
    </div>
  )
}

interface MomentProps {
  readonly name: string
  readonly value: string
  readonly points: readonly TrendPoint[]
  readonly names: ReadonlyMap<string, string>
  readonly onChange: (audit: string) => void
}

const Moment = ({ name, value, points, names, onChange }: MomentProps) => (
  <label>
    <span className="label">{name}</span>
    <select className="input small" value={value} onChange={(event) => onChange(event.target.value)}>
      {points.map((point) => (
        <option key={point.audit} value={point.audit}>
          {names.get(point.audit)}
        </option>
      ))}
    </select>
  </label>
)
