import { z } from 'zod'
import { outcomes } from '../status.ts'

/** What a control says about a row of a list: the finding, named so that it can be opened. */
export const verdictSchema = z.object({
  control: z.string(),
  subject: z.string(),
  status: z.enum(outcomes),
  title: z.string(),
})
export type Verdict = z.infer<typeof verdictSchema>
