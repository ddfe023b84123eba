import { z } from 'zod'
import { pushValueSchema } from './push-parameter.ts'

/** What a plan is made from: a host, a template, and those of its parameters that are known. */
export const pushDraftSchema = z.object({
  host: z.string().max(200),
  template: z.string().max(100),
  parameters: z.record(z.string().max(100), pushValueSchema),
})
export type PushDraft = z.infer<typeof pushDraftSchema>
