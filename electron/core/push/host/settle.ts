import { setTimeout as pause } from 'node:timers/promises'
import type { PushVerdict } from '#shared/model/push-plan.ts'
import type { HostSession } from '../../ports.ts'
import type { HostAnswer } from './answer.ts'
import type { HostPush } from './program.ts'
import { openLane } from './step-lane.ts'
import { verdictOf } from './verdict.ts'

/** How the change identity reaches a host. */
export interface ChangeWay {
  readonly connect: (fresh: boolean, signal: AbortSignal) => Promise<HostSession>
  readonly user: string
}

export interface Settled {
  readonly verdict: PushVerdict
  readonly answer: HostAnswer | undefined
}

/** How long after the undo was due its end is still waited for. */
const UNDO_GRACE_MS = 90_000
const LOOK_AGAIN_MS = 5000

/**
 * Asks the host what is true now, with `undo` has it undo what was not committed, until it is one of the two or nobody can say. Waits
 * as long as the undo may take to fire by itself, and a little more. Never rejects.
 */
export async function settle({ connect, user }: ChangeWay, push: HostPush, undo: boolean): Promise<Settled> {
  const dueMs = performance.now() + push.undoAfterSeconds * 1000 + UNDO_GRACE_MS
  let settled: Settled = { verdict: 'unknown', answer: undefined }
  for (let round = 0; ; round++) {
    try {
      const open = await connect(round > 0 || undo, AbortSignal.timeout(30_000))
      const lane = openLane(open, user)
      try {
        const [answer] = await lane.take([undo ? 'undo' : 'look'], push, AbortSignal.timeout(170_000))
        if (answer === undefined) return settled
        const found = verdictOf(answer, push)
        const verdict = found === 'under-way' ? 'unknown' : found
        settled = { verdict, answer }
        if (verdict === 'committed-proven' || verdict === 'rolled-back-proven') {
          await lane.take(['clear'], push, AbortSignal.timeout(30_000)).catch(() => undefined)
          return settled
        }
        if (verdict === 'rolled-back-not-proven' && round >= 3) return settled
        // The host knows nothing of it any more: waiting changes nothing.
        if (answer.ended && answer.open?.id !== push.id) return settled
      } finally {
        void lane.close()
        open.close()
      }
    } catch {
      settled = { verdict: 'unknown', answer: undefined }
    }
    if (performance.now() > dueMs) return settled
    await pause(LOOK_AGAIN_MS)
  }
}

/** What to do on the console of the host, when nothing is certain: first what every host has, then what only one with systemd has. */
export const adviceFor = (verdict: PushVerdict, { unit }: Pick<HostPush, 'unit'>): string =>
  verdict === 'unknown' || verdict === 'rolled-back-not-proven'
    ? `On the console of the host, as root: sh /var/lib/gatehouse-push/undo, unless that folder holds "undone" or "committed" or is gone. Then, with systemd: ${[
        'systemctl list-timers gatehouse-undo.timer',
        ...(unit === '' ? [] : [`systemctl status ${unit}`]),
      ].join('; ')}`
    : ''
