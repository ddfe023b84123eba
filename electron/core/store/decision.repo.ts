import type Database from 'libsql'
import type { Attestation } from '#shared/model/attestation.ts'
import type { Waiver } from '#shared/model/waiver.ts'
import { allOrNothing } from './all-or-nothing.ts'

/** What people decided about one fleet. Nothing is ever changed or removed: a decision is withdrawn, and stays to be read. */
export interface DecisionRepo<T extends Waiver | Attestation> {
  /** Adds a decision; one about the same that still stood is withdrawn by the same person at the same time. */
  add(fleet: string, decision: T, by: string, at: string): void
  /** False when there is no such decision in this fleet, or it was withdrawn before. */
  withdraw(fleet: string, id: string, by: string, at: string): boolean
  /** Newest first. */
  list(fleet: string): T[]
}

type Row = Record<string, unknown>

/** Waivers stay where they were withdrawn or are over: an audit of an earlier day is shown with them. */
export const createWaiverRepo = (database: Database.Database): DecisionRepo<Waiver> =>
  createRepo(database, 'waiver', 'granted_at', ({ grantedAt }) => grantedAt)

/** Statements, kept as waivers are. */
export const createAttestationRepo = (database: Database.Database): DecisionRepo<Attestation> =>
  createRepo(database, 'attestation', 'stated_at', ({ statedAt }) => statedAt)

/** The two tables differ in their name and in what their date is called. */
function createRepo<T extends Waiver | Attestation>(
  database: Database.Database,
  table: 'waiver' | 'attestation',
  dateColumn: 'granted_at' | 'stated_at',
  dateOf: (decision: T) => string,
): DecisionRepo<T> {
  const insert = database.prepare(
    `INSERT INTO ${table} (id, fleet, host, control, subject, ${dateColumn}, ${table}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const replace = database.prepare(
    `UPDATE ${table} SET withdrawn_at = ?, withdrawn_by = ? WHERE fleet = ? AND host IS ? AND control = ? AND subject = ? AND withdrawn_at IS NULL`,
  )
  const withdraw = database.prepare(
    `UPDATE ${table} SET withdrawn_at = ?, withdrawn_by = ? WHERE fleet = ? AND id = ? AND withdrawn_at IS NULL`,
  )
  const list = database.prepare(
    `SELECT ${table} AS decision, withdrawn_at, withdrawn_by FROM ${table} WHERE fleet = ? ORDER BY ${dateColumn} DESC, rowid DESC`,
  )
  return {
    add: allOrNothing(database, (fleet: string, decision: T, by: string, at: string) => {
      const { id, host, control, subject } = decision
      replace.run(at, by, fleet, host, control, subject)
      insert.run(id, fleet, host, control, subject, dateOf(decision), JSON.stringify(decision))
    }) as DecisionRepo<T>['add'],
    withdraw: (fleet, id, by, at) => withdraw.run(at, by, fleet, id).changes === 1,
    list: (fleet) =>
      (list.all(fleet) as Row[]).map((row) => ({
        ...(JSON.parse(String(row.decision)) as T),
        ...(row.withdrawn_at === null ? {} : { withdrawn: { by: String(row.withdrawn_by), at: String(row.withdrawn_at) } }),
      })),
  }
}
