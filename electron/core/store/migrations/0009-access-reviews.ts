/**
 * Access reviews: one open at most for a fleet; what was decided about each account of each host. A signed review is never changed. Never
 * edited after release.
 */
export const sql = `
CREATE TABLE access_review (
  id         TEXT PRIMARY KEY,
  fleet      TEXT NOT NULL,
  started_at TEXT NOT NULL,
  started_by TEXT NOT NULL,
  signed_at  TEXT,
  signed_by  TEXT
) STRICT;
CREATE UNIQUE INDEX access_review_open ON access_review (fleet) WHERE signed_at IS NULL;

CREATE TABLE access_review_decision (
  review_id  TEXT NOT NULL REFERENCES access_review (id),
  host       TEXT NOT NULL,
  account    TEXT NOT NULL,
  verdict    TEXT NOT NULL,
  note       TEXT NOT NULL,
  seen       TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at TEXT NOT NULL,
  PRIMARY KEY (review_id, host, account)
) STRICT, WITHOUT ROWID;
`
