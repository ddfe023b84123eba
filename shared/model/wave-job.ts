import { z } from 'zod'
import { failureSchema } from './audit.ts'
import { pushPlanSchema, pushVerdicts } from './push-plan.ts'

/** What was planned for many hosts, and the hosts for which nothing could be planned. */
export const wavePlansSchema = z.object({
  plans: z.array(pushPlanSchema),
  failures: z.array(z.object({ host: z.string(), failure: failureSchema })),
})

const waveHostSchema = z.object({
  plan: pushPlanSchema,
  /** Number of its wave, from 1. */
  wave: z.int(),
  /** The step that is taken; empty before the first. */
  step: z.string(),
  /** When the undo runs by itself; null while it is not armed. */
  undoDueAt: z.iso.datetime().nullable(),
  /** What `undoDueAt` counted from. */
  undoAfterSeconds: z.number().nullable(),
  /** What came of it; null until then. */
  outcome: z.enum([...pushVerdicts, 'refused', 'not-started']).nullable(),
  reason: z.string(),
})
export type WaveHost = z.infer<typeof waveHostSchema>

/** A push to many hosts: the canary, then waves. */
export const waveJobSchema = z.object({
  startedAt: z.iso.datetime(),
  /** `stopping`: the wave that runs is the last. */
  state: z.enum(['running', 'stopping', 'finished']),
  /** In the order of the push. */
  hosts: z.array(waveHostSchema),
})
export type WaveJob = z.infer<typeof waveJobSchema>
