import { GatehouseError } from '#shared/errors.ts'
import type { HostSession } from '../../ports.ts'
import { mustHaveEnded } from '../host/answer.ts'
import type { Settled } from '../host/settle.ts'
import type { StepLane } from '../host/step-lane.ts'
import { contradicted, verdictOf } from '../host/verdict.ts'
import { type HostLook, objections, unseen } from '../look/compare.ts'
import { openDoors } from '../look/doors.ts'
import type { Change } from './change-host.ts'
import type { Course } from './transaction-course.ts'

/** A service may answer a little later than it is active. */
const LOOKS_AFTER = 3

/**
 * From what holds on the host to the commit. The end, where the host proves it at once. Rejects with what speaks against the change, or with what
 * kept it from being looked at.
 */
export async function proveChange(course: Course, change: Change): Promise<Settled | undefined> {
  const { host, signal } = course
  const { push, lane, answers } = change
  for (const answer of answers) {
    mustHaveEnded(answer, host.name)
    const words = contradicted(answer, push)
    if (words !== '') throw new GatehouseError({ code: 'push.interrupted', detail: words })
  }
  course.announce(push, 'verify', 'connects anew and looks with the same controls')
  const login = course.cutsOff ? logInAnew(course, lane) : undefined
  try {
    const against = await speaksAgainst(course, change.before)
    if (against.length > 0) throw new GatehouseError({ code: 'push.interrupted', detail: against.join('; ') })
    const last = login === undefined ? lane : (await login).lane
    course.announce(push, 'commit', 'every control says so: disarms the undo')
    // What is as it was to be, read back after the undo was taken away, is cleared away at once. What somebody changes later is drift.
    const [answer] = await last.take(['commit', 'clear'], push, signal)
    if (answer === undefined) return undefined
    mustHaveEnded(answer, host.name)
    return verdictOf(answer, push) === 'committed-proven' ? { verdict: 'committed-proven', answer } : undefined
  } finally {
    login?.then(
      (opened) => {
        void opened.lane.close()
        opened.session.close()
      },
      () => undefined,
    )
  }
}

/** In place of the shell that is open. Both logins prove that the host can still be reached; they need not wait for each other. */
function logInAnew(course: Course, open: StepLane): Promise<{ readonly session: HostSession; readonly lane: StepLane }> {
  void open.close()
  const login = course.connect(true, course.signal).then((session) => ({ session, lane: course.laneOf(session) }))
  login.catch(() => undefined)
  return login
}

async function speaksAgainst({ looks, plan }: Course, was: HostLook): Promise<string[]> {
  const once = async () => {
    const now = await looks.look()
    const hidden = unseen(now)
    if (hidden !== '') return [`a new connection did not come through: ${hidden}`]
    // What is taken back brings its findings back, with all that hung on them: the admin asked for it.
    return plan.reverts === undefined ? [...objections(was.findings, now.findings, plan), ...openDoors(now.doors, plan)] : []
  }
  let against = await once()
  for (let taken = 1; against.length > 0 && taken < LOOKS_AFTER; taken++) against = await once()
  return against
}
