import { z } from 'zod'

/** Part of a host that could not be read, and what would make it readable. */
export const gapSchema = z.object({
  reason: z.string(),
  hint: z.string().optional(),
  /** The exact lines that would let it be read. */
  sudoers: z.array(z.string()),
})
export type Gap = z.infer<typeof gapSchema>
