import { failureOf, GatehouseError, messageOf } from '#shared/errors.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { visible } from '#shared/words.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { ChangeWay } from '../host/settle.ts'
import { runStep } from '../host/step-lane.ts'
import { hostPushOfKept } from './revert.ts'

/** By how much the undo is put off at once. */
export const EXTEND_SECONDS = 120
export const EXTEND_TIMEOUT_MS = 60_000

/** What the step answers (`../host/extend.ts`), for people. */
const words: Readonly<Record<string, string>> = {
  lost: 'the host holds nothing of this push any more: it was committed, or its undo ran',
  undone: 'the change is committed, or its undo has begun',
  enough: '15 minutes from now is the most, and',
  unwritable: 'the host could not write the new timer',
  'not-armed': 'the new timer did not start on the host',
}
const wordsOf = ({ code, detail }: { readonly code: string; readonly detail: string }): string => `${words[code] ?? code} ${detail}`.trim()

interface ExtendRequest {
  readonly way: ChangeWay
  readonly ledger: Pick<Ledger, 'append'>
  readonly plan: PushPlan
  readonly seconds: number
  readonly signal: AbortSignal
}

/**
 * Puts the undo of an open push off, over a shell beside the one that takes its steps; in the ledger before it is asked, and after. In how many seconds it
 * runs now. Throws `push.not-extended` unless the host says so, and what the ledger throws.
 */
export async function extendUndo({ way, ledger, plan, seconds, signal }: ExtendRequest): Promise<number> {
  const note = (action: string, detail: string) =>
    ledger.append({ action: `push.${action}`, host: plan.host, subject: plan.id, detail: visible(detail).slice(0, 2000) })
  note('extend', `by ${seconds} s`)
  try {
    const session = await way.connect(false, signal)
    try {
      const push = { ...hostPushOfKept(plan), undoAfterSeconds: seconds }
      const { ended, failed, undoInSeconds } = await runStep(session, 'extend', push, way.user, signal)
      if (!ended || undoInSeconds === undefined) throw new Error(failed ? wordsOf(failed) : 'it did not answer')
      note('extended', `the undo runs by itself in ${undoInSeconds} s`)
      return undoInSeconds
    } finally {
      session.close()
    }
  } catch (error) {
    const why = error instanceof GatehouseError ? failureOf(error).detail : messageOf(error)
    note('not-extended', why)
    throw new GatehouseError({ code: 'push.not-extended', detail: `${plan.host}: ${visible(why)}`, host: plan.host })
  }
}
