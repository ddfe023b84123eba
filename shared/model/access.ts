import { z } from 'zod'
import { accountKinds } from '../account-kind.ts'
import { capabilities } from './capability.ts'
import { proofSchema } from './proof.ts'

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

/**
 * `account`: of the host. `web`: a name in a password file of the proxy. `idp`: whom oauth2-proxy lets in, a group or a mail domain. `key`: whoever has a key of an
 * engine.
 */
export const accountAccessSchema = z.object({
  name: z.string(),
  kind: z.enum(accountKinds),
  uid: z.int().optional(),
  groups: z.array(z.string()),
  /** Can it get in? `unknown`: something that would say so was not read. */
  login: z.enum(['yes', 'no', 'unknown']),
  /** Ways in: `SSH key`, `SSH password`, `SSH with any password`, `cron`. Empty: none was found. */
  logins: z.array(z.string()),
  /** Why a way in is closed or not known. */
  loginNotes: z.array(z.string()),
  /** What says how it gets in and was not read on this host. Absent: nothing. */
  unread: z.array(z.string()).optional(),
  keys: z.array(accountKeySchema),
  lastLogin: z.iso.datetime().optional(),
  holdings: z.array(holdingSchema),
  proof: stepProofSchema,
})
export type AccountAccess = z.infer<typeof accountAccessSchema>

/**
 * What could not be read, and so leaves open whether accounts hold these. `notModelled`: it was read, and what it does is not worked out.
 */
export const accessGapSchema = z.object({
  reason: z.string(),
  hint: z.string().optional(),
  leavesOpen: z.array(z.enum(capabilities)),
  notModelled: z.literal(true).optional(),
})
export type AccessGap = z.infer<typeof accessGapSchema>

export const tierNames = ['users', 'operators', 'administrators'] as const
export type TierName = (typeof tierNames)[number]

/**
 * An account held against its tier. `below`: it lacks what the work of its tier needs. `own`: root, the accounts of Gatehouse and of services, which
 * belong to no person.
 */
export const tierStates = ['above', 'still-active', 'no-tier', 'missing', 'below', 'unknown', 'match', 'own'] as const

export const accountTierSchema = z.object({
  account: z.string(),
  kind: z.enum(accountKinds),
  tier: z.enum(tierNames).nullable(),
  state: z.enum(tierStates),
  login: z.enum(['yes', 'no', 'unknown']),
  /** What was found, in a few words. */
  title: z.string(),
  reason: z.string(),
  /** What it can do and its tier may not. */
  excess: z.array(holdingSchema),
  proofs: z.array(stepProofSchema),
})
export type AccountTier = z.infer<typeof accountTierSchema>

export const hostAccessSchema = z.object({
  accounts: z.array(accountAccessSchema),
  /** Accounts that can do nothing and cannot log in, which are left out. */
  others: z.int().min(0),
  /** Accounts beyond what an answer holds: they may get in, and what they can do is not among it. */
  cut: z.int().min(0),
  gaps: z.array(accessGapSchema),
  /** Services of engines that run here: what operators start, stop and read the logs of. */
  services: z.array(z.string()),
  /** Why there may be accounts that are not among them. */
  unlisted: z.string().optional(),
})
export type HostAccess = z.infer<typeof hostAccessSchema>

/** What was not read of an account: what it may hold beside what was found, and why that is not known. */
export const notReadSchema = z.object({ capabilities: z.array(z.enum(capabilities)), reasons: z.array(z.string()) })
export type NotRead = z.infer<typeof notReadSchema>

/** Who can do what on a host, and how that fits its tiers. */
export const accessOfHostSchema = z.object({
  host: z.string(),
  /** Null when the host was never looked at, or its accounts could not be read. */
  access: hostAccessSchema.nullable(),
  /** Why nothing is known; null when it is. */
  reason: z.string().nullable(),
  /** Held against the tiers of the fleet file; empty where it has none. */
  tiers: z.array(accountTierSchema),
  /** Accounts that nobody used for as long as the fleet file allows, as the newest audit judged it. */
  stale: z.array(z.string()),
})
export type AccessOfHost = z.infer<typeof accessOfHostSchema>

/** One account on one host, with the lines that prove what is said. */
export const accessRowSchema = accountTierSchema.omit({ excess: true, proofs: true }).extend({
  logins: z.array(z.string()),
  lastLogin: z.iso.datetime().nullable(),
  holdings: z.array(holdingSchema.omit({ proofs: true })),
  /** Null: all that is asked for was read. */
  notRead: notReadSchema.nullable(),
  proofs: z.array(proofSchema),
})
export type AccessRow = z.infer<typeof accessRowSchema>

/** A row without the lines that prove it, which are asked for one account at a time: a directory has thousands. */
export const accessFoundSchema = accessRowSchema.omit({ proofs: true })
export type AccessFound = z.infer<typeof accessFoundSchema>

/** What the matrix shows of a row. */
export const accessLineSchema = accessRowSchema.pick({ account: true, kind: true, tier: true, state: true, login: true, lastLogin: true })
export type AccessLine = z.infer<typeof accessLineSchema>

/** A key that names no single person: see `sharedKeys`. */
export const sharedKeySchema = z.object({
  fingerprint: z.string(),
  comment: z.string(),
  why: z.enum(['shared', 'nobody']),
  /** Names of accounts that it opens. */
  accounts: z.int().min(1),
  places: z.array(z.object({ host: z.string(), account: z.string() })),
})
export type SharedKey = z.infer<typeof sharedKeySchema>

/** What `gatehouse access list --json` prints. */
export const accessListSchema = z.object({
  hosts: z.array(accessOfHostSchema),
  /** Of the hosts that are listed, with their places on all. */
  keys: z.array(sharedKeySchema),
})
export type AccessList = z.infer<typeof accessListSchema>

export const accessOverviewSchema = z.object({
  /** Null where the fleet file names none: then accounts are held against nothing. */
  tiers: z
    .array(z.object({ name: z.enum(tierNames), members: z.array(z.string()), capabilities: z.array(z.enum(capabilities)) }))
    .nullable(),
  hosts: z.array(
    z.object({
      host: z.string(),
      /** Why nothing is known; null when it is. */
      reason: z.string().nullable(),
      rows: z.array(accessLineSchema),
      /** Accounts that are not among the rows. */
      cut: z.int().min(0),
      gaps: z.array(accessGapSchema),
      /** Why there may be accounts that are not among the rows. */
      unlisted: z.string().optional(),
    }),
  ),
  /** Over all hosts whose keys were read. */
  keys: z.array(sharedKeySchema),
})
export type AccessOverview = z.infer<typeof accessOverviewSchema>
