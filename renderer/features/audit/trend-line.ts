import { groupBy } from '#shared/group-by.ts'
import type { TrendPoint } from '#shared/model/history.ts'
import { dayClock, dayClockSeconds } from '../../ui/time.ts'

/** Size of the drawing; it is stretched to the width that it gets. */
export const WIDTH = 600
export const HEIGHT = 64

/** Points of a polyline over time, `x,y x,y`. One point alone becomes a line through the whole width. `top` is the value at the upper edge. */
export function lineOf(points: readonly TrendPoint[], readValue: (point: TrendPoint) => number, top: number): string {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return ''
  const begin = Date.parse(first.startedAt)
  const span = Date.parse(last.startedAt) - begin
  const y = (point: TrendPoint) => (HEIGHT - (HEIGHT * Math.min(readValue(point), top)) / Math.max(top, 1)).toFixed(1)
  if (span <= 0) return `0,${y(last)} ${WIDTH},${y(last)}`
  return points.map((point) => `${((WIDTH * (Date.parse(point.startedAt) - begin)) / span).toFixed(1)},${y(point)}`).join(' ')
}

/** Share of what applies that passed, in percent. */
export const scoreOf = ({ passed, applicable }: TrendPoint): number => (applicable === 0 ? 0 : Math.round((100 * passed) / applicable))

/** What each audit is called; two of one minute are told apart by their seconds. */
export function namesOf(points: readonly TrendPoint[]): ReadonlyMap<string, string> {
  const times = points.map(({ startedAt }) => new Date(startedAt))
  const often = groupBy(times.map(dayClock), (name) => name)
  return new Map(
    points.map(({ audit }, at) => {
      const time = times[at] ?? new Date(0)
      return [audit, (often.get(dayClock(time))?.length ?? 0) > 1 ? dayClockSeconds(time) : dayClock(time)]
    }),
  )
}
