import { z } from 'zod'
import { failureSchema } from './audit.ts'

export const modelStages = [
  'waiting',
  'connecting',
  'listing',
  'scanning',
  'hashing',
  'copying',
  'placing',
  'done',
  'failed',
  'cancelled',
] as const

/** Where the look at the models of one host stands. */
export const modelProgressSchema = z.object({
  host: z.string(),
  stage: z.enum(modelStages),
  filesDone: z.int(),
  filesTotal: z.int(),
  bytesDone: z.number(),
  bytesTotal: z.number(),
  /** Name of a file that is read right now. */
  current: z.string(),
  bytesPerSecond: z.number(),
  /** Absent while nobody can know. */
  secondsLeft: z.number().optional(),
  failure: failureSchema.optional(),
})
export type ModelProgress = z.infer<typeof modelProgressSchema>

export const modelJobSchema = z.object({
  id: z.string(),
  kind: z.enum(['list', 'scan', 'hash', 'deploy']),
  startedAt: z.iso.datetime(),
  state: z.enum(['running', 'cancelling', 'finished']),
  hosts: z.array(modelProgressSchema),
})
export type ModelJob = z.infer<typeof modelJobSchema>
