import { z } from 'zod'

/** What somebody at this console decided about one version of one thing, and signed. */
export const signedDecisionSchema = z.object({
  decision: z.enum(['approve', 'withdraw']),
  by: z.string(),
  at: z.iso.datetime(),
  note: z.string(),
  /** Of the key that signed it. */
  keyId: z.string(),
})
export type SignedDecision = z.infer<typeof signedDecisionSchema>
