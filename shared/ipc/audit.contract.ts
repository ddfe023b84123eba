import { z } from 'zod'
import { changeSchema, hostAuditSchema, hostBriefSchema } from '../model/audit.ts'
import { auditJobSchema } from '../model/job.ts'
import { contract } from './contract.ts'

const nothing = z.null()

/** The audit that runs (or the last one of this session) and the newest results, as of one moment. */
export const latestSchema = z.object({
  /** What to ask with next time, to get only what changed after it. */
  revision: z.string(),
  /** `hosts` is every host with results, not only those that changed: what was known before is void. */
  whole: z.boolean(),
  job: auditJobSchema.nullable(),
  /** How the newest stored audit ended; null when there is none. */
  outcome: z.enum(['complete', 'cancelled']).nullable(),
  hosts: z.array(hostBriefSchema),
})
export type Latest = z.infer<typeof latestSchema>

export const auditContracts = {
  'audit:start': contract({
    input: z.object({ hosts: z.array(z.string()).optional() }),
    output: auditJobSchema,
    effect: 'connects',
    by: 'engine',
  }),
  'audit:cancel': contract({ input: nothing, output: nothing, effect: 'local', by: 'engine', role: 'operator' }),
  /** Of the open fleet, in brief. `since` is a revision: hosts that did not change after it are left out. */
  'audit:latest': contract({ input: z.object({ since: z.string().nullable() }), output: latestSchema, effect: 'read', by: 'engine' }),
  'audit:host': contract({ input: z.object({ host: z.string() }), output: hostAuditSchema.nullable(), effect: 'read', by: 'engine' }),
  /** What is different from the audit before. */
  'audit:changes': contract({ input: nothing, output: z.array(changeSchema), effect: 'read', by: 'engine' }),
  'audit:history': contract({
    input: nothing,
    output: z.array(
      z.object({
        id: z.string(),
        startedAt: z.iso.datetime(),
        hosts: z.int(),
        passed: z.int(),
        applicable: z.int(),
        outcome: z.enum(['complete', 'cancelled']),
      }),
    ),
    effect: 'read',
    by: 'engine',
  }),
  /** Whole output of one section, by content hash; capped at 1 MiB. */
  'audit:output': contract({
    input: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    output: z.object({ text: z.string(), truncated: z.boolean() }).nullable(),
    effect: 'read',
    by: 'engine',
  }),
  /** Shows the save dialog. The path written, or null when it was closed. */
  'audit:export': contract({
    input: z.object({ format: z.enum(['html', 'json', 'markdown']) }),
    output: z.string().nullable(),
    effect: 'local',
    by: 'main',
    role: 'operator',
  }),
} as const
