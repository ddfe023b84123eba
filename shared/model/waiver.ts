import { z } from 'zod'
import { itemIds } from './checklist.ts'
import { waivableOutcomes } from './validity.ts'

/** What a line may not hold: it draws nothing or turns its neighbours around. Paste brings it along, from documents and chats. */
const hidden = /[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/gu

/** Words that a person typed: one line or a few. What would hide something is left out, so that what is kept is what everybody sees. */
export const typedText = (max: number) =>
  z
    .string()
    .overwrite((text) =>
      text
        .replace(/\r\n?|[\u2028\u2029]/g, '\n')
        .replaceAll('\t', ' ')
        .replace(hidden, ''),
    )
    .trim()
    .min(1)
    .max(max)

/** One finding on one host that somebody answers for until a day. Never changed afterwards, only withdrawn. */
export const waiverSchema = z.object({
  id: z.string(),
  host: z.string(),
  control: z.string(),
  item: z.enum(itemIds),
  subject: z.string(),
  /** What was accepted: status, title and evidence as they were. */
  status: z.enum(waivableOutcomes),
  title: z.string(),
  digest: z.string(),
  reason: z.string(),
  /** Who answers for it. */
  approver: z.string(),
  /** Account at this console that wrote it down. */
  grantedBy: z.string(),
  grantedAt: z.iso.datetime(),
  /** Last day on which it holds, UTC. */
  endsOn: z.iso.date(),
  withdrawn: z.object({ by: z.string(), at: z.iso.datetime() }).optional(),
})
export type Waiver = z.infer<typeof waiverSchema>

/**
 * `active`: the finding is waived. `expired`, `changed` (other evidence than it was given for): the finding is open again.
 * `idle`: nothing to waive any more, or not measured. `withdrawn`: taken back, or replaced by another.
 */
export const waiverStates = ['active', 'expired', 'changed', 'idle', 'withdrawn'] as const
export type WaiverState = (typeof waiverStates)[number]

/** What a finding says about the waiver that was given for it. */
export const findingWaiverSchema = waiverSchema
  .pick({ id: true, status: true, reason: true, approver: true, grantedAt: true, endsOn: true })
  .extend({
    state: z.enum(['active', 'expired', 'changed']),
  })
