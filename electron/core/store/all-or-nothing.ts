import type Database from 'libsql'

/**
 * A function whose writes are kept all or none. When the disk is full SQLite ends the transaction by itself (sqlite.org/lang_transaction.html, "Response
 * to errors"), so there may be nothing left to roll back; the error that tells why is the one that is thrown.
 */
export const allOrNothing =
  <Words extends readonly unknown[], Result>(database: Database.Database, work: (...words: Words) => Result) =>
  (...words: Words): Result => {
    database.exec('BEGIN')
    try {
      const result = work(...words)
      database.exec('COMMIT')
      return result
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
