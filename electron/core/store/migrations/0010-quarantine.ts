/** Files that were moved out of the reach of servers; the way back is written down, never the row removed. Never edited after release. */
export const sql = `
CREATE TABLE quarantine (
  position    INTEGER PRIMARY KEY,
  fleet       TEXT NOT NULL,
  id          TEXT NOT NULL,
  taken       TEXT NOT NULL,
  released_at TEXT
) STRICT;
`
