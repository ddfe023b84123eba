import type { LedgerRecord } from '../audit/ledger/record.ts'

const ends = ['push.verdict', 'push.refused', 'push.collect']

/** The last record of each push that has no end: the console stopped in the middle, and no later push met what it left. */
export function openPushes(records: readonly LedgerRecord[]): LedgerRecord[] {
  const last = new Map<string, LedgerRecord>()
  for (const record of records) {
    if (!record.action.startsWith('push.')) continue
    if (ends.includes(record.action)) last.delete(record.subject)
    else last.set(record.subject, record)
  }
  return [...last.values()]
}
