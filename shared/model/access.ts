import { z } from 'zod'
import { capabilities } from './capability.ts'

/** What an account can really do on a host, each with the way by which it can. */

export const stepProofSchema = z.object({ section: z.string(), line: z.int().min(0) })

export const holdingSchema = z.object({
  capability: z.enum(capabilities),
  /** `account batch`, `group docker`, `root`: how one leads to the next. */
  path: z.array(z.string()),
  /** What must be added, e.g. its password. */
  condition: z.string().optional(),
  proofs: z.array(stepProofSchema),
})
export type Holding = z.infer<typeof holdingSchema>

export const accountKeySchema = z.object({
  type: z.string(),
  fingerprint: z.string(),
  bits: z.int().optional(),
  comment: z.string(),
  /** `restrict`, `command="…"`, `from="…"`. */
  options: z.array(z.string()),
  line: z.int(),
})

export const accountAccessSchema = z.object({
  name: z.string(),
  /** `account`: of the host. `web`: a name in a password file of the proxy. */
  kind: z.enum(['account', 'web']),
  uid: z.int().optional(),
  groups: z.array(z.string()),
  /** Ways in: `SSH key`, `SSH password`, `cron`. Empty: none was found. */
  logins: z.array(z.string()),
  /** Why a way in is closed or not known. */
  loginNotes: z.array(z.string()),
  keys: z.array(accountKeySchema),
  lastLogin: z.iso.datetime().optional(),
  holdings: z.array(holdingSchema),
  proof: stepProofSchema,
})
export type AccountAccess = z.infer<typeof accountAccessSchema>

/** What could not be read, and so leaves open whether accounts hold these. */
export const accessGapSchema = z.object({ reason: z.string(), hint: z.string().optional(), leavesOpen: z.array(z.enum(capabilities)) })
export type AccessGap = z.infer<typeof accessGapSchema>

export const hostAccessSchema = z.object({
  accounts: z.array(accountAccessSchema),
  /** Accounts that can do nothing and cannot log in, which are left out. */
  others: z.int().min(0),
  gaps: z.array(accessGapSchema),
})
export type HostAccess = z.infer<typeof hostAccessSchema>
