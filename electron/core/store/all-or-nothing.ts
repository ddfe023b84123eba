import type Database from 'libsql'
import { namedIfBusy } from './held-by.ts'

/**
 * Work inside of other such work is part of that. When the disk is full SQLite ends the transaction by itself (sqlite.org/lang_transaction.html,
 * "Response to errors"), so there may be nothing left to roll back; the error that tells why is the one that is thrown. Throws
 * `store.busy` when another program has not let go of the database after five seconds.
 */
function transacted<Result>(database: Database.Database, begin: 'BEGIN' | 'BEGIN IMMEDIATE', work: () => Result): Result {
  if (database.inTransaction) return work()
  try {
    database.exec(begin)
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK')
    throw namedIfBusy(error, fileOf(database))
  }
}

/** libsql does not keep the name that it was opened by. */
const fileOf = (database: Database.Database): string =>
  (database.prepare('PRAGMA database_list').get() as { file?: string } | undefined)?.file ?? 'the database'

/** A function whose writes are kept all or none. */
export const allOrNothing =
  <Words extends readonly unknown[], Result>(database: Database.Database, work: (...words: Words) => Result) =>
  (...words: Words): Result =>
    transacted(database, 'BEGIN', () => work(...words))

/** Runs work that looks first and then writes; all or none of it is kept. */
export type Undisturbed = <Result>(work: () => Result) => Result

/** No other program writes to the database from the first look on (BEGIN IMMEDIATE): it waits, and then finds what was written here. */
export const undisturbed =
  (database: Database.Database): Undisturbed =>
  (work) =>
    transacted(database, 'BEGIN IMMEDIATE', work)
