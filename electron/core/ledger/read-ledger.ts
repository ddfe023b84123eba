import { FIRST, type LedgerRecord, ledgerRecordSchema, sealed } from './record.ts'

export interface LedgerHead {
  readonly seq: number
  readonly hash: string
}

export interface LedgerReading {
  /** Those before the first break. */
  readonly records: readonly LedgerRecord[]
  readonly head: LedgerHead
  /** Where the chain breaks first, and how. Absent when it is whole. */
  readonly broken?: { readonly line: number; readonly reason: string }
}

export const EMPTY_HEAD: LedgerHead = { seq: 0, hash: FIRST }

/**
 * Follows the chain. `head` is what was noted beside the ledger after the last write: with it, records that are missing at the end are
 * found, too. `before` is where an extract begins: the record before its first. Pure, never throws.
 */
export function readLedger(text: string, head: LedgerHead, before: LedgerHead = EMPTY_HEAD): LedgerReading {
  const lines = text.split('\n')
  const rest = lines.pop()
  const records: LedgerRecord[] = []
  let last = before
  const broken = (reason: string): LedgerReading => ({ records, head: last, broken: { line: records.length + 1, reason } })
  for (const line of lines) {
    const record = recordOf(line)
    if (record === undefined) return broken('is no record')
    if (record.seq !== last.seq + 1) return broken(`has number ${record.seq}; expected ${last.seq + 1}`)
    if (record.previous !== last.hash) return broken('does not follow from the record before it')
    if (sealed(record) !== line) return broken('does not have the hash of its own text')
    if (head.seq === record.seq && head.hash !== record.hash) return broken('is not the one that was written in its place')
    records.push(record)
    last = { seq: record.seq, hash: record.hash }
  }
  if (rest !== '') return broken('ends in the middle')
  if (head.seq > last.seq) return broken(`is missing: ${head.seq} records were written, ${last.seq} are there`)
  return { records, head: last }
}

/** One line of the ledger; undefined where it is no record, which the chain then tells. */
export function recordOf(line: string): LedgerRecord | undefined {
  try {
    return ledgerRecordSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
