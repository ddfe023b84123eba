import { z } from 'zod'
import { typedText } from './waiver.ts'

/** Somebody whose models are taken: an account on a site, as it stands in the address of a model. */
export const publisherSchema = z.object({
  /** `huggingface.co`, `ollama.com`, or another host name. */
  site: z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?$/),
  /** First part of the path; compared without regard to case, as Hugging Face does. */
  account: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/),
  /** Who that is. */
  name: typedText(120),
})
export type Publisher = z.infer<typeof publisherSchema>

/** Somebody was added to the shipped list, or taken from it. Never changed afterwards. */
export const publisherChangeSchema = publisherSchema.extend({
  change: z.enum(['added', 'removed']),
  reason: typedText(1000),
  by: z.string(),
  at: z.iso.datetime(),
})
export type PublisherChange = z.infer<typeof publisherChangeSchema>
