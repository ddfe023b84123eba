import type { TrendPoint } from '#shared/model/history.ts'
import { day } from '../../ui/time.ts'
import { HEIGHT, lineOf, scoreOf, WIDTH } from './trend-line.ts'

/** Score and open criticals over time. The same numbers stand in the table beneath. */
export function TrendChart({ points }: { readonly points: readonly TrendPoint[] }) {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return null
  const most = Math.max(1, ...points.map(({ openCritical }) => openCritical))
  return (
    <div className="trend">
      <Line
        title="Score"
        now={`${scoreOf(last)}%`}
        about={`Score from ${scoreOf(first)}% on ${day(first.startedAt)} to ${scoreOf(last)}% on ${day(last.startedAt)}`}
        line={lineOf(points, scoreOf, 100)}
      />
      <Line
        title="Open criticals"
        now={String(last.openCritical)}
        about={`Open criticals from ${first.openCritical} on ${day(first.startedAt)} to ${last.openCritical} on ${day(last.startedAt)}`}
        line={lineOf(points, ({ openCritical }) => openCritical, most)}
      />
    </div>
  )
}

interface LineProps {
  readonly title: string
  readonly now: string
  readonly about: string
  readonly line: string
}

const Line = ({ title, now, about, line }: LineProps) => (
  <figure>
    <figcaption>
      <span className="muted">{title}</span> <b className="num">{now}</b>
    </figcaption>
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={about}>
      <polyline points={line} vectorEffect="non-scaling-stroke" />
    </svg>
  </figure>
)
