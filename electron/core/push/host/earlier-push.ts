import { visible } from '#shared/words.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { HostAnswer } from './answer.ts'
import type { HostPush } from './program.ts'
import type { StepLane } from './step-lane.ts'

/** How long, by the clock of the host, a push that has not armed its undo is left alone. Clearing it too early only makes its next step fail. */
const ABANDONED_SECONDS = 30

interface Meeting {
  readonly lane: StepLane
  /** What the host said of the push that holds its lock. */
  readonly found: HostAnswer
  /** The push that met it. */
  readonly push: HostPush
  readonly host: string
  readonly ledger: Ledger
  readonly signal: AbortSignal
}

/** True when an earlier push that ended, or that changed nothing and was left, was written down and cleared away. Rejects with the failure of the connection. */
export async function collectEarlier({ lane, found, push, host, ledger, signal }: Meeting): Promise<boolean> {
  const { open, marks, armed } = found
  if (open === undefined) return false
  const ended = marks.has('undone') || marks.has('committed')
  const age = (found.now ?? Date.now() / 1000) - open.since
  // One of the future began before the clock of the host went back.
  const left = !armed && !marks.has('writing') && (age > ABANDONED_SECONDS || age < 0)
  if (!ended && !left) return false
  const how = marks.has('committed') ? 'it was committed' : ended ? 'its undo ran' : 'it changed nothing'
  ledger.append({ action: 'push.collect', host, subject: visible(open.id).slice(0, 100), detail: `met by ${push.id}: ${how}` })
  await lane.take([ended ? 'clear' : 'undo'], { ...push, id: open.id }, signal)
  return true
}

const BY_HAND = 'as root on the host: sh /var/lib/gatehouse-push/undo'

/** Who holds the lock of the host, since when, and what becomes of it. */
export const holderWords = ({ open, armed, marks }: HostAnswer): string => {
  const since = open && open.since > 0 && open.since < 8e9 ? new Date(open.since * 1000).toISOString() : 'an unknown time'
  const what = armed
    ? `its undo is armed and ends it; where it does not, ${BY_HAND}`
    : marks.has('writing')
      ? `it has written files, and nothing there runs its undo any more: gatehouse undo on its console, or ${BY_HAND}`
      : 'it has changed nothing yet; left like this, the next push clears it away'
  const whose = open && open.id !== 'none' ? `, push ${open.id}` : ''
  return visible(`held by ${open?.who || 'somebody'} since ${since} by the clock of the host${whose}: ${what}`)
}
