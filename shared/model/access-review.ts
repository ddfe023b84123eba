import { z } from 'zod'
import { accountKinds } from '../account-kind.ts'
import { type AccessFound, accessFoundSchema, accessLineSchema } from './access.ts'

/** `ask`: somebody must be asked first; a review with open questions is not signed. */
export const reviewVerdicts = ['keep', 'remove', 'ask'] as const
export type ReviewVerdict = (typeof reviewVerdicts)[number]

/** One account on one host, as it is now, and what was decided about it. */
export const reviewEntrySchema = z.object({
  host: z.string(),
  row: accessLineSchema,
  /** Rules, keys or groups were not read that say what it can do. */
  notRead: z.boolean(),
  /** Against the last signed review. `removal-due`: it was to be removed and is still there. */
  since: z.enum(['removal-due', 'new', 'changed', 'same']),
  decision: z.object({ verdict: z.enum(reviewVerdicts), note: z.string(), decidedBy: z.string(), decidedAt: z.iso.datetime() }).nullable(),
})
export type ReviewEntry = z.infer<typeof reviewEntrySchema>

/** With what the account can do. */
export type FullReviewEntry = Omit<ReviewEntry, 'row'> & { readonly row: AccessFound }

/** What an account that is removed left on a host, as the newest audit found it: gone from here only when an audit no longer finds it. */
export const removalLeftSchema = z.object({
  host: z.string(),
  account: z.string(),
  kind: z.enum(accountKinds),
  what: z.string(),
  /** For root; null where a person must look. */
  command: z.string().nullable(),
  /** A push does it; the rest is by hand. */
  byPush: z.boolean(),
})
export type RemovalLeft = z.infer<typeof removalLeftSchema>

export const accessReviewSchema = z.object({
  /** Null: none is open. */
  open: z.object({ startedAt: z.iso.datetime(), startedBy: z.string() }).nullable(),
  lastSigned: z
    .object({
      at: z.iso.datetime(),
      by: z.string(),
      /** Hosts that it does not speak of, because accounts were kept whose capabilities were not read. */
      without: z.array(z.string()),
    })
    .nullable(),
  /** Last day on which the last one counts; null when there was none. */
  nextDue: z.iso.date().nullable(),
  /** What changed since the last review first. */
  entries: z.array(reviewEntrySchema),
  /** Of accounts that are to be removed or were closed. */
  left: z.array(removalLeftSchema),
  /** Hosts whose accounts are not known: a review cannot be signed over them. */
  unseen: z.array(z.string()),
  /** Hosts with accounts of which something was not read and that are not removed, or with accounts that no list shows: what is signed does not speak of them. */
  notCovered: z.array(z.string()),
})
export type AccessReview = z.infer<typeof accessReviewSchema>
export type FullAccessReview = Omit<AccessReview, 'entries'> & { readonly entries: FullReviewEntry[] }

/** What `gatehouse access review --json` prints. */
export const fullAccessReviewSchema = accessReviewSchema.extend({ entries: z.array(reviewEntrySchema.extend({ row: accessFoundSchema })) })

/** `host` left out: every host that has the account. `kind` left out: it is refused where the name stands for more than one thing. */
export const reviewRequestSchema = z.object({
  account: z.string().min(1).max(256),
  kind: z.enum(accountKinds).optional(),
  host: z.string().max(64).optional(),
  verdict: z.enum(reviewVerdicts),
  note: z.string().max(500),
})
export type ReviewRequest = z.infer<typeof reviewRequestSchema>
