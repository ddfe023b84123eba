import { type KeyObject, verify } from 'node:crypto'
import { z } from 'zod'
import { type ConsoleKey, keyIdOf } from '../signing/console-key.ts'
import type { LedgerHead } from './read-ledger.ts'
import { ledgerRecordSchema } from './record.ts'

const headSchema = z.strictObject({
  /** What is signed, so that no other signature of the key passes for one of these. */
  states: z.literal('gatehouse ledger head'),
  ...ledgerRecordSchema.pick({ seq: true, hash: true }).shape,
  key: z.string().regex(/^[0-9a-f]{32}$/),
})

/** Two lines: the head as JSON, and the Ed25519 signature over the first line without its newline, in base64. */
export function signedHead({ seq, hash }: LedgerHead, key: ConsoleKey): string {
  const line = JSON.stringify({ states: 'gatehouse ledger head', seq, hash, key: key.keyId })
  return `${line}\n${Buffer.from(key.sign(Buffer.from(line))).toString('base64')}\n`
}

type HeadReading = { readonly head: LedgerHead } | { readonly wrong: string }

/** The head that `key` signed, or why there is none. Pure, never throws. */
export function readSignedHead(text: string, key: KeyObject): HeadReading {
  const [line = '', signature = '', ...rest] = text.split('\n')
  const head = headSchema.safeParse(jsonOf(line)).data
  if (head === undefined || rest.join('') !== '') return { wrong: 'which is no head' }
  if (head.key !== keyIdOf(key)) return { wrong: `which is signed by the key ${head.key}, not by ${keyIdOf(key)}` }
  if (!verify(null, Buffer.from(line), key, Buffer.from(signature, 'base64'))) return { wrong: 'whose signature is wrong' }
  return { head: { seq: head.seq, hash: head.hash } }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
