import { z } from 'zod'
import { MAX_STEP_FILES } from '../step-files.ts'
import { itemIds } from './checklist.ts'
import { typedText } from './waiver.ts'

/** What a person says of an item. `not-applicable` needs a reason, `met-with-exceptions` one for each open finding. */
export const stepOutcomes = ['met', 'met-with-exceptions', 'not-met', 'not-applicable'] as const
export type StepOutcome = (typeof stepOutcomes)[number]

/** A file that somebody attached: kept as bytes under its digest, never opened. */
export const attachmentSchema = z.object({
  name: z.string().min(1).max(255),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
})
export type Attachment = z.infer<typeof attachmentSchema>

/** An open finding that the item is met in spite of: who mends it, until when, why it is there. */
export const exceptionSchema = z.object({
  host: z.string().max(200),
  control: z.string().max(200),
  subject: z.string().max(4096),
  owner: typedText(120),
  resolveBy: z.iso.date(),
  reason: typedText(500),
})

const link = z.url({ protocol: /^https?$/ }).max(1000)

/** What is asked to be recorded for one item. */
export const stepRequestSchema = z.object({
  item: z.enum(itemIds),
  outcome: z.enum(stepOutcomes),
  /** What is stated where controls of the item ask for it, until when it holds. */
  statement: typedText(2000).nullable(),
  endsOn: z.iso.date().nullable(),
  /** Comments; the reason where it is not applicable. */
  note: z.union([z.literal(''), typedText(4000)]),
  name: typedText(120),
  exceptions: z.array(exceptionSchema).max(2000),
  links: z.array(link).max(20),
  attachments: z.array(attachmentSchema).max(MAX_STEP_FILES),
})
export type StepRequest = z.infer<typeof stepRequestSchema>

/** What was recorded. Never changed; a newer one takes its place. */
export const stepRecordSchema = stepRequestSchema.extend({
  id: z.string(),
  /** Of the open findings and the result as they were: another one means that something changed since. */
  seen: z.string(),
  recordedBy: z.string(),
  recordedAt: z.iso.datetime(),
})
export type StepRecord = z.infer<typeof stepRecordSchema>

/** What was typed and not recorded yet. Of any content, but not of any size. */
export const stepDraftSchema = z.object({
  outcome: z.enum(stepOutcomes).nullable(),
  statement: z.string().max(4000),
  endsOn: z.string().max(10),
  note: z.string().max(8000),
  name: z.string().max(200),
  links: z.string().max(8000),
  exceptions: z.record(
    z.string().max(5000),
    z.object({ owner: z.string().max(200), resolveBy: z.string().max(10), reason: z.string().max(1000) }),
  ),
  attachments: z.array(attachmentSchema).max(MAX_STEP_FILES),
})
export type StepDraft = z.infer<typeof stepDraftSchema>

export const walkthroughSchema = z.object({
  id: z.string(),
  startedAt: z.iso.datetime(),
  startedBy: z.string(),
  /** Whom it is made with. */
  auditor: z.string(),
  closedAt: z.iso.datetime().nullable(),
  /** In the order of the checklist. */
  steps: z.array(
    z.object({
      item: z.enum(itemIds),
      record: stepRecordSchema.nullable(),
      draft: stepDraftSchema.nullable(),
      /** The results are not those that were there when it was recorded. */
      outdated: z.boolean(),
    }),
  ),
  /** The audit that the one before was closed with, to be compared with. */
  since: z.object({ audit: z.string(), startedAt: z.iso.datetime() }).nullable(),
})
export type Walkthrough = z.infer<typeof walkthroughSchema>

export const presetSchema = z.object({
  id: z.string(),
  item: z.enum(itemIds),
  title: z.string(),
  /** A first draft of what is stated. */
  statement: z.string(),
  /** Markdown, line by line. */
  document: z.array(z.string()),
})

export type Preset = z.infer<typeof presetSchema>

/** Texts that help: what an item means and why, and documents to start from (assets/checklists). */
export const guideSchema = z.object({
  items: z.array(z.object({ id: z.enum(itemIds), means: z.string(), why: z.string(), ask: z.string() })),
  presets: z.array(presetSchema),
})
export type Guide = z.infer<typeof guideSchema>
