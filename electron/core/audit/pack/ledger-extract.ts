import { z } from 'zod'
import { type LedgerHead, type LedgerReading, readLedger, recordOf } from '../../ledger/read-ledger.ts'
import { ledgerRecordSchema, sealed } from '../../ledger/record.ts'
import { LEDGER, LEDGER_HEAD, type PackFile } from './pack-file.ts'

/** More than a console does in years; a pack stays one that can be sent. */
const MAX_RECORDS = 20_000

/** The newest records of a ledger that is whole, and its head: with both, order, content and tail can be followed. */
export function ledgerExtract({ records, head }: LedgerReading): PackFile[] {
  const kept = records.slice(-MAX_RECORDS)
  return [
    { path: LEDGER, pieces: [kept.map((record) => `${sealed(record)}\n`).join('')] },
    { path: LEDGER_HEAD, pieces: [`${JSON.stringify(head)}\n`] },
  ]
}

const headSchema = z.object({ seq: z.int().min(0), hash: ledgerRecordSchema.shape.hash })

/** What is wrong with an extract; undefined when its chain is whole from its first record to its head. Pure, never throws. */
export function extractProblem(text: string, headText: string): string | undefined {
  const head = headOf(headText)
  if (head === undefined) return `${LEDGER_HEAD} is no head`
  const first = recordOf(text.split('\n', 1)[0] ?? '')
  const before = first && { seq: first.seq - 1, hash: first.previous }
  const { broken, head: last } = readLedger(text, head, before)
  if (broken) return `record ${broken.line} of ${LEDGER} ${broken.reason}`
  return last.seq === head.seq && last.hash === head.hash ? undefined : `the last record of ${LEDGER} is not that of ${LEDGER_HEAD}`
}

function headOf(text: string): LedgerHead | undefined {
  try {
    return headSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
