/**
 * Walkthroughs of the checklist with an auditor: what was recorded for each item (kept for ever, the newest counts), and what was typed but not
 * recorded yet. Never edited after release.
 */
export const sql = `
CREATE TABLE walkthrough (
  id         TEXT PRIMARY KEY,
  fleet      TEXT NOT NULL,
  started_at TEXT NOT NULL,
  started_by TEXT NOT NULL,
  auditor    TEXT NOT NULL,
  sequence   INTEGER NOT NULL,
  closed_at  TEXT,
  closed_by  TEXT
) STRICT;
CREATE INDEX walkthrough_by_fleet ON walkthrough (fleet, started_at);

CREATE TABLE walkthrough_record (
  position       INTEGER PRIMARY KEY AUTOINCREMENT,
  walkthrough_id TEXT NOT NULL REFERENCES walkthrough (id),
  item           TEXT NOT NULL,
  record         TEXT NOT NULL
) STRICT;
CREATE INDEX walkthrough_record_by_walkthrough ON walkthrough_record (walkthrough_id, position);

CREATE TABLE walkthrough_draft (
  walkthrough_id TEXT NOT NULL REFERENCES walkthrough (id),
  item           TEXT NOT NULL,
  draft          TEXT NOT NULL,
  PRIMARY KEY (walkthrough_id, item)
) STRICT, WITHOUT ROWID;
`
