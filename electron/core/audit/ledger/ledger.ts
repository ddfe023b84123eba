import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { GatehouseError } from '#shared/errors.ts'
import type { Clock } from '../../ports.ts'
import { EMPTY_HEAD, type LedgerHead, type LedgerReading, readLedger } from './read-ledger.ts'
import { type LedgerEntry, type LedgerRecord, ledgerRecordSchema, sealed } from './record.ts'

/** The console's own log of what it did and was asked. */
export interface Ledger {
  readonly path: string
  /** Returns when the record is on the disk. Throws `ledger.broken`, `ledger.busy`, `store.unwritable`; then nothing may be done. */
  append(entry: LedgerEntry): LedgerRecord
  /** Reads and checks all of it; repairs nothing. Throws `store.unwritable` when it is there and cannot be read. */
  read(): LedgerReading
}

const headSchema = ledgerRecordSchema.pick({ seq: true, hash: true })
const LOCK_ATTEMPTS = 40
const LOCK_PAUSE_MS = 50

/** `folder` is the data folder of the console. Two programs that write at once take turns. */
export function createLedger(folder: string, clock: Clock, who: string): Ledger {
  const path = join(folder, 'ledger.jsonl')
  const headPath = join(folder, 'ledger.head')

  function read(): LedgerReading {
    const noted = contentOf(headPath)
    const parsed = noted === undefined ? undefined : headSchema.safeParse(jsonOf(noted))
    const reading = readLedger(contentOf(path) ?? '', parsed?.data ?? EMPTY_HEAD)
    if (reading.broken) return reading
    const line = reading.records.length
    if (parsed?.success === false) return { ...reading, broken: { line, reason: 'cannot be held against ledger.head, which is no head' } }
    // A first record whose head was not written yet is the only one without any.
    if (parsed === undefined && line > 1)
      return { ...reading, broken: { line, reason: 'cannot be held against ledger.head, which is gone' } }
    return reading
  }

  return {
    path,
    read,
    append(entry) {
      const release = lock(join(folder, 'ledger.lock'))
      try {
        const { head, broken } = read()
        if (broken) throw new GatehouseError({ code: 'ledger.broken', detail: `${path}: record ${broken.line} ${broken.reason}` })
        const at = new Date(clock.now()).toISOString()
        const line = sealed({ ...entry, seq: head.seq + 1, at, who, digests: { ...entry.digests }, previous: head.hash })
        const record = ledgerRecordSchema.parse(JSON.parse(line))
        writeDurably(path, 'a', `${line}\n`)
        note(headPath, { seq: record.seq, hash: record.hash })
        return record
      } catch (error) {
        throw error instanceof GatehouseError || error instanceof z.ZodError ? error : unwritable(path, error)
      } finally {
        release()
      }
    },
  }
}

function note(path: string, head: LedgerHead): void {
  writeDurably(`${path}.new`, 'w', `${JSON.stringify(head)}\n`)
  renameSync(`${path}.new`, path)
  syncFolder(dirname(path))
}

function writeDurably(path: string, flags: 'a' | 'w', text: string): void {
  const file = openSync(path, flags, 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Windows cannot open a folder; its file systems keep the order by themselves. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unwritable(path, error)
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A file that only one can make, with the process in it; that of a process which is gone is taken away. */
function lock(path: string): () => void {
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writeDurablyNew(path)
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw unwritable(path, error)
      const owner = Number(contentOf(path) ?? '0')
      if (owner > 0 && isGone(owner)) rmSync(path, { force: true })
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_PAUSE_MS)
    }
  }
  throw new GatehouseError({ code: 'ledger.busy', detail: path })
}

function writeDurablyNew(path: string): void {
  const file = openSync(path, 'wx', 0o600)
  writeSync(file, String(process.pid))
  closeSync(file)
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'code') : undefined)

const unwritable = (path: string, cause: unknown): GatehouseError =>
  new GatehouseError({ code: 'store.unwritable', detail: `${path}: ${cause instanceof Error ? cause.message : String(cause)}` }, { cause })
