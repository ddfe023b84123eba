import { z } from 'zod'
import { outcomes, severities } from '../status.ts'
import { findingAttestationSchema } from './attestation.ts'
import { itemIds } from './checklist.ts'
import { findingWaiverSchema } from './waiver.ts'

/** A stretch of what a command printed on the host. Text is data: shown as text, never as markup. */
export const evidenceSchema = z.object({
  /** Probe section, e.g. `listeners`. */
  section: z.string(),
  /** What ran, for people, e.g. `sudo ss -Htulnp`. */
  command: z.string(),
  /** Null when the command did not run or did not finish. */
  exitCode: z.int().nullable(),
  /** SHA-256 of the whole output (stdout), hex. The store keeps it once per content. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  durationMs: z.number().min(0),
  lines: z.array(
    z.object({
      number: z.int().min(1),
      text: z.string(),
      /** The offending line carries what was found and what was expected. */
      note: z.string().optional(),
      /** Words of the line that are the reason, printed bold. */
      token: z.string().optional(),
    }),
  ),
})
export type Evidence = z.infer<typeof evidenceSchema>

export const findingSchema = z.object({
  /** Control id, e.g. `inference-bound-to-loopback`. */
  control: z.string(),
  item: z.enum(itemIds),
  status: z.enum(outcomes),
  severity: z.enum(severities),
  /** The observed fact, under 48 characters. */
  title: z.string(),
  /** What it is about: a service, a file, a listener. Empty for the host as a whole. */
  subject: z.string(),
  /** One sentence that proves the title: values found, values expected. */
  reason: z.string(),
  /** Why it matters here, at most three sentences. */
  rationale: z.string(),
  evidence: z.array(evidenceSchema),
  /** What an admin can do now. */
  hint: z.string().optional(),
  remediation: z.object({ template: z.string() }).optional(),
  references: z.array(z.string()),
  /** What was found, as one hash: the same while only process ids, counters and times differ. Waivers and statements hold for it. */
  digest: z.string().optional(),
  /** Given for this finding, holding or not. Laid over what was stored when it is read. */
  waiver: findingWaiverSchema.optional(),
  attestation: findingAttestationSchema.optional(),
  /** ISO 8601, UTC. Set by the store. */
  firstSeen: z.iso.datetime().optional(),
  lastChanged: z.iso.datetime().optional(),
})
export type Finding = z.infer<typeof findingSchema>

/** A finding as lists show it: without its proof, which is most of its size. */
export const findingBriefSchema = findingSchema.pick({
  control: true,
  item: true,
  status: true,
  severity: true,
  title: true,
  subject: true,
  remediation: true,
  digest: true,
  waiver: true,
  attestation: true,
  firstSeen: true,
  lastChanged: true,
})
export type FindingBrief = z.infer<typeof findingBriefSchema>

/** Identity of a finding over time: the same control on the same subject. */
export const findingKey = (finding: Pick<Finding, 'control' | 'subject'>): string => `${finding.control}\u0000${finding.subject}`
