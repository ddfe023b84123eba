import type { PushRecord } from '#shared/model/push-job.ts'
import { type PushPlan, pushVerdicts } from '#shared/model/push-plan.ts'
import type { LedgerRecord } from '../../ledger/record.ts'

const ends = ['push.verdict', 'push.refused', 'push.collect']
/** Written beside the steps: they may come after the end. */
const aside = ['push.extend', 'push.extended', 'push.not-extended']

/** What a push may end with while its undo still tries. Asked for again (`push.finish`), the host says what became of it: that is an end. */
const unsettled: readonly PushRecord['state'][] = ['unknown', 'rolled-back-not-proven']

/**
 * The last record of each push that has no end: the console stopped in the middle, or could not tell what became of it, and no later push met what it left.
 */
export function openPushes(records: readonly LedgerRecord[]): LedgerRecord[] {
  const last = new Map<string, LedgerRecord>()
  for (const record of records) {
    if (!record.action.startsWith('push.')) continue
    const goesOn =
      record.action === 'push.verdict' && unsettled.includes(stateOf(record)) && last.get(record.subject)?.action !== 'push.finish'
    if (ends.includes(record.action) && !goesOn) last.delete(record.subject)
    else if (aside.includes(record.action) && !last.has(record.subject)) continue
    else last.set(record.subject, record)
  }
  return [...last.values()]
}

/** By how much the undo of a push was to be put off, all in all: at most, as an answer of the host may have been lost. Pure. */
export const extendedSeconds = (records: readonly LedgerRecord[], id: string): number =>
  records.reduce((sum, { action, subject, detail }) => {
    const by = action === 'push.extend' && subject === id ? /^by (\d{1,3}) s$/.exec(detail)?.[1] : undefined
    return sum + Number(by ?? 0)
  }, 0)

/** When the undo of a push that was begun runs by itself: about, as the host armed it some seconds after that was written down. Undefined before. Pure. */
export function undoDueMs(records: readonly LedgerRecord[], id: string): number | undefined {
  const armed = records.findLast(({ action, subject }) => action === 'push.arm' && subject === id)
  const seconds = /^the undo runs by itself in (\d{1,4}) s,/.exec(armed?.detail ?? '')?.[1]
  if (armed === undefined || seconds === undefined) return undefined
  return Date.parse(armed.at) + (Number(seconds) + extendedSeconds(records, id)) * 1000
}

/**
 * Why this plan is not carried out again; empty when it may be. The push has the id of its plan, so a second one would take the place of the first in the
 * history: of what was committed nobody could say so any more, nor take it back. One that changed nothing, or was undone, may be tried again.
 */
export function startedBefore(records: readonly LedgerRecord[], id: string): string {
  if (openPushes(records).some(({ subject }) => subject === id))
    return `push ${id} was begun before and has no end yet: gatehouse undo says what became of it`
  const state = pushRecords(
    records.filter(({ subject }) => subject === id),
    () => undefined,
  )[0]?.state
  if (state === undefined || state === 'refused' || state === 'rolled-back-proven') return ''
  return `this plan was carried out before${state === 'committed-proven' ? ', and committed and proven' : ''}; plan again`
}

const MAX_RECORDS = 500

/** Every push, newest first, as its records tell. */
export function pushRecords(records: readonly LedgerRecord[], planOf: (id: string) => PushPlan | undefined): PushRecord[] {
  const bySubject = new Map<string, LedgerRecord[]>()
  for (const record of records.filter(({ action }) => action.startsWith('push.'))) {
    const known = bySubject.get(record.subject)
    if (known) known.push(record)
    else bySubject.set(record.subject, [record])
  }
  const open = new Set(openPushes(records).map(({ subject }) => subject))
  const pushes = [...bySubject].flatMap(([id, [first, ...rest]]) =>
    first === undefined ? [] : [{ ...recordOf(id, first, rest), isOpen: open.has(id), plan: planOf(id) ?? null }],
  )
  return pushes.reverse().slice(0, MAX_RECORDS)
}

function recordOf(id: string, first: LedgerRecord, rest: readonly LedgerRecord[]): Omit<PushRecord, 'isOpen' | 'plan'> {
  const end = rest.findLast(({ action }) => ends.includes(action))
  const last = end ?? rest.at(-1) ?? first
  return {
    ...{ id, host: first.host, who: first.who, startedAt: first.at, detail: first.detail },
    state: stateOf(end),
    end: end === undefined ? `${last.action.slice('push.'.length)}: ${last.detail}` : last.detail.replace(`${stateOf(end)}. `, '').trim(),
  }
}

/** A verdict stands at the beginning of its words. */
function stateOf(end: LedgerRecord | undefined): PushRecord['state'] {
  if (end === undefined) return 'open'
  if (end.action === 'push.refused') return 'refused'
  if (end.action === 'push.collect') return 'collected'
  return pushVerdicts.find((verdict) => end.detail.startsWith(`${verdict}.`)) ?? 'unknown'
}
