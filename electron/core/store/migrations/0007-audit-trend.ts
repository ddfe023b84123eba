/**
 * What a trend is drawn from, apart from the results themselves: these are large, and a trend goes through years of them. Never edited after
 * release.
 */
export const sql = `
ALTER TABLE host_audit ADD COLUMN open_critical INTEGER NOT NULL DEFAULT 0;
UPDATE host_audit SET open_critical = (
  SELECT count(*) FROM json_each(result, '$.findings')
  WHERE json_extract(value, '$.status') = 'fail' AND json_extract(value, '$.severity') = 'critical');
CREATE INDEX host_audit_trend ON host_audit (fleet, sequence, audit_id, host, state, passed, applicable, open_critical);
`
