import type Database from 'libsql'
import { type Audit, briefOf, type ConnectionState, type HostAudit, type HostBrief } from '#shared/model/audit.ts'
import type { StoredHostAudit } from './audit.repo.ts'

/** One host of one audit, as a trend needs it. */
export interface TrendRow {
  readonly auditId: string
  readonly host: string
  readonly state: ConnectionState
  readonly passed: number
  readonly applicable: number
  readonly openCritical: number
}

export interface StoredAuditHead {
  readonly id: string
  readonly startedAt: string
  readonly outcome: Audit['outcome']
  /** Of its newest result; 0 when it has none. Everything stored until then has a sequence up to it. */
  readonly sequence: number
}

/** Results as they stood at some moment. A moment is a sequence: everything stored with one up to it was known. */
export interface HistoryRepo {
  /** Every audit that ended, oldest first. */
  audits(fleet: string): StoredAuditHead[]
  /** In the order in which they were stored. Reads an index alone. */
  trend(fleet: string): TrendRow[]
  hostsAt(fleet: string, sequence: number): string[]
  briefAt(fleet: string, host: string, sequence: number): HostBrief | undefined
  resultAt(fleet: string, host: string, sequence: number): StoredHostAudit | undefined
}

type Row = Record<string, unknown>

/** Reads alone. Audits that run are left out; `sequence` is the place of a host's result among all that were ever stored. */
export function createHistoryRepo(database: Database.Database): HistoryRepo {
  const audits = database.prepare(
    `SELECT id, started_at, outcome, (SELECT COALESCE(max(sequence), 0) FROM host_audit WHERE audit_id = id) AS sequence
     FROM audit WHERE fleet = ? AND outcome <> 'running' ORDER BY started_at, rowid`,
  )
  const trend = database.prepare(
    `SELECT audit_id, host, state, passed, applicable, open_critical FROM host_audit INDEXED BY host_audit_trend
     WHERE fleet = ? ORDER BY sequence`,
  )
  const hosts = database.prepare(
    'SELECT DISTINCT host FROM host_audit INDEXED BY host_audit_trend WHERE fleet = ? AND sequence <= ? ORDER BY host',
  )
  const at = (columns: string) =>
    database.prepare(`SELECT ${columns} FROM host_audit WHERE fleet = ? AND host = ? AND sequence <= ? ORDER BY sequence DESC LIMIT 1`)
  const briefAt = at(`brief, CASE brief WHEN '' THEN result END AS result`)
  const resultAt = at('audit_id, result')
  return {
    audits: (fleet) =>
      (audits.all(fleet) as Row[]).map((row) => ({
        ...{ id: String(row.id), startedAt: String(row.started_at), sequence: Number(row.sequence) },
        outcome: row.outcome === 'complete' ? 'complete' : 'cancelled',
      })),
    trend: (fleet) =>
      (trend.all(fleet) as Row[]).map((row) => ({
        ...{ auditId: String(row.audit_id), host: String(row.host), state: row.state as ConnectionState },
        ...{ passed: Number(row.passed), applicable: Number(row.applicable), openCritical: Number(row.open_critical) },
      })),
    hostsAt: (fleet, sequence) => (hosts.all(fleet, sequence) as Row[]).map(({ host }) => String(host)),
    briefAt(fleet, host, sequence) {
      const row = briefAt.get(fleet, host, sequence) as Row | undefined
      if (row === undefined) return undefined
      return row.result === null ? (JSON.parse(String(row.brief)) as HostBrief) : briefOf(JSON.parse(String(row.result)) as HostAudit)
    },
    resultAt(fleet, host, sequence) {
      const row = resultAt.get(fleet, host, sequence) as Row | undefined
      return row && { auditId: String(row.audit_id), audit: JSON.parse(String(row.result)) as HostAudit }
    },
  }
}
