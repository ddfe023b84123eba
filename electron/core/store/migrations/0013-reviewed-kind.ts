/**
 * A decision is about an account of a host or about a name at its proxy, which may be called the same. '' in those of before: either. Never edited after
 * release.
 */
export const sql = `
CREATE TABLE access_review_decision_2 (
  review_id  TEXT NOT NULL REFERENCES access_review (id),
  host       TEXT NOT NULL,
  account    TEXT NOT NULL,
  kind       TEXT NOT NULL,
  verdict    TEXT NOT NULL,
  note       TEXT NOT NULL,
  seen       TEXT NOT NULL,
  held       TEXT,
  decided_by TEXT NOT NULL,
  decided_at TEXT NOT NULL,
  PRIMARY KEY (review_id, host, account, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO access_review_decision_2 (review_id, host, account, kind, verdict, note, seen, held, decided_by, decided_at)
  SELECT review_id, host, account, '', verdict, note, seen, held, decided_by, decided_at FROM access_review_decision;
DROP TABLE access_review_decision;
ALTER TABLE access_review_decision_2 RENAME TO access_review_decision;
`
