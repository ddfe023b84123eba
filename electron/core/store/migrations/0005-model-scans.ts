/** What a scan found in exactly these bytes of a file. Never edited after release. */
export const sql = `
CREATE TABLE model_scan (
  fleet      TEXT NOT NULL,
  host       TEXT NOT NULL,
  device     TEXT NOT NULL,
  inode      TEXT NOT NULL,
  size       INTEGER NOT NULL,
  mtime_ns   TEXT NOT NULL,
  ctime_ns   TEXT NOT NULL,
  gatehouse  TEXT NOT NULL,
  scanned_at TEXT NOT NULL,
  report     TEXT NOT NULL,
  PRIMARY KEY (fleet, host, device, inode)
) STRICT, WITHOUT ROWID;
`
