import { z } from 'zod'

/** A part of a line: text that is shown, or what was taken out and how much it was. */
export const logPieceSchema = z.union([z.object({ text: z.string() }), z.object({ removed: z.string(), characters: z.int() })])
export type LogPiece = z.infer<typeof logPieceSchema>

export const logLineSchema = z.object({
  /** Cursor of the journal: the same line has the same one. */
  id: z.string(),
  /** Null where the journal gave none. */
  at: z.iso.datetime().nullable(),
  /** 0 (emergency) to 7 (debug), syslog(3); null where it is not known. */
  priority: z.int().min(0).max(7).nullable(),
  /** Program that said it; empty where it is not known. */
  by: z.string(),
  pieces: z.array(logPieceSchema),
})
export type LogLine = z.infer<typeof logLineSchema>

/** The newest lines of a service, oldest first, content taken out. */
export const serviceLogSchema = z.object({
  lines: z.array(logLineSchema),
  /** There are older ones than these. */
  more: z.boolean(),
  /** Lines of the journal that could not be read. */
  unreadable: z.int(),
})
export type ServiceLog = z.infer<typeof serviceLogSchema>
