import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { failureOf, GatehouseError, messageOf } from '#shared/errors.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import { type Schedule, type ScheduleState, scheduleSchema } from '#shared/model/schedule.ts'
import type { Clock, Log } from '../../ports.ts'

export interface ScheduleServicePorts {
  readonly clock: Clock
  readonly log: Log
  /** Where the schedules of the fleets are kept. */
  readonly file: string
  /** The fleet that is open. */
  readonly open: () => Fleet | null
  /** When its newest audit began, ISO 8601. */
  readonly lastStarted: (fleet: Fleet) => string | undefined
  /** Starts an audit of it. May throw `audit.running`. */
  readonly start: (fleet: Fleet) => void
}

/** Audits by themselves while the program runs. Where none runs, cron and `gatehouse audit` do the same with the same store. */
export interface ScheduleService {
  of(fleet: Fleet): ScheduleState
  /** Throws `store.unwritable`. */
  set(fleet: Fleet, schedule: Schedule): ScheduleState
  /** Looks whether an audit is due, and starts it. Never throws. */
  look(): void
  /** Looks every minute from now on. Returns how to stop. */
  begin(): () => void
}

const LOOK_MS = 60_000
const HOUR_MS = 3_600_000
const keptSchema = z.record(z.string(), scheduleSchema)

/** When the time since the last audit is over; at once when there was none. A clock that was set back makes nothing due. */
export const nextOf = ({ everyHours }: Schedule, lastStarted: string | undefined, now: number): number | null =>
  everyHours === 0 ? null : lastStarted === undefined ? now : Math.max(now, Date.parse(lastStarted) + everyHours * HOUR_MS)

/** An audit that is due while another one runs, or while no fleet is open, is started by a later look. */
export function createScheduleService({ clock, log, file, open, lastStarted, start }: ScheduleServicePorts): ScheduleService {
  function of(fleet: Fleet): ScheduleState {
    const schedule = read(file)[fleet.name] ?? { everyHours: 0 }
    const next = nextOf(schedule, lastStarted(fleet), clock.now())
    return { ...schedule, nextAt: next === null ? null : new Date(next).toISOString() }
  }

  function look(): void {
    const fleet = open()
    const nextAt = fleet && of(fleet).nextAt
    if (fleet === null || nextAt === null || Date.parse(nextAt) > clock.now()) return
    try {
      start(fleet)
    } catch (error) {
      const { code, detail } = failureOf(error)
      if (code !== 'audit.running') log('warn', 'the scheduled audit did not start', { detail })
    }
  }

  return {
    of,
    set(fleet, schedule) {
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
        writeFileSync(`${file}.new`, JSON.stringify({ ...read(file), [fleet.name]: schedule }), { mode: 0o600 })
        renameSync(`${file}.new`, file)
      } catch (error) {
        throw new GatehouseError({ code: 'store.unwritable', detail: `${file}: ${messageOf(error)}` }, { cause: error })
      }
      return of(fleet)
    },
    look,
    begin() {
      const timer = setInterval(look, LOOK_MS)
      timer.unref()
      return () => clearInterval(timer)
    },
  }
}

/** What cannot be read is no schedule: nothing starts by itself that nobody asked for. */
function read(file: string): Record<string, Schedule> {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return {}
  }
}
