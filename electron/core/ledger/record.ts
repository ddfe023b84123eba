import { createHash } from 'node:crypto'
import { z } from 'zod'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** One line of the ledger. Key order is the order of the line: the hash is taken over the text. */
export const ledgerRecordSchema = z.strictObject({
  seq: z.int().min(1),
  /** ISO 8601, UTC, by the clock of this console. */
  at: z.iso.datetime(),
  /** Account of the person at this console. */
  who: z.string().max(200),
  /** `push.stage`, `push.verdict` … */
  action: z.string().regex(/^[a-z]+(?:[.-][a-z]+)*$/),
  host: z.string().max(200),
  /** One thing that is done has one id, e.g. that of its plan. */
  subject: z.string().max(200),
  /** For people; never a secret. */
  detail: z.string().max(4000),
  digests: z.record(z.string(), sha256),
  /** Hash of the record before; zeros for the first. */
  previous: sha256,
  /** SHA-256 of the line without this member: `{"seq":…,"previous":"…"}`. */
  hash: sha256,
})
export type LedgerRecord = z.infer<typeof ledgerRecordSchema>

/** What is written, before it has its place in the chain. */
export type LedgerEntry = Pick<LedgerRecord, 'action' | 'host' | 'subject' | 'detail'> & {
  readonly digests?: Readonly<Record<string, string>>
}

/** `previous` of the first record. */
export const FIRST = '0'.repeat(64)

/** In hexadecimal; a text is taken as UTF-8. */
export const sha256Of = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

/** The line of a record, without its newline. */
export function sealed(body: Omit<LedgerRecord, 'hash'>): string {
  const { seq, at, who, action, host, subject, detail, digests, previous } = body
  const text = JSON.stringify({ seq, at, who, action, host, subject, detail, digests, previous })
  return `${text.slice(0, -1)},"hash":"${sha256Of(text)}"}`
}
