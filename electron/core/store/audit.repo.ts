import type Database from 'libsql'
import { type Audit, briefOf, type HostAudit, type HostBrief } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import type { HostNetwork } from '#shared/model/network-flow.ts'
import { score } from '#shared/model/score.ts'
import type { SectionOutput } from '../probe/section.ts'
import { allOrNothing } from './all-or-nothing.ts'

export interface AuditHead {
  readonly id: string
  readonly fleet: string
  readonly startedAt: string
  readonly gatehouse: string
}

export interface AuditSummary {
  readonly id: string
  readonly startedAt: string
  readonly outcome: Audit['outcome']
  readonly hosts: number
  readonly passed: number
  readonly applicable: number
}

export interface StoredHostAudit {
  readonly auditId: string
  readonly audit: HostAudit
}

/** The flows of a host; null when the audit is from before they were compared. */
export interface StoredNetwork {
  readonly finishedAt: string
  readonly network: HostNetwork | null
}

/** Audits as they were taken: results per host, the answers they rest on, and the history of every finding. */
export interface AuditRepo {
  begin(head: AuditHead): void
  /** Stores one host's result at once, so that a crash loses only hosts that were not finished. Returns it with the dates of its findings. */
  saveHost(auditId: string, fleet: string, host: HostAudit, outputs: Iterable<SectionOutput>): HostAudit
  /** The same host once more, when the other hosts of the audit said something about it: its result, and one answer more. */
  saveAgain(auditId: string, fleet: string, host: HostAudit, output: SectionOutput): HostAudit
  finish(auditId: string, finishedAt: string, outcome: Audit['outcome']): void
  /** Newest first. Reads no results, so that a long history stays cheap. */
  list(fleet: string, limit: number): AuditSummary[]
  /** The newest results of a host, newest first. */
  newest(fleet: string, host: string, limit: number): StoredHostAudit[]
  /** The same in brief, at a fraction of the cost. */
  briefs(fleet: string, host: string, limit: number): HostBrief[]
  /** The audit that the newest result of a host is of. */
  newestAudit(fleet: string, host: string): string | undefined
  /** Of the newest result that could look at the host; undefined when none could. Reads no more of it than that. */
  network(fleet: string, host: string): StoredNetwork | undefined
  /** How the newest audit that ended did so; null when there is none. */
  lastOutcome(fleet: string): Audit['outcome'] | null
  /** Grows with every stored result. */
  sequence(): number
  /** Hosts with a result stored after that sequence. */
  changedAfter(fleet: string, sequence: number): Set<string>
  /** What the sections of one host answered in one audit; all of them when none are named. */
  outputs(auditId: string, host: string, sections?: readonly string[]): Map<string, SectionOutput>
  /** The newest audit in which a host answered this section. */
  lastAnswered(fleet: string, host: string, section: string): string | undefined
  /** Stored text of one answer, by the hash that evidence carries. */
  output(sha256: string): string | undefined
}

type Row = Record<string, unknown>

/** Rows were written by this program under a schema version that it knows, so their shape is trusted. */
export function createAuditRepo(database: Database.Database): AuditRepo {
  // A crash leaves an audit running for ever; what it had is kept and it counts as stopped.
  database.exec(`UPDATE audit SET outcome = 'cancelled', finished_at = COALESCE(finished_at, started_at) WHERE outcome = 'running'`)
  const insertAudit = database.prepare(`INSERT INTO audit (id, fleet, started_at, gatehouse, outcome) VALUES (?, ?, ?, ?, 'running')`)
  const finishAudit = database.prepare('UPDATE audit SET finished_at = ?, outcome = ? WHERE id = ?')
  const insertHost = database.prepare(
    'INSERT INTO host_audit (audit_id, fleet, host, state, passed, applicable, brief, result, open_critical) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const insertOutput = database.prepare('INSERT INTO output (sha256, stdout) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const insertSection = database.prepare('INSERT INTO section (audit_id, host, id, answer, sha256) VALUES (?, ?, ?, ?, ?)')
  const history = database.prepare(
    'SELECT status, first_seen, last_changed FROM finding_history WHERE fleet = ? AND host = ? AND control = ? AND subject = ?',
  )
  const remember = database.prepare(`
    INSERT INTO finding_history (fleet, host, control, subject, status, first_seen, last_changed) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (fleet, host, control, subject) DO UPDATE SET status = excluded.status, last_changed = excluded.last_changed`)

  const forgetHost = database.prepare('DELETE FROM host_audit WHERE audit_id = ? AND host = ?')
  const forgetSection = database.prepare('DELETE FROM section WHERE audit_id = ? AND host = ? AND id = ?')
  const newestAnswered = database.prepare(
    `SELECT host_audit.audit_id FROM host_audit JOIN section USING (audit_id, host)
     WHERE fleet = ? AND host_audit.host = ? AND section.id = ? ORDER BY sequence DESC LIMIT 1`,
  )

  const newestOf = (columns: string) =>
    database.prepare(`SELECT ${columns} FROM host_audit WHERE fleet = ? AND host = ? ORDER BY sequence DESC LIMIT ?`)
  // Stored by an older program, a brief is empty.
  const newestBriefs = newestOf(`brief, CASE brief WHEN '' THEN result END AS result`)
  const newestResults = newestOf('audit_id, result')
  const newestIds = newestOf('audit_id')
  const newestNetwork = database.prepare(
    `SELECT json_extract(result, '$.finishedAt') AS finished_at, json_extract(result, '$.network') AS network
     FROM host_audit WHERE fleet = ? AND host = ? AND state IN ('connected', 'limited') ORDER BY sequence DESC LIMIT 1`,
  )
  const newestOutcome = database.prepare(
    `SELECT outcome FROM audit WHERE fleet = ? AND outcome <> 'running' ORDER BY started_at DESC, rowid DESC LIMIT 1`,
  )
  const lastSequence = database.prepare('SELECT COALESCE(max(sequence), 0) AS last FROM host_audit')
  const hostsAfter = database.prepare('SELECT host FROM host_audit WHERE sequence > ? AND fleet = ?')

  /** First seen: when this finding had this status's subject for the first time. Last changed: when its status became what it is. */
  function dated(fleet: string, host: string, finding: Finding, at: string): Finding {
    const key = [fleet, host, finding.control, finding.subject]
    const before = history.get(...key) as { status: string; first_seen: string; last_changed: string } | undefined
    const firstSeen = before?.first_seen ?? at
    const lastChanged = before?.status === finding.status ? before.last_changed : at
    remember.run(...key, finding.status, firstSeen, lastChanged)
    return { ...finding, firstSeen, lastChanged }
  }

  function insertResult(auditId: string, fleet: string, host: HostAudit): HostAudit {
    const saved = { ...host, findings: host.findings.map((finding) => dated(fleet, host.name, finding, host.finishedAt)) }
    const { passed, applicable } = score(saved.items)
    const critical = saved.findings.filter(({ status, severity }) => status === 'fail' && severity === 'critical').length
    const [brief, result] = [JSON.stringify(briefOf(saved)), JSON.stringify(saved)]
    insertHost.run(auditId, fleet, host.name, host.state, passed, applicable, brief, result, critical)
    return saved
  }

  function insertAnswer(auditId: string, host: string, { stdout, ...answer }: SectionOutput): void {
    insertOutput.run(answer.sha256, stdout)
    insertSection.run(auditId, host, answer.id, JSON.stringify(answer), answer.sha256)
  }

  return {
    begin(head) {
      insertAudit.run(head.id, head.fleet, head.startedAt, head.gatehouse)
    },
    saveHost: allOrNothing(database, (auditId: string, fleet: string, host: HostAudit, outputs: Iterable<SectionOutput>): HostAudit => {
      const saved = insertResult(auditId, fleet, host)
      for (const output of outputs) insertAnswer(auditId, host.name, output)
      return saved
    }),
    saveAgain: allOrNothing(database, (auditId: string, fleet: string, host: HostAudit, output: SectionOutput): HostAudit => {
      forgetHost.run(auditId, host.name)
      forgetSection.run(auditId, host.name, output.id)
      insertAnswer(auditId, host.name, output)
      return insertResult(auditId, fleet, host)
    }),
    finish(auditId, finishedAt, outcome) {
      finishAudit.run(finishedAt, outcome, auditId)
    },
    list(fleet, limit) {
      const rows = database
        .prepare(
          `SELECT id, audit.started_at, outcome, count(host) AS hosts, COALESCE(sum(passed), 0) AS passed, COALESCE(sum(applicable), 0) AS applicable
           FROM audit LEFT JOIN host_audit ON audit_id = id WHERE audit.fleet = ? GROUP BY id ORDER BY audit.started_at DESC, audit.rowid DESC LIMIT ?`,
        )
        .all(fleet, limit) as Row[]
      return rows.map((row) => ({
        id: String(row.id),
        startedAt: String(row.started_at),
        outcome: row.outcome === 'complete' ? 'complete' : 'cancelled',
        hosts: Number(row.hosts),
        passed: Number(row.passed),
        applicable: Number(row.applicable),
      }))
    },
    newest(fleet, host, limit) {
      const rows = newestResults.all(fleet, host, limit) as Row[]
      return rows.map((row) => ({ auditId: String(row.audit_id), audit: JSON.parse(String(row.result)) as HostAudit }))
    },
    newestAudit: (fleet, host) => (newestIds.get(fleet, host, 1) as { audit_id: string } | undefined)?.audit_id,
    briefs: (fleet, host, limit) =>
      (newestBriefs.all(fleet, host, limit) as Row[]).map(({ brief, result }) =>
        result === null ? (JSON.parse(String(brief)) as HostBrief) : briefOf(JSON.parse(String(result)) as HostAudit),
      ),
    network(fleet, host) {
      const row = newestNetwork.get(fleet, host) as Row | undefined
      if (row === undefined) return undefined
      return {
        finishedAt: String(row.finished_at),
        network: row.network === null ? null : (JSON.parse(String(row.network)) as HostNetwork),
      }
    },
    lastOutcome: (fleet) => ((newestOutcome.get(fleet) as Row | undefined)?.outcome as Audit['outcome'] | undefined) ?? null,
    sequence: () => Number((lastSequence.get() as Row).last),
    changedAfter: (fleet, sequence) => new Set((hostsAfter.all(sequence, fleet) as Row[]).map((row) => String(row.host))),
    outputs(auditId, host, sections) {
      const wanted = sections === undefined ? '' : `AND section.id IN (${sections.map(() => '?').join(', ')})`
      const rows = database
        .prepare(`SELECT section.id, answer, stdout FROM section JOIN output USING (sha256) WHERE audit_id = ? AND host = ? ${wanted}`)
        .all(auditId, host, ...(sections ?? [])) as Row[]
      return new Map(
        rows.map((row) => [String(row.id), { ...JSON.parse(String(row.answer)), stdout: String(row.stdout) } as SectionOutput]),
      )
    },
    lastAnswered: (fleet, host, section) => (newestAnswered.get(fleet, host, section) as { audit_id: string } | undefined)?.audit_id,
    output(sha256) {
      const row = database.prepare('SELECT stdout FROM output WHERE sha256 = ?').get(sha256) as Row | undefined
      return row && String(row.stdout)
    },
  }
}
