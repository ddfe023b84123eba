/** The shape of `brief` changed: an empty one is made from the result when it is read. Never edited after release. */
export const sql = `
UPDATE host_audit SET brief = '';
`
