/** What lies on the disks as models, the hashes that were taken, and the values that are expected. Never edited after release. */
export const sql = `
CREATE TABLE model_listing (
  fleet     TEXT NOT NULL,
  host      TEXT NOT NULL,
  listing   TEXT NOT NULL,
  PRIMARY KEY (fleet, host)
) STRICT;

CREATE TABLE model (
  fleet     TEXT NOT NULL,
  host      TEXT NOT NULL,
  id        TEXT NOT NULL,
  head      TEXT NOT NULL,
  PRIMARY KEY (fleet, host, id)
) STRICT;

CREATE TABLE model_file (
  fleet     TEXT NOT NULL,
  host      TEXT NOT NULL,
  model     TEXT NOT NULL,
  position  INTEGER NOT NULL,
  file      TEXT NOT NULL,
  PRIMARY KEY (fleet, host, model, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE model_hash (
  fleet     TEXT NOT NULL,
  host      TEXT NOT NULL,
  device    TEXT NOT NULL,
  inode     TEXT NOT NULL,
  algorithm TEXT NOT NULL CHECK (algorithm IN ('sha256', 'git-sha1')),
  size      INTEGER NOT NULL,
  mtime_ns  TEXT NOT NULL,
  ctime_ns  TEXT NOT NULL,
  digest    TEXT,
  problem   TEXT,
  hashed_at TEXT NOT NULL,
  PRIMARY KEY (fleet, host, device, inode, algorithm)
) STRICT, WITHOUT ROWID;

CREATE TABLE model_hasher (
  fleet     TEXT NOT NULL,
  host      TEXT NOT NULL,
  hasher    TEXT NOT NULL,
  PRIMARY KEY (fleet, host)
) STRICT;

CREATE TABLE model_expected (
  id           TEXT PRIMARY KEY,
  fleet        TEXT NOT NULL,
  model        TEXT NOT NULL,
  file         TEXT NOT NULL,
  stated_at    TEXT NOT NULL,
  expected     TEXT NOT NULL,
  withdrawn_at TEXT,
  withdrawn_by TEXT
) STRICT;
CREATE INDEX model_expected_by_model ON model_expected (fleet, model);
`
