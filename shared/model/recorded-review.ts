import { z } from 'zod'
import { accountKinds } from '../account-kind.ts'
import { notReadSchema, tierNames } from './access.ts'
import { reviewVerdicts } from './access-review.ts'
import { capabilities } from './capability.ts'

/** What an account could do when it was decided about, in words. */
export const heldAccessSchema = z.object({
  /** Null: the fleet file puts it in none. */
  tier: z.enum(tierNames).nullable(),
  /** Ways in: `SSH key`, `SSH password`, `cron`. */
  logins: z.array(z.string()),
  capabilities: z.array(z.enum(capabilities)),
  /** What was not known of it when it was decided about. Absent: nothing was left open. */
  notRead: notReadSchema.optional(),
})
export type HeldAccess = z.infer<typeof heldAccessSchema>

/** What was decided about one account on one host. */
export const recordedDecisionSchema = z.object({
  host: z.string(),
  account: z.string(),
  /** Null: an older Gatehouse did not tell accounts from names at the proxy. */
  kind: z.enum(accountKinds).nullable(),
  verdict: z.enum(reviewVerdicts),
  note: z.string(),
  decidedBy: z.string(),
  decidedAt: z.iso.datetime(),
  /** SHA-256 of what the account could do when it was decided about. */
  seen: z.string().regex(/^[0-9a-f]{64}$/),
  /** The account in the newest audit, against what was seen when it was decided about. `not-read`: nothing is known of it now. */
  since: z.enum(['same', 'changed', 'gone', 'not-read']),
  /** Null where an older Gatehouse kept the digest alone and the account is not the same any more. */
  held: heldAccessSchema.nullable(),
})
export type RecordedDecision = z.infer<typeof recordedDecisionSchema>

/** One review of access, as it is handed to an auditor. */
export const recordedReviewSchema = z.object({
  id: z.string(),
  startedAt: z.iso.datetime(),
  startedBy: z.string(),
  /** Null while it is open. */
  signedAt: z.iso.datetime().nullable(),
  /** Name, as written. */
  signedBy: z.string().nullable(),
  /** Hosts that it does not speak of, because rules, keys, groups or a directory were not read there. Absent while it is open, and where an older Gatehouse signed. */
  notCovered: z.array(z.string()).optional(),
  /** By host and account. */
  decisions: z.array(recordedDecisionSchema),
})
export type RecordedReview = z.infer<typeof recordedReviewSchema>

/** The published shape of `decisions/access-reviews.json` of a pack (assets/schemas/access-reviews.schema.json), newest first. Fields are only ever added. */
export const recordedReviewsSchema = z.array(recordedReviewSchema)
