import type Database from 'libsql'
import type { AccountKind } from '#shared/account-kind.ts'
import type { ReviewVerdict } from '#shared/model/access-review.ts'
import type { HeldAccess } from '#shared/model/recorded-review.ts'

export interface ReviewHead {
  readonly id: string
  readonly startedAt: string
  readonly startedBy: string
  readonly signedAt?: string
  /** Who signed, as written. */
  readonly signedBy?: string
  /** Hosts that it does not speak of; absent where an older Gatehouse signed. */
  readonly notCovered?: readonly string[]
}

export interface ReviewDecision {
  readonly host: string
  readonly account: string
  /** Null: decided by an older Gatehouse, which did not tell accounts from names at the proxy. */
  readonly kind: AccountKind | null
  readonly verdict: ReviewVerdict
  readonly note: string
  /** Digest of what the account could do when it was decided. */
  readonly seen: string
  /** The same in words. Null: decided before they were kept. */
  readonly held: HeldAccess | null
  readonly decidedBy: string
  readonly decidedAt: string
}

/** Access reviews of a fleet. What was signed is never changed. */
export interface AccessReviewRepo {
  start(fleet: string, head: ReviewHead): void
  sign(id: string, at: string, name: string, notCovered: readonly string[]): void
  /** Newest first. */
  list(fleet: string): ReviewHead[]
  /** Replaces what was decided before about the same account. */
  decide(id: string, decision: ReviewDecision): void
  decisions(id: string): ReviewDecision[]
}

type Row = Record<string, unknown>

/** One decision per account and review, the last; a review is signed once. */
export function createAccessReviewRepo(database: Database.Database): AccessReviewRepo {
  const insert = database.prepare('INSERT INTO access_review (id, fleet, started_at, started_by) VALUES (?, ?, ?, ?)')
  const sign = database.prepare('UPDATE access_review SET signed_at = ?, signed_by = ?, not_covered = ? WHERE id = ? AND signed_at IS NULL')
  const list = database.prepare('SELECT * FROM access_review WHERE fleet = ? ORDER BY started_at DESC, rowid DESC')
  const decide = database.prepare(
    `INSERT INTO access_review_decision (review_id, host, account, kind, verdict, note, seen, held, decided_by, decided_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (review_id, host, account, kind) DO UPDATE SET verdict = excluded.verdict, note = excluded.note, seen = excluded.seen,
     held = excluded.held, decided_by = excluded.decided_by, decided_at = excluded.decided_at`,
  )
  const decisions = database.prepare('SELECT * FROM access_review_decision WHERE review_id = ?')
  return {
    start: (fleet, { id, startedAt, startedBy }) => void insert.run(id, fleet, startedAt, startedBy),
    sign: (id, at, name, notCovered) => void sign.run(at, name, JSON.stringify(notCovered), id),
    list: (fleet) =>
      (list.all(fleet) as Row[]).map((row) => ({
        ...{ id: String(row.id), startedAt: String(row.started_at), startedBy: String(row.started_by) },
        ...(row.signed_at === null ? {} : { signedAt: String(row.signed_at), signedBy: String(row.signed_by) }),
        ...(row.not_covered === null ? {} : { notCovered: JSON.parse(String(row.not_covered)) as string[] }),
      })),
    decide: (id, it) =>
      void decide.run(
        id,
        it.host,
        it.account,
        it.kind ?? '',
        it.verdict,
        it.note,
        it.seen,
        it.held && JSON.stringify(it.held),
        it.decidedBy,
        it.decidedAt,
      ),
    decisions: (id) =>
      (decisions.all(id) as Row[]).map((row) => ({
        ...{ host: String(row.host), account: String(row.account), kind: row.kind === '' ? null : (row.kind as AccountKind) },
        ...{ verdict: String(row.verdict) as ReviewVerdict, note: String(row.note) },
        ...{ seen: String(row.seen), held: row.held === null ? null : (JSON.parse(String(row.held)) as HeldAccess) },
        ...{ decidedBy: String(row.decided_by), decidedAt: String(row.decided_at) },
      })),
  }
}
