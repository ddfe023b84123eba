import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { type Failure, GatehouseError, messageOf } from '#shared/errors.ts'
import { isBusy, namedIfBusy } from './held-by.ts'
import { migrations } from './migrations/migrations.ts'

/** Milliseconds that a statement waits for another program's lock. */
const PATIENCE = 'PRAGMA busy_timeout = 5000'

export interface OpenedDatabase {
  readonly database: Database.Database
  readonly path: string
  /** What was wrong with the database that should have been used. That file is kept as it was. */
  readonly failure: Failure | undefined
}

/**
 * Opens (or makes) `gatehouse.db` in a folder that only its owner may enter.
 * A corrupt file is renamed aside and a new one started. A file of a newer schema is left alone, and a file beside it is used.
 * Throws `store.unwritable` when the folder cannot be used at all, `store.busy` when another program does not let go of it.
 */
export function openDatabase(folder: string, now: number): OpenedDatabase {
  const path = join(folder, 'gatehouse.db')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    return openAt(path, folder, now)
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    if (isBusy(error)) throw namedIfBusy(error, path)
    throw new GatehouseError({ code: 'store.unwritable', detail: `${path}: ${messageOf(error)}` }, { cause: error })
  }
}

function openAt(path: string, folder: string, now: number): OpenedDatabase {
  const first = inspect(path)
  if (first.state === 'newer') {
    const beside = join(folder, `gatehouse.schema-${migrations.length}.db`)
    return {
      database: usable(beside, now).database,
      path: beside,
      failure: {
        code: 'store.newer',
        detail: `${path} has schema ${first.version}, this program knows ${migrations.length}; ${beside} is used meanwhile`,
      },
    }
  }
  if (first.state === 'corrupt') {
    const aside = keepAside(path, now)
    return { database: fresh(path), path, failure: { code: 'store.corrupt', detail: `${first.reason}; kept as ${aside}` } }
  }
  return { database: fresh(path), path, failure: undefined }
}

/** The file beside a newer one may itself be damaged. */
function usable(path: string, now: number): { readonly database: Database.Database } {
  if (inspect(path).state === 'corrupt') keepAside(path, now)
  return { database: fresh(path) }
}

type Inspection =
  | { readonly state: 'sound' }
  | { readonly state: 'newer'; readonly version: number }
  | { readonly state: 'corrupt'; readonly reason: string }

/** Looks without writing: the header, the schema version, and the structure of every page. */
function inspect(path: string): Inspection {
  if (!existsSync(path)) return { state: 'sound' }
  let database: Database.Database | undefined
  try {
    database = new Database(path, { readonly: true })
    database.exec(PATIENCE)
    const version = versionOf(database)
    if (version > migrations.length) return { state: 'newer', version }
    const check = database.prepare('PRAGMA quick_check(1)').get() as { quick_check?: string } | undefined
    if (check?.quick_check !== 'ok') return { state: 'corrupt', reason: String(check?.quick_check ?? 'quick_check gave no answer') }
    return { state: 'sound' }
  } catch (error) {
    // Another program makes it or cleans it up right now, which says nothing about what is in it.
    if (isBusy(error)) throw error
    return { state: 'corrupt', reason: messageOf(error) }
  } finally {
    database?.close()
  }
}

function keepAside(path: string, now: number): string {
  const aside = `${path}.corrupt-${new Date(now).toISOString().replaceAll(':', '-')}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
  return aside
}

/** SQLite gives its -wal and -shm files the mode of the database, so making that 0600 first covers all three. */
function fresh(path: string): Database.Database {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
  const database = new Database(path)
  database.exec(`${PATIENCE}; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF`)
  toWal(database)
  migrate(database)
  return database
}

/** Two programs that make one database wait for each other's lock, so SQLite refuses one of them at once (sqlite3_busy_handler): it asks again. */
function toWal(database: Database.Database): void {
  for (let tries = 1; ; tries++) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || tries === 50) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20 + Math.random() * 80)
    }
  }
}

function migrate(database: Database.Database): void {
  const from = versionOf(database)
  for (const [index, sql] of migrations.entries()) {
    if (index < from) continue
    database.exec('BEGIN IMMEDIATE')
    try {
      // Another program may have taken the step while this one waited.
      if (versionOf(database) <= index) database.exec(`${sql} PRAGMA user_version = ${index + 1}`)
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }
}

const versionOf = (database: Database.Database): number =>
  (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
