import { z } from 'zod'
import { auditSchema, type HostAudit, hostAuditSchema } from './audit.ts'
import { findingSchema } from './finding.ts'

/** The published shape of `gatehouse audit --json` (assets/schemas/audit-report.schema.json). Fields are only ever added. */
export const auditReportSchema = z.object({
  ...auditSchema.omit({ id: true, hosts: true }).shape,
  hosts: z.array(
    z.object({
      ...hostAuditSchema.pick({
        name: true,
        address: true,
        state: true,
        startedAt: true,
        finishedAt: true,
        items: true,
        failure: true,
        system: true,
      }).shape,
      findings: z.array(findingSchema),
      sections: hostAuditSchema.shape.sections,
    }),
  ),
})
export type AuditReport = z.infer<typeof auditReportSchema>

/** What leaves in a report: findings and where they were read, none of what a host printed beside the cited lines. */
export function hostReport(host: HostAudit): AuditReport['hosts'][number] {
  const { name, address, state, startedAt, finishedAt, items, findings, failure, system, sections } = host
  return { name, address, state, startedAt, finishedAt, items, findings, sections, ...(failure && { failure }), ...(system && { system }) }
}
