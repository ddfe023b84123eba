import { z } from 'zod'
import { severities } from '../status.ts'
import { attestationRequestSchema } from './attestation.ts'
import { itemIds } from './checklist.ts'

/** The published shape of one entry of `gatehouse controls --json` (assets/schemas/controls.schema.json). */
export const controlEntrySchema = z.object({
  /** `area-thing-state`, never reused. */
  id: z.string(),
  item: z.enum(itemIds),
  /** The passing condition. */
  title: z.string(),
  /** How it is abused, at most three sentences. */
  rationale: z.string(),
  severity: z.enum(severities),
  /** `NIST-800-53:SC-7`, `CIS-8:4.4`, `ISO-27001:A.8.20`, `OWASP-LLM:LLM03` (edition 2025), or the address of a page. */
  references: z.array(z.string()),
})
export const controlEntriesSchema = z.array(controlEntrySchema)
export type ControlEntry = z.infer<typeof controlEntrySchema>

/** The same for the window: references by name, and how it is mended (by a template, or by what a person does) or stated. */
export const controlDetailSchema = controlEntrySchema.extend({
  references: z.array(z.object({ framework: z.string().nullable(), id: z.string() })),
  remediation: z.object({ template: z.string() }).optional(),
  steps: z.string().optional(),
  attestation: attestationRequestSchema.optional(),
})
export type ControlDetail = z.infer<typeof controlDetailSchema>
