import { z } from 'zod'
import { pushTemplateSchema } from './push-template.ts'
import { signedDecisionSchema } from './signed-decision.ts'

/** A template that this console knows, and whether it may be pushed. */
export const templateEntrySchema = z.object({
  manifest: pushTemplateSchema,
  sha256: z.string(),
  origin: z.enum(['shipped', 'own']),
  /** Id of the key of a release that signed this very content; null for one's own, and where a build was not signed. */
  signedBy: z.string().nullable(),
  /** `shipped`: vetted with the release, and nobody here decided otherwise. `pending`: of one's own, and not approved yet. */
  state: z.enum(['shipped', 'approved', 'withdrawn', 'pending']),
  decision: signedDecisionSchema.nullable(),
})
export type TemplateEntry = z.infer<typeof templateEntrySchema>
