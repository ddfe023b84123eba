/** What a reviewed account could do, in words: JSON of `HeldAccess`. NULL in rows of before, which have its digest only. Never edited after release. */
export const sql = `
ALTER TABLE access_review_decision ADD COLUMN held TEXT;
`
