import type Database from 'libsql'
import type { ExpectedValue, HashAlgorithm } from '#shared/model/model-expected.ts'
import type { HostInventory, HostModel, ModelFile } from '#shared/model/model-inventory.ts'
import type { ScanReport } from '#shared/model/scan-report.ts'
import { allOrNothing } from './all-or-nothing.ts'

/** A file of a model as it is stored: its name inside the model, and the file that holds its bytes. */
export interface StoredFile {
  readonly name: string
  readonly file: ModelFile
  readonly role: 'weights' | 'code' | 'data' | 'document'
  readonly claim?: { readonly algorithm: HashAlgorithm; readonly value: string } | undefined
}

/** What identifies the content of a file without reading it: a changed byte changes at least its ctime. */
export type FileIdentity = Pick<ModelFile, 'device' | 'inode' | 'size' | 'mtimeNs' | 'ctimeNs'>

export interface StoredHash extends FileIdentity {
  readonly algorithm: HashAlgorithm
  /** Null when it could not be taken: then `problem` says why. */
  readonly digest: string | null
  readonly problem: string | null
  readonly hashedAt: string
}

/** A report that holds for exactly these bytes. */
export interface StoredScan extends FileIdentity {
  /** Version of the program that scanned. */
  readonly gatehouse: string
  readonly scannedAt: string
  readonly report: ScanReport
}

/** The newest listing of every host, its models and their files; hashes by the identity of a file. */
export interface ModelRepo {
  /** Replaces what was known of the host. With a `failure`, its models stay as they were last seen. */
  saveListing(
    fleet: string,
    inventory: HostInventory,
    models: readonly { readonly head: HostModel; readonly files: readonly StoredFile[] }[],
  ): void
  listings(fleet: string): HostInventory[]
  models(fleet: string): HostModel[]
  model(fleet: string, host: string, id: string): HostModel | undefined
  files(fleet: string, host: string, model: string): StoredFile[]
  /** Files of every model of a host that has any, in the order of `models`: by one query, a model at a time, as a host may have a quarter of a million. */
  filesByModel(fleet: string, host: string): Iterator<{ readonly model: string; readonly files: StoredFile[] }, undefined>
  saveHash(fleet: string, host: string, hash: StoredHash): void
  /** Every hash of a host, also of files that are gone. */
  hashes(fleet: string, host: string): StoredHash[]
  hasher(fleet: string, host: string): string | undefined
  saveHasher(fleet: string, host: string, hasher: string): void
  saveScan(fleet: string, host: string, scan: StoredScan): void
  scans(fleet: string, host: string): StoredScan[]
  /** Adds values; those that stood for the same files are withdrawn by the same person. Nothing is ever removed. */
  expect(fleet: string, values: readonly ExpectedValue[]): void
  /** How many values of a model were withdrawn. */
  withdrawExpected(fleet: string, model: string, by: string, at: string): number
  /** Those that stand. */
  expected(fleet: string): ExpectedValue[]
}

type Row = Record<string, unknown>

/** Listings are replaced as a whole; hashes stay with device, inode, size and times, so that they outlive a listing and die with a change. */
export function createModelRepo(database: Database.Database): ModelRepo {
  const upsertListing = database.prepare(
    'INSERT INTO model_listing (fleet, host, listing) VALUES (?, ?, ?) ON CONFLICT (fleet, host) DO UPDATE SET listing = excluded.listing',
  )
  const dropModels = database.prepare('DELETE FROM model WHERE fleet = ? AND host = ?')
  const dropFiles = database.prepare('DELETE FROM model_file WHERE fleet = ? AND host = ?')
  const insertModel = database.prepare('INSERT OR REPLACE INTO model (fleet, host, id, head) VALUES (?, ?, ?, ?)')
  const insertFile = database.prepare('INSERT OR REPLACE INTO model_file (fleet, host, model, position, file) VALUES (?, ?, ?, ?, ?)')
  const allListings = database.prepare('SELECT listing FROM model_listing WHERE fleet = ? ORDER BY host')
  const allModels = database.prepare('SELECT head FROM model WHERE fleet = ? ORDER BY host, id')
  const oneModel = database.prepare('SELECT head FROM model WHERE fleet = ? AND host = ? AND id = ?')
  const filesOf = database.prepare('SELECT file FROM model_file WHERE fleet = ? AND host = ? AND model = ? ORDER BY position')
  const filesOfHost = database.prepare('SELECT model, file FROM model_file WHERE fleet = ? AND host = ? ORDER BY model, position')
  const upsertHash = database.prepare(`
    INSERT OR REPLACE INTO model_hash (fleet, host, device, inode, algorithm, size, mtime_ns, ctime_ns, digest, problem, hashed_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const hashesOf = database.prepare(
    'SELECT device, inode, algorithm, size, mtime_ns, ctime_ns, digest, problem, hashed_at FROM model_hash WHERE fleet = ? AND host = ?',
  )
  const hasherOf = database.prepare('SELECT hasher FROM model_hasher WHERE fleet = ? AND host = ?')
  const upsertHasher = database.prepare(
    'INSERT INTO model_hasher (fleet, host, hasher) VALUES (?, ?, ?) ON CONFLICT (fleet, host) DO UPDATE SET hasher = excluded.hasher',
  )
  const upsertScan = database.prepare(`
    INSERT OR REPLACE INTO model_scan (fleet, host, device, inode, size, mtime_ns, ctime_ns, gatehouse, scanned_at, report)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const scansOf = database.prepare(
    'SELECT device, inode, size, mtime_ns, ctime_ns, gatehouse, scanned_at, report FROM model_scan WHERE fleet = ? AND host = ?',
  )
  const insertExpected = database.prepare(
    'INSERT INTO model_expected (id, fleet, model, file, stated_at, expected) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const replaceExpected = database.prepare(
    'UPDATE model_expected SET withdrawn_at = ?, withdrawn_by = ? WHERE fleet = ? AND model = ? AND file = ? AND withdrawn_at IS NULL',
  )
  const withdrawExpected = database.prepare(
    'UPDATE model_expected SET withdrawn_at = ?, withdrawn_by = ? WHERE fleet = ? AND model = ? AND withdrawn_at IS NULL',
  )
  const standingExpected = database.prepare(
    'SELECT expected FROM model_expected WHERE fleet = ? AND withdrawn_at IS NULL ORDER BY model, file',
  )
  const parsed = <T>(row: unknown, column: string): T => JSON.parse(String((row as Row)[column])) as T

  return {
    saveListing: allOrNothing(database, (fleet: string, inventory: HostInventory, models: Parameters<ModelRepo['saveListing']>[2]) => {
      upsertListing.run(fleet, inventory.host, JSON.stringify(inventory))
      if (inventory.failure !== undefined) return
      dropModels.run(fleet, inventory.host)
      dropFiles.run(fleet, inventory.host)
      for (const { head, files } of models) {
        insertModel.run(fleet, inventory.host, head.id, JSON.stringify(head))
        for (const [position, file] of files.entries()) insertFile.run(fleet, inventory.host, head.id, position, JSON.stringify(file))
      }
    }) as ModelRepo['saveListing'],
    listings: (fleet) => allListings.all(fleet).map((row) => parsed<HostInventory>(row, 'listing')),
    models(fleet) {
      const found: HostModel[] = []
      for (const row of allModels.iterate(fleet)) found.push(parsed<HostModel>(row, 'head'))
      return found
    },
    model(fleet, host, id) {
      const row = oneModel.get(fleet, host, id)
      return row === undefined ? undefined : parsed<HostModel>(row, 'head')
    },
    files: (fleet, host, model) => filesOf.all(fleet, host, model).map((row) => parsed<StoredFile>(row, 'file')),
    *filesByModel(fleet, host) {
      let current: { readonly model: string; readonly files: StoredFile[] } | undefined
      for (const row of filesOfHost.iterate(fleet, host)) {
        const model = String((row as Row).model)
        if (current?.model !== model) {
          if (current) yield current
          current = { model, files: [] }
        }
        current.files.push(parsed<StoredFile>(row, 'file'))
      }
      if (current) yield current
      return undefined
    },
    saveHash(fleet, host, { device, inode, algorithm, size, mtimeNs, ctimeNs, digest, problem, hashedAt }) {
      upsertHash.run(fleet, host, device, inode, algorithm, size, mtimeNs, ctimeNs, digest, problem, hashedAt)
    },
    hashes: (fleet, host) =>
      (hashesOf.all(fleet, host) as Row[]).map((row) => ({
        device: String(row.device),
        inode: String(row.inode),
        algorithm: row.algorithm === 'git-sha1' ? 'git-sha1' : 'sha256',
        size: Number(row.size),
        mtimeNs: String(row.mtime_ns),
        ctimeNs: String(row.ctime_ns),
        digest: row.digest === null ? null : String(row.digest),
        problem: row.problem === null ? null : String(row.problem),
        hashedAt: String(row.hashed_at),
      })),
    hasher: (fleet, host) => {
      const row = hasherOf.get(fleet, host) as Row | undefined
      return row && String(row.hasher)
    },
    saveHasher: (fleet, host, hasher) => void upsertHasher.run(fleet, host, hasher),
    saveScan(fleet, host, { device, inode, size, mtimeNs, ctimeNs, gatehouse, scannedAt, report }) {
      upsertScan.run(fleet, host, device, inode, size, mtimeNs, ctimeNs, gatehouse, scannedAt, JSON.stringify(report))
    },
    scans: (fleet, host) =>
      (scansOf.all(fleet, host) as Row[]).map((row) => ({
        device: String(row.device),
        inode: String(row.inode),
        size: Number(row.size),
        mtimeNs: String(row.mtime_ns),
        ctimeNs: String(row.ctime_ns),
        gatehouse: String(row.gatehouse),
        scannedAt: String(row.scanned_at),
        report: parsed<ScanReport>(row, 'report'),
      })),
    expect: allOrNothing(database, (fleet: string, values: readonly ExpectedValue[]) => {
      for (const value of values) {
        replaceExpected.run(value.statedAt, value.statedBy, fleet, value.model, value.file)
        insertExpected.run(value.id, fleet, value.model, value.file, value.statedAt, JSON.stringify(value))
      }
    }) as ModelRepo['expect'],
    withdrawExpected: (fleet, model, by, at) => withdrawExpected.run(at, by, fleet, model).changes,
    expected: (fleet) => standingExpected.all(fleet).map((row) => parsed<ExpectedValue>(row, 'expected')),
  }
}
