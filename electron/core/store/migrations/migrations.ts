import { sql as audits } from './0001-audits.ts'

/** In order; a database at version n has seen the first n. Append only. */
export const migrations: readonly string[] = [audits]
