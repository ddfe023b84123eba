import type { KeyObject } from 'node:crypto'
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { GatehouseError } from '#shared/errors.ts'
import type { Clock } from '../ports.ts'
import { keyIdOf, openConsoleKey, PUBLIC_FILE, publicKeyOf } from '../signing/console-key.ts'
import { EMPTY_HEAD, type LedgerHead, type LedgerReading, readLedger } from './read-ledger.ts'
import { type LedgerEntry, type LedgerRecord, ledgerRecordSchema, sealed } from './record.ts'
import { readSignedHead, signedHead } from './signed-head.ts'

/** The console's own log of what it did and was asked. */
export interface Ledger {
  readonly path: string
  /**
   * Returns when the record is on the disk. Throws `ledger.broken`, `ledger.busy`, `signing.key-unusable`, `store.unwritable`; then nothing
   * may be done.
   */
  append(entry: LedgerEntry): LedgerRecord
  /** Reads and checks all of it; repairs nothing. Throws `store.unwritable` when it is there and cannot be read. */
  read(): SignedReading
}

export interface SignedReading extends LedgerReading {
  /** Id of the key that signed the head; absent where there is no record, or none that is signed. */
  readonly signedBy?: string
  /** Text of a record that a full disk, a crash or a cut of power left half-written: nothing was done on the strength of it. */
  readonly unfinished?: string
}

const LOCK_ATTEMPTS = 40
const LOCK_PAUSE_MS = 50

/**
 * `folder` is the data folder of the console. Two programs that write at once take turns. `pinned` is the public key that must have signed,
 * where it is known from elsewhere; else it is the one in the folder.
 */
export function createLedger(folder: string, clock: Clock, who: string, pinned?: KeyObject): Ledger {
  const path = join(folder, 'ledger.jsonl')
  const headPath = join(folder, 'ledger.head')
  const nextPath = `${headPath}.next`

  /** Takes no lock, so that a ledger is read where nothing may be written: what another program writes meanwhile is waited for. */
  function read(): SignedReading {
    for (let attempt = 1; ; attempt++) {
      const [noted, next] = [contentOf(headPath), contentOf(nextPath)]
      const reading = readingOf(contentOf(path) ?? '', noted, next)
      if (!reading.broken || noted === contentOf(headPath) || attempt === LOCK_ATTEMPTS) return reading
      pause()
    }
  }

  function readingOf(text: string, noted: string | undefined, next: string | undefined): SignedReading {
    if (text === '' && noted === undefined) return readLedger('', EMPTY_HEAD)
    const key = pinned ?? publicKeyIn(folder)
    if (key === undefined) return against(text, `${PUBLIC_FILE}, which is gone`)
    // Written before its record: it stands for the one record that a console which died in between could still write.
    const coming = next === undefined ? undefined : readSignedHead(next, key)
    const last = noted === undefined ? { head: EMPTY_HEAD } : readSignedHead(noted, key)
    if ('wrong' in last) return against(text, `ledger.head, ${last.wrong}`)
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    // The record after the signed ones was begun, and what it was to be is signed.
    const begun = coming && 'head' in coming && coming.head.seq === last.head.seq + 1 ? text.slice(whole.length) : ''
    const reading = readLedger(begun === '' ? text : whole, last.head)
    if (reading.broken) return reading
    const { seq, hash } = reading.head
    const signed = [last, ...(coming ? [coming] : [])].some((it) => 'head' in it && it.head.seq === seq && it.head.hash === hash)
    if (signed) return { ...reading, signedBy: keyIdOf(key), ...(begun === '' ? {} : { unfinished: begun }) }
    if (noted === undefined) return against(text, 'ledger.head, which is gone')
    const records = reading.records.slice(0, last.head.seq)
    return {
      ...reading,
      records,
      broken: { line: records.length + 1, reason: 'was not written by this console: no signed head covers it' },
    }
  }

  function against(text: string, what: string): SignedReading {
    const reading = readLedger(text, EMPTY_HEAD)
    return { ...reading, broken: reading.broken ?? { line: reading.records.length, reason: `cannot be held against ${what}` } }
  }

  /** What a console that died between record and head had still to do: else the next head would take the place of the only proof of `head`. */
  function finish({ seq, hash }: LedgerHead): void {
    const [next, key] = [contentOf(nextPath), publicKeyIn(folder)]
    const coming = next === undefined || key === undefined ? undefined : readSignedHead(next, key)
    if (coming === undefined || !('head' in coming) || coming.head.seq !== seq || coming.head.hash !== hash) return
    renameSync(nextPath, headPath)
    syncFolder(folder)
  }

  function write(head: LedgerHead, entry: LedgerEntry): LedgerRecord {
    const key = openConsoleKey(folder)
    const at = new Date(clock.now()).toISOString()
    const line = sealed({ ...entry, seq: head.seq + 1, at, who, digests: { ...entry.digests }, previous: head.hash })
    const record = ledgerRecordSchema.parse(JSON.parse(line))
    writeDurably(nextPath, 'w', signedHead(record, key))
    syncFolder(folder)
    writeDurably(path, 'a', `${line}\n`)
    renameSync(nextPath, headPath)
    syncFolder(folder)
    return record
  }

  return {
    path,
    read,
    append(entry) {
      const release = lock(join(folder, 'ledger.lock'))
      try {
        const { head, unfinished } = wholeReading({ path, read })
        finish(head)
        if (unfinished === undefined) return write(head, entry)
        truncateSync(path, statSync(path).size - Buffer.byteLength(unfinished))
        const detail = `${unfinished.length} characters of a record that was never finished were taken away`
        return write(write(head, { action: 'ledger.unfinished', host: '', subject: '', detail }), entry)
      } catch (error) {
        throw error instanceof GatehouseError || error instanceof z.ZodError ? error : unwritable(path, error)
      } finally {
        release()
      }
    },
  }
}

/** What the ledger holds. Throws `ledger.broken` when it is not whole: what was read before the break looks whole by itself. */
export function wholeReading({ path, read }: Pick<Ledger, 'path' | 'read'>): SignedReading {
  const reading = read()
  const { broken } = reading
  if (broken) throw new GatehouseError({ code: 'ledger.broken', detail: `${path}: record ${broken.line} ${broken.reason}` })
  return reading
}

function publicKeyIn(folder: string): KeyObject | undefined {
  const path = join(folder, PUBLIC_FILE)
  const pem = contentOf(path)
  return pem === undefined ? undefined : publicKeyOf(pem, path)
}

function writeDurably(path: string, flags: 'a' | 'w', text: string): void {
  const file = openSync(path, flags, 0o600)
  try {
    // All of it, or an error: a single write(2) may stop short where the disk is full.
    writeFileSync(file, text)
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

const pause = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_PAUSE_MS)

/** A file that only one can make, with the process in it; that of a process which is gone is taken away. */
function lock(path: string): () => void {
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      makeLock(path)
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw unwritable(path, error)
      const owner = Number(contentOf(path) ?? '0')
      if (owner > 0 && isGone(owner)) rmSync(path, { force: true })
      else pause()
    }
  }
  throw new GatehouseError({ code: 'ledger.busy', detail: path })
}

/** Never there without its process in it, whenever this one is killed: of an empty one nobody could tell whether its owner is gone. */
function makeLock(path: string): void {
  const own = `${path}.${process.pid}`
  writeFileSync(own, String(process.pid), { mode: 0o600 })
  try {
    linkSync(own, path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error
    // A file system without hard links.
    copyFileSync(own, path, constants.COPYFILE_EXCL)
  } finally {
    rmSync(own, { force: true })
  }
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
