import { z } from 'zod'
import { failureSchema } from './audit.ts'

/** Where the audit of one host stands right now. Stages follow the life of a connection. */
export const hostStages = ['waiting', 'connecting', 'authenticating', 'probing', 'evaluating', 'done', 'failed', 'cancelled'] as const

export const hostProgressSchema = z.object({
  host: z.string(),
  stage: z.enum(hostStages),
  /** Sections answered so far, of how many; and the one that is awaited longest. */
  sectionsDone: z.int().min(0),
  sectionsTotal: z.int().min(0),
  current: z.string(),
  failure: failureSchema.optional(),
})
export type HostProgress = z.infer<typeof hostProgressSchema>

export const auditJobSchema = z.object({
  id: z.string(),
  startedAt: z.iso.datetime(),
  state: z.enum(['running', 'cancelling', 'finished']),
  hosts: z.array(hostProgressSchema),
  /** Why the audit as a whole broke off. Hosts have reasons of their own. */
  failure: failureSchema.optional(),
})
export type AuditJob = z.infer<typeof auditJobSchema>
