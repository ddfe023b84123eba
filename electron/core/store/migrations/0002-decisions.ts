/** What people decided: waivers and statements. Rows are kept for ever; only the withdrawal is added later. Never edited after release. */
export const sql = `
CREATE TABLE waiver (
  id           TEXT PRIMARY KEY,
  fleet        TEXT NOT NULL,
  host         TEXT NOT NULL,
  control      TEXT NOT NULL,
  subject      TEXT NOT NULL,
  granted_at   TEXT NOT NULL,
  waiver       TEXT NOT NULL,
  withdrawn_at TEXT,
  withdrawn_by TEXT
) STRICT;
CREATE INDEX waiver_by_fleet ON waiver (fleet, granted_at);

CREATE TABLE attestation (
  id           TEXT PRIMARY KEY,
  fleet        TEXT NOT NULL,
  host         TEXT,
  control      TEXT NOT NULL,
  subject      TEXT NOT NULL,
  stated_at    TEXT NOT NULL,
  attestation  TEXT NOT NULL,
  withdrawn_at TEXT,
  withdrawn_by TEXT
) STRICT;
CREATE INDEX attestation_by_fleet ON attestation (fleet, stated_at);
`
