import type Database from 'libsql'

/**
 * Work inside of other such work is part of that. When the disk is full SQLite ends the transaction by itself (sqlite.org/lang_transaction.html,
 * "Response to errors"), so there may be nothing left to roll back; the error that tells why is the one that is thrown.
 */
function transacted<Result>(database: Database.Database, begin: 'BEGIN' | 'BEGIN IMMEDIATE', work: () => Result): Result {
  if (database.inTransaction) return work()
  database.exec(begin)
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK')
    throw error
  }
}

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
