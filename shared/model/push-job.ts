import { z } from 'zod'
import { failureSchema } from './audit.ts'
import { pushConflictSchema } from './push-conflict.ts'
import { pushPlanSchema, pushVerdicts } from './push-plan.ts'

/** One step of a push, from when it was about to be taken. */
const pushStepSchema = z.object({
  /** `stage`, `arm`, `write`, `activate`, `verify`, `commit`, `undo`; `extend`, where the undo was put off. */
  step: z.string(),
  detail: z.string(),
  at: z.iso.datetime(),
})

/** What came of a change: the verdict, why it was not committed, what was read back, and what to do on the console where nothing is certain. */
export const pushResultSchema = z.object({ verdict: z.enum(pushVerdicts), reason: z.string(), readBack: z.string(), advice: z.string() })

/** The push that runs at this console, or the last one of this session. */
export const pushJobSchema = z.object({
  plan: pushPlanSchema,
  startedAt: z.iso.datetime(),
  state: z.enum(['running', 'undoing', 'finished']),
  steps: z.array(pushStepSchema),
  /** Not before this the undo runs by itself on the host; null while it is not armed, and once it is decided. */
  undoDueAt: z.iso.datetime().nullable(),
  /** Between the step `arm`, or the last `extend`, and that moment; null before. */
  undoAfterSeconds: z.int().nullable(),
  /** How it ended; null while it runs, and when it was refused before anything was changed. */
  result: pushResultSchema.nullable(),
  /** Why nothing was changed. */
  failure: failureSchema.nullable(),
  /** Files that are not as they were planned, where that is why. */
  conflicts: z.array(pushConflictSchema),
})
export type PushJob = z.infer<typeof pushJobSchema>

/** A push as the ledger has it. */
export const pushRecordSchema = z.object({
  /** Of its plan. */
  id: z.string(),
  host: z.string(),
  who: z.string(),
  startedAt: z.iso.datetime(),
  /** Template and files. */
  detail: z.string(),
  /** The verdict with its reason, why it was refused, or the last step that was taken. */
  end: z.string(),
  state: z.enum(['open', ...pushVerdicts, 'refused', 'collected']),
  /** Without an end that anybody could tell: it can be ended. */
  isOpen: z.boolean(),
  /** As it was carried out; null where this console did not keep it. */
  plan: pushPlanSchema.nullable(),
})
export type PushRecord = z.infer<typeof pushRecordSchema>

/** What is said of an open one wherever its admin is. */
export const openPushSchema = pushRecordSchema.pick({ id: true, host: true, state: true, end: true })
export type OpenPush = z.infer<typeof openPushSchema>
