import { z } from 'zod'
import { auditSchema, changeSchema, hostAuditSchema } from '../model/audit.ts'
import { auditJobSchema } from '../model/job.ts'
import { contract } from './contract.ts'

const nothing = z.null()

export const auditContracts = {
  'audit:start': contract({
    input: z.object({ hosts: z.array(z.string()).optional() }),
    output: auditJobSchema,
    effect: 'connects',
    by: 'engine',
  }),
  'audit:cancel': contract({ input: nothing, output: nothing, effect: 'local', by: 'engine' }),
  /** The job that runs, or the last one of this session. */
  'audit:job': contract({ input: nothing, output: auditJobSchema.nullable(), effect: 'read', by: 'engine' }),
  /** Newest result per host of the open fleet, put together; findings without their evidence lines. */
  'audit:latest': contract({ input: nothing, output: auditSchema.nullable(), effect: 'read', by: 'engine' }),
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
  }),
} as const
