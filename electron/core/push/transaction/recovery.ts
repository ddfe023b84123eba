import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { GatehouseError } from '#shared/errors.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { PushPlan, PushVerdict } from '#shared/model/push-plan.ts'
import { visible } from '#shared/words.ts'
import { changeIdentityOf, hostOf } from '../../fleet/named-host.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { type LedgerRecord, sha256Of } from '../../ledger/record.ts'
import type { Clock, Transport } from '../../ports.ts'
import { mustHaveEnded } from '../host/answer.ts'
import type { HostPush } from '../host/program.ts'
import { adviceFor, type ChangeWay, settle } from '../host/settle.ts'
import { openLane } from '../host/step-lane.ts'
import { readBackWords } from '../host/verdict.ts'
import { openPushes } from '../journal/history.ts'
import type { PlanArchive } from '../journal/plan-archive.ts'
import { committedPlan, hostPushOfKept, revertPlan } from './revert.ts'
import type { PushResult } from './transaction.ts'

export interface RecoveryPorts {
  readonly clock: Clock
  readonly ledger: Ledger
  readonly plans: PlanArchive
  readonly version: string
  readonly who: string
}

/** What follows a push, or comes before the first one: the end of an open one, taking one back, the drill. */
export interface Recovery {
  /** Pushes of this console without an end that anybody could tell, of this fleet or, with null, of any, oldest first. `plan` is null where it was not kept. */
  open(fleet: Fleet | null): { readonly record: LedgerRecord; readonly plan: PushPlan | null }[]
  /**
   * Asks the host what became of an open push; what was not committed is undone there, now. Its end is in the ledger afterwards, unless it is
   * `unknown` and the host still holds something of it, or was not reached. Throws `push.not-possible`, and what the ledger throws.
   */
  finish(fleet: Fleet, transport: Transport, id: string): Promise<PushResult>
  /** The plan that takes a committed push back; carried out like any other. Throws `push.not-possible`. */
  takeBack(id: string): PushPlan
  /** The last drill on this host that came out well. */
  drilled(host: string): LedgerRecord | undefined
  /**
   * Writes a file that means nothing to anybody, lets the undo of the host fire by itself, and proves that the file is gone. `rolled-back-proven` is
   * how it should end. `onArmed` is told when the undo will have fired. Throws when the host was not reached.
   */
  drill(
    fleet: Fleet,
    transport: Transport,
    host: string,
    signal: AbortSignal,
    onArmed?: (firesAt: Date) => void,
  ): Promise<PushResult & { readonly id: string }>
}

const DRILL_PATH = '/etc/gatehouse-drill/drill.conf'
/** From the moment at which it is armed; the file must be there before. */
export const DRILL_SECONDS = 15

/** For pushes whose end this console did not see: which are open, the ledger says, and what became of them, the host. */
export function createRecovery({ clock, ledger, plans, version, who }: RecoveryPorts): Recovery {
  const wayOf = (fleet: Fleet, transport: Transport, name: string): ChangeWay => {
    const host = hostOf(fleet, name)
    const identity = changeIdentityOf(fleet, host)
    return { user: identity.user, connect: (fresh, signal) => transport.connect({ ...host, identity }, { fresh, signal }) }
  }
  const records = (): readonly LedgerRecord[] => ledger.read().records
  const open: Recovery['open'] = (fleet) =>
    openPushes(records())
      .map((record) => ({ record, plan: plans.find(record.subject) ?? null }))
      .filter(
        ({ record, plan }) =>
          fleet === null || (plan === null ? fleet.hosts.some(({ name }) => name === record.host) : plan.fleet === fleet.name),
      )

  return {
    open,
    async finish(fleet, transport, id) {
      const found = open(fleet).find(({ record }) => record.subject === id)
      if (found === undefined) throw new GatehouseError({ code: 'push.not-possible', detail: `no push ${id} is open here` })
      const { record, plan } = found
      if (plan === null) throw new GatehouseError({ code: 'push.not-possible', detail: `the plan of ${id} is gone from this console` })
      const push = hostPushOfKept(plan)
      ledger.append({ action: 'push.finish', host: plan.host, subject: id, detail: `open since ${record.at}, after ${record.action}` })
      const { verdict, answer } = await settle(wayOf(fleet, transport, plan.host), { ...push, undoAfterSeconds: 0 }, true)
      const readBack = visible(readBackWords(answer, push))
      const reason = verdict === 'committed-proven' ? '' : 'The console stopped in the middle.'
      // Where the host holds nothing of it any more, asking again tells nothing more.
      if (verdict !== 'unknown' || (answer?.ended && answer.open?.id !== id))
        ledger.append({
          ...{ action: 'push.verdict', host: plan.host, subject: id },
          detail: [`${verdict}.`, reason, readBack]
            .filter((words) => words !== '')
            .join(' ')
            .slice(0, 2000),
        })
      return { verdict, reason, readBack, advice: adviceFor(verdict, push) }
    },
    takeBack: (id) => revertPlan(committedPlan(id, ledger, plans), version, clock.now()),
    drilled: (host) =>
      records().findLast((record) => record.action === 'drill.verdict' && record.host === host && record.detail.startsWith(WELL)),
    async drill(fleet, transport, host, signal, onArmed) {
      const way = wayOf(fleet, transport, host)
      const id = randomUUID()
      const content = `# A drill of Gatehouse, ${id}. It means nothing and takes itself away.\n`
      const file = {
        ...{ kind: 'plain' as const, path: DRILL_PATH, uid: 0, gid: 0, mode: '644', content, random: false },
        ...{ before: 'absent', after: `${sha256Of(content)}:0:0:644` },
      }
      const push: HostPush = { id, who, unit: '', reverts: '', undoAfterSeconds: DRILL_SECONDS, files: [file] }
      const note = (action: string, detail: string) => ledger.append({ action: `drill.${action}`, host, subject: id, detail })
      note('begin', `writes ${DRILL_PATH} and waits for the undo to take it away`)
      const session = await way.connect(false, signal)
      const lane = openLane(session, way.user)
      let reason = ''
      try {
        for (const answer of await lane.take(['stage', 'arm', 'write'], push, signal)) mustHaveEnded(answer, host)
      } catch (error) {
        reason = error instanceof GatehouseError ? error.failure.detail : String(error)
      } finally {
        void lane.close()
        session.close()
      }
      // Nobody asks for the undo: it has to come by itself.
      if (reason === '') {
        onArmed?.(new Date(clock.now() + DRILL_SECONDS * 1000))
        await pause((DRILL_SECONDS + 2) * 1000, undefined, { signal }).catch(() => undefined)
      }
      const { verdict, answer } = await settle(way, push, reason !== '')
      const readBack = visible(readBackWords(answer, push))
      const fired = verdict === 'rolled-back-proven' && reason === '' && answer?.marks.has('writing') && answer.marks.has('undone')
      note('verdict', `${fired ? WELL : `${verdict}. ${reason}`} ${readBack}`.slice(0, 2000))
      const shown = fired ? verdict : worst(verdict)
      return { id, verdict: shown, reason, readBack, advice: adviceFor(shown, push) }
    },
  }
}

const WELL = 'The undo fired by itself.'
/** A drill proves nothing unless the undo fired by itself. */
const worst = (verdict: PushVerdict): PushVerdict => (verdict === 'rolled-back-proven' ? 'rolled-back-not-proven' : verdict)
