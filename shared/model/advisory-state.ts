import { z } from 'zod'

/** One file that was imported: what, from whom, when. */
export const advisoryImportSchema = z.object({
  /** Account at this console. */
  by: z.string(),
  at: z.iso.datetime(),
  /** Name of the file, without its folder. */
  file: z.string(),
  sha256: z.string(),
  /** Id of the key that signed it; null for an OSV dump, which nobody signed. */
  signedWith: z.string().nullable(),
  publishedAt: z.iso.datetime(),
  /** Records that were kept. */
  records: z.int().min(0),
  /** Taken although the data before it was newer, because the admin said so. */
  older: z.boolean(),
  ecosystems: z.array(z.string()).optional(),
  /** Those of them that it holds whole, so that its day is the day of what is known about them. Absent where an older Gatehouse imported it. */
  covers: z.array(z.string()).optional(),
  /** Records of a dump that were no OSV records. */
  unreadable: z.int().min(0).optional(),
})
export type AdvisoryImport = z.infer<typeof advisoryImportSchema>

/** The advisory data in use. */
export const advisoryStateSchema = z.object({
  records: z.int().min(0),
  base: z.enum(['shipped', 'signed-update']),
  /** When the base was read from its sources. */
  publishedAt: z.iso.datetime(),
  ageDays: z.int().min(0),
  imports: z.array(advisoryImportSchema),
  /** Imported data that could not be used. */
  problems: z.array(z.string()),
})
export type AdvisoryState = z.infer<typeof advisoryStateSchema>
