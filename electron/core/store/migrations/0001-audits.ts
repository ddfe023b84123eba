/** Audits, what each host answered (once per content), and when each finding was first seen. Never edited after release. */
export const sql = `
CREATE TABLE audit (
  id          TEXT PRIMARY KEY,
  fleet       TEXT NOT NULL,
  started_at  TEXT NOT NULL,
  finished_at TEXT,
  gatehouse   TEXT NOT NULL,
  outcome     TEXT NOT NULL CHECK (outcome IN ('running', 'complete', 'cancelled'))
) STRICT;
CREATE INDEX audit_by_fleet ON audit (fleet, started_at);

CREATE TABLE host_audit (
  sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
  audit_id    TEXT NOT NULL REFERENCES audit (id) ON DELETE CASCADE,
  fleet       TEXT NOT NULL,
  host        TEXT NOT NULL,
  state       TEXT NOT NULL,
  passed      INTEGER NOT NULL,
  applicable  INTEGER NOT NULL,
  brief       TEXT NOT NULL,
  result      TEXT NOT NULL,
  UNIQUE (audit_id, host)
) STRICT;
CREATE INDEX host_audit_newest ON host_audit (fleet, host, sequence);

CREATE TABLE output (
  sha256      TEXT PRIMARY KEY,
  stdout      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE section (
  audit_id    TEXT NOT NULL REFERENCES audit (id) ON DELETE CASCADE,
  host        TEXT NOT NULL,
  id          TEXT NOT NULL,
  answer      TEXT NOT NULL,
  sha256      TEXT NOT NULL REFERENCES output (sha256),
  PRIMARY KEY (audit_id, host, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding_history (
  fleet        TEXT NOT NULL,
  host         TEXT NOT NULL,
  control      TEXT NOT NULL,
  subject      TEXT NOT NULL,
  status       TEXT NOT NULL,
  first_seen   TEXT NOT NULL,
  last_changed TEXT NOT NULL,
  PRIMARY KEY (fleet, host, control, subject)
) STRICT, WITHOUT ROWID;
`
