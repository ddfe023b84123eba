import type Database from 'libsql'
import type { ItemId } from '#shared/model/checklist.ts'
import type { StepDraft, StepRecord, Walkthrough } from '#shared/model/walkthrough.ts'

export interface WalkthroughHead extends Pick<Walkthrough, 'id' | 'startedAt' | 'startedBy' | 'auditor' | 'closedAt'> {
  /** Results with a sequence up to it were known when it began. */
  readonly sequence: number
}

/** Walkthroughs of a fleet. What was recorded is never changed or removed. */
export interface WalkthroughRepo {
  start(fleet: string, head: Omit<WalkthroughHead, 'closedAt'>): void
  close(id: string, at: string, by: string): void
  /** Newest first. */
  list(fleet: string): WalkthroughHead[]
  record(id: string, record: StepRecord): void
  /** The newest of each item. */
  records(id: string): Map<ItemId, StepRecord>
  /** Every one, oldest first. */
  allRecords(id: string): StepRecord[]
  saveDraft(id: string, item: ItemId, draft: StepDraft): void
  dropDraft(id: string, item: ItemId): void
  drafts(id: string): Map<ItemId, StepDraft>
}

type Row = Record<string, unknown>

/** Records are only ever added, the last of an item counts; drafts are one per item, and replaced. */
export function createWalkthroughRepo(database: Database.Database): WalkthroughRepo {
  const insert = database.prepare(
    'INSERT INTO walkthrough (id, fleet, started_at, started_by, auditor, sequence) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const close = database.prepare('UPDATE walkthrough SET closed_at = ?, closed_by = ? WHERE id = ? AND closed_at IS NULL')
  const list = database.prepare('SELECT * FROM walkthrough WHERE fleet = ? ORDER BY started_at DESC, rowid DESC')
  const insertRecord = database.prepare('INSERT INTO walkthrough_record (walkthrough_id, item, record) VALUES (?, ?, ?)')
  const records = database.prepare('SELECT record FROM walkthrough_record WHERE walkthrough_id = ? ORDER BY position')
  const saveDraft = database.prepare(
    `INSERT INTO walkthrough_draft (walkthrough_id, item, draft) VALUES (?, ?, ?)
     ON CONFLICT (walkthrough_id, item) DO UPDATE SET draft = excluded.draft`,
  )
  const dropDraft = database.prepare('DELETE FROM walkthrough_draft WHERE walkthrough_id = ? AND item = ?')
  const drafts = database.prepare('SELECT item, draft FROM walkthrough_draft WHERE walkthrough_id = ?')
  const allRecords = (id: string): StepRecord[] => (records.all(id) as Row[]).map(({ record }) => JSON.parse(String(record)) as StepRecord)
  return {
    start: (fleet, { id, startedAt, startedBy, auditor, sequence }) => void insert.run(id, fleet, startedAt, startedBy, auditor, sequence),
    close: (id, at, by) => void close.run(at, by, id),
    list: (fleet) =>
      (list.all(fleet) as Row[]).map((row) => ({
        ...{ id: String(row.id), startedAt: String(row.started_at), startedBy: String(row.started_by), auditor: String(row.auditor) },
        ...{ sequence: Number(row.sequence), closedAt: row.closed_at === null ? null : String(row.closed_at) },
      })),
    record: (id, record) => void insertRecord.run(id, record.item, JSON.stringify(record)),
    records: (id) => new Map(allRecords(id).map((record) => [record.item, record])),
    allRecords,
    saveDraft: (id, item, draft) => void saveDraft.run(id, item, JSON.stringify(draft)),
    dropDraft: (id, item) => void dropDraft.run(id, item),
    drafts: (id) => new Map((drafts.all(id) as Row[]).map(({ item, draft }) => [item as ItemId, JSON.parse(String(draft)) as StepDraft])),
  }
}
