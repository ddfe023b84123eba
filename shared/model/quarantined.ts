import { z } from 'zod'

/** A file that was moved out of the reach of every server. */
export const quarantinedSchema = z.object({
  id: z.string(),
  host: z.string(),
  /** Where it was, and comes back to. */
  path: z.string(),
  /** Model directory in whose quarantine it lies. */
  root: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
  by: z.string(),
})
export type Quarantined = z.infer<typeof quarantinedSchema>
