/** Hosts that a signed review does not speak of: JSON, a list of names. NULL in those of before. Never edited after release. */
export const sql = `
ALTER TABLE access_review ADD COLUMN not_covered TEXT;
`
