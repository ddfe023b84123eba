import type Database from 'libsql'
import type { Registration, RegistrationStep } from '#shared/model/model-registration.ts'
import type { PublisherChange } from '#shared/model/publisher.ts'
import type { Quarantined } from '#shared/model/quarantined.ts'

/** Registrations of models and changes of the list of publishers. Only ever added to. */
export interface RegistrationRepo {
  /** In the order in which they were requested. */
  list(fleet: string): Registration[]
  /** Adds one step; the first begins the registration. */
  add(fleet: string, id: string, model: string, step: RegistrationStep): void
  publisherChanges(): PublisherChange[]
  /** What lies in quarantine now. */
  quarantined(fleet: string): Quarantined[]
  quarantine(fleet: string, taken: Quarantined): void
  release(fleet: string, id: string, at: string): void
  changePublisher(change: PublisherChange): void
}

type Row = Record<string, unknown>

/** Steps, changes of publishers and quarantines are only ever added; a release dates what was taken. */
export function createRegistrationRepo(database: Database.Database): RegistrationRepo {
  const insert = database.prepare('INSERT INTO registration_step (fleet, registration, model, step) VALUES (?, ?, ?, ?)')
  const all = database.prepare('SELECT registration, model, step FROM registration_step WHERE fleet = ? ORDER BY position')
  const insertChange = database.prepare('INSERT INTO publisher_change (change) VALUES (?)')
  const allChanges = database.prepare('SELECT change FROM publisher_change ORDER BY position')
  const insertTaken = database.prepare('INSERT INTO quarantine (fleet, id, taken) VALUES (?, ?, ?)')
  const releaseTaken = database.prepare('UPDATE quarantine SET released_at = ? WHERE fleet = ? AND id = ? AND released_at IS NULL')
  const allTaken = database.prepare('SELECT taken FROM quarantine WHERE fleet = ? AND released_at IS NULL ORDER BY position')
  return {
    list(fleet) {
      const found = new Map<string, { readonly id: string; readonly model: string; readonly steps: RegistrationStep[] }>()
      for (const row of all.all(fleet) as Row[]) {
        const id = String(row.registration)
        const registration = found.get(id) ?? { id, model: String(row.model), steps: [] }
        registration.steps.push(JSON.parse(String(row.step)) as RegistrationStep)
        found.set(id, registration)
      }
      return [...found.values()]
    },
    add: (fleet, id, model, step) => void insert.run(fleet, id, model, JSON.stringify(step)),
    publisherChanges: () => (allChanges.all() as Row[]).map((row) => JSON.parse(String(row.change)) as PublisherChange),
    quarantined: (fleet) => (allTaken.all(fleet) as Row[]).map((row) => JSON.parse(String(row.taken)) as Quarantined),
    quarantine: (fleet, taken) => void insertTaken.run(fleet, taken.id, JSON.stringify(taken)),
    release: (fleet, id, at) => void releaseTaken.run(at, fleet, id),
    changePublisher: (change) => void insertChange.run(JSON.stringify(change)),
  }
}
