import type { Schedule } from '#shared/model/schedule.ts'
import { useSetSchedule } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useSchedule } from '../../stores/queries.ts'
import { Status } from '../../ui/status.tsx'
import { clock, dayMonth } from '../../ui/time.ts'

const choices: readonly (readonly [everyHours: Schedule['everyHours'], words: string])[] = [
  [0, 'Only by hand'],
  [6, 'Every 6 hours'],
  [24, 'Every day'],
  [168, 'Every week'],
]

/** How often the fleet is audited by itself while the app runs. */
export function ScheduleField() {
  const schedule = useSchedule().data
  const set = useSetSchedule()
  if (schedule == null) return null
  return (
    <label className="schedule">
      <span className="label">Audit while the app runs</span>
      <select
        className="input small"
        value={schedule.everyHours}
        onChange={(event) => {
          const chosen = choices.find(([hours]) => hours === Number(event.target.value))
          if (chosen) set.mutate({ everyHours: chosen[0] })
        }}
      >
        {choices.map(([hours, words]) => (
          <option key={hours} value={hours}>
            {words}
          </option>
        ))}
      </select>
      {schedule.nextAt !== null && (
        <span className="muted">
          {Date.parse(schedule.nextAt) <= Date.now() ? 'Next within a minute' : nextWords(new Date(schedule.nextAt), new Date())}
        </span>
      )}
      {set.error !== null && (
        <span role="alert">
          <Status tone="fail">Not kept</Status> {wordsOfError(set.error).whole}
        </span>
      )}
    </label>
  )
}

const nextWords = (at: Date, now: Date): string => `Next on ${dayMonth(at, now)} at ${clock(at)}`
