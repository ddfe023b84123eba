import { groupBy } from '#shared/group-by.ts'
import { wasMeasured } from '#shared/model/audit.ts'
import type { TrendPoint } from '#shared/model/history.ts'
import type { StoredAuditHead, TrendRow } from '../../store/history.repo.ts'

/**
 * One point for each audit, oldest first. An audit of a few hosts changes only these: the others count as they were last found. A host that
 * could not be looked at counts as that audit found it: nothing passed.
 */
export function trendOf(audits: readonly StoredAuditHead[], rows: readonly TrendRow[]): TrendPoint[] {
  const byAudit = groupBy(rows, ({ auditId }) => auditId)
  const known = new Map<string, TrendRow>()
  const sum = { unreached: 0, passed: 0, applicable: 0, openCritical: 0 }
  const count = (row: TrendRow, sign: 1 | -1) => {
    if (!wasMeasured(row)) sum.unreached += sign
    sum.passed += sign * row.passed
    sum.applicable += sign * row.applicable
    sum.openCritical += sign * row.openCritical
  }
  return audits.map(({ id, startedAt, outcome }) => {
    const own = byAudit.get(id) ?? []
    for (const row of own) {
      const before = known.get(row.host)
      if (before) count(before, -1)
      count(row, 1)
      known.set(row.host, row)
    }
    return { audit: id, startedAt, outcome, hosts: own.length, known: known.size, ...sum }
  })
}
