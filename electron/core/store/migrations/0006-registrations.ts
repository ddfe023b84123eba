/** The approval of models, step by step, and changes of the list of publishers. Rows are kept for ever. Never edited after release. */
export const sql = `
CREATE TABLE registration_step (
  position     INTEGER PRIMARY KEY,
  fleet        TEXT NOT NULL,
  registration TEXT NOT NULL,
  model        TEXT NOT NULL,
  step         TEXT NOT NULL
) STRICT;
CREATE INDEX registration_step_by_fleet ON registration_step (fleet, registration);

CREATE TABLE publisher_change (
  position INTEGER PRIMARY KEY,
  change   TEXT NOT NULL
) STRICT;
`
