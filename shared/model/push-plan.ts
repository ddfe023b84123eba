import { z } from 'zod'
import { outcomes } from '../status.ts'
import { pushValueSchema } from './push-parameter.ts'
import { fileKinds } from './push-template.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/**
 * A file as it is on a host, in one word: content, owner and mode; `kept` for a content that is not ours; `link` with the digest of where it
 * leads, for one that goes; or that there is none. `unread`: before a push alone, for a file that the audit account may not read.
 */
export const fileStateSchema = z.string().regex(/^(?:absent|link:[0-9a-f]{64}|(?:kept|unread|[0-9a-f]{64}):\d+:\d+:[0-7]{1,5})$/)

/** What runs the undo at the next start of a host. */
export const bootUndos = ['systemd', 'openrc', 'cron', 'none'] as const
export type BootUndo = (typeof bootUndos)[number]

export const pushPlanSchema = z.strictObject({
  version: z.literal(1),
  id: z.uuid(),
  /** The push that this plan takes back: its files get what the host kept from before it. */
  reverts: z.uuid().optional(),
  createdAt: z.iso.datetime(),
  /** Version of Gatehouse that made it. */
  gatehouse: z.string(),
  fleet: z.string(),
  host: z.string(),
  address: z.string(),
  template: z.strictObject({ id: z.string(), version: z.int(), sha256 }),
  parameters: z.record(z.string(), pushValueSchema),
  /** Empty where no service reads the files. */
  unit: z.string(),
  danger: z.enum(['none', 'reload', 'restart', 'lock-out']),
  /** Absent: systemd, which holds the undo of this boot, too. Else a process of its own does. */
  bootUndo: z.enum(bootUndos).optional(),
  files: z
    .array(
      z.strictObject({
        kind: z.enum(fileKinds),
        path: z.string(),
        /** What was there when the plan was made. */
        before: fileStateSchema,
        after: fileStateSchema,
        /** Lines with `+`, `-` or a space before them. Secrets are masked: for people only. */
        diff: z.array(z.string()),
      }),
    )
    .min(1),
  /** Controls of which nothing may be known afterwards; a failure of theirs still undoes the push. */
  unseen: z.array(z.string()).optional(),
  /** Findings that must pass afterwards, and what they were; those that may come back, where a push is taken back. */
  turns: z.array(z.strictObject({ control: z.string(), subject: z.string(), status: z.enum(outcomes), title: z.string() })).min(1),
})
/** What a plan file holds where it is for many hosts: one plan per host, in the order of the push. */
export const pushPlansSchema = z.array(pushPlanSchema).min(1).max(200)
export type PushPlan = z.infer<typeof pushPlanSchema>

/** What came of a push: one of these and nothing else. */
export const pushVerdicts = ['committed-proven', 'rolled-back-proven', 'rolled-back-not-proven', 'unknown'] as const
export type PushVerdict = (typeof pushVerdicts)[number]

export const verdictWords: Readonly<Record<PushVerdict, string>> = {
  'committed-proven': 'committed and proven',
  'rolled-back-proven': 'rolled back and proven',
  'rolled-back-not-proven': 'rolled back, not proven',
  unknown: 'unknown',
}
