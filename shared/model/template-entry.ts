import { z } from 'zod'
import { pushTemplateSchema } from './push-template.ts'

const templateDecisionSchema = z.object({
  decision: z.enum(['approve', 'withdraw']),
  by: z.string(),
  at: z.iso.datetime(),
  note: z.string(),
  /** Of the key that signed it. */
  keyId: z.string(),
})
export type TemplateDecision = z.infer<typeof templateDecisionSchema>

/** A template that this console knows, and whether it may be pushed. */
export const templateEntrySchema = z.object({
  manifest: pushTemplateSchema,
  sha256: z.string(),
  origin: z.enum(['shipped', 'own']),
  /** `shipped`: vetted with the release, and nobody here decided otherwise. `pending`: of one's own, and not approved yet. */
  state: z.enum(['shipped', 'approved', 'withdrawn', 'pending']),
  decision: templateDecisionSchema.nullable(),
})
export type TemplateEntry = z.infer<typeof templateEntrySchema>
