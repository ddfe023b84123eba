import { z } from 'zod'

/** Vulnerability records in the shape of OSV (https://ossf.github.io/osv-schema/), reduced to what a verdict needs. Unknown keys are dropped. */

const text = (max: number) => z.string().max(max)

/** One event of a range. Exactly one key is set (OSV, `affected[].ranges[].events[]`). */
const eventSchema = z
  .object({ introduced: text(200), fixed: text(200), last_affected: text(200), limit: text(200) })
  .partial()
  .refine((event) => Object.keys(event).length === 1, 'expected one of introduced, fixed, last_affected, limit')
export type AdvisoryEvent = z.infer<typeof eventSchema>

const rangeSchema = z.object({ type: z.enum(['SEMVER', 'ECOSYSTEM', 'GIT']), events: z.array(eventSchema).max(2000) })

/** `type` says what `score` is: `CVSS_V3` and `CVSS_V4` a vector, `Ubuntu` a word. */
const severityEntrySchema = z.object({ type: text(50), score: text(300) })
export type SeverityEntry = z.infer<typeof severityEntrySchema>

const affectedSchema = z.object({
  /** `ecosystem` as OSV names it (`PyPI`, `Go`, `Debian:12`), or `upstream` for software that has none there. */
  package: z.object({ ecosystem: text(100).min(1), name: text(300).min(1) }),
  /** Stated here when it is not the same for every package of the record. */
  severity: z.array(severityEntrySchema).max(20).optional(),
  ranges: z.array(rangeSchema).max(500).optional(),
  /** Versions that are affected, one by one. */
  versions: z.array(text(200)).max(20_000).optional(),
  /** Of Go's database: ranges of releases that are no versions of the module. */
  ecosystem_specific: z
    .object({ custom_ranges: z.array(rangeSchema).max(500).optional().catch(undefined) })
    .optional()
    .catch(undefined),
})
export type Affected = z.infer<typeof affectedSchema>

export const advisorySchema = z.object({
  id: text(200).min(1),
  modified: z.iso.datetime(),
  /** Set when the record was taken back; it then says nothing. */
  withdrawn: z.iso.datetime().optional(),
  aliases: z.array(text(200)).max(500).optional(),
  summary: text(2000).optional(),
  severity: z.array(severityEntrySchema).max(20).optional(),
  affected: z.array(affectedSchema).max(2000).default([]),
  references: z
    .array(z.object({ type: text(50), url: text(2000) }))
    .max(500)
    .optional(),
  database_specific: z
    .object({
      /** The database's own word: CRITICAL, HIGH, MEDIUM or MODERATE, LOW. */
      severity: z.string().nullish().catch(undefined),
      /** Known to be exploited. */
      exploited: z.boolean().optional().catch(undefined),
      /** What must hold besides the version, for people. */
      condition: z.string().optional().catch(undefined),
      /** Record that this one was made from. */
      source: z.string().optional().catch(undefined),
      /** `secondary`: not read from the vendor's or the CVE's own record. */
      confidence: z.enum(['primary', 'secondary']).optional().catch(undefined),
      note: z.string().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
})
export type Advisory = z.infer<typeof advisorySchema>

/** The data that ships with Gatehouse, and the content of a signed update. */
export const advisorySetSchema = z.object({
  format: z.literal(1),
  /** When the records were read from their sources. ISO 8601, UTC. */
  published: z.iso.datetime(),
  records: z.array(advisorySchema).min(1).max(500_000),
})
export type AdvisorySet = z.infer<typeof advisorySetSchema>
