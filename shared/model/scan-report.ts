import { z } from 'zod'
import { modelFormatSchema } from './model-format.ts'

/**
 * - `dangerous`: the file runs code or writes where it should not when it is loaded.
 * - `not-cleared`: some part was not read, could not be read, or is code that nobody can judge here.
 * - `suspicious`: it holds what weights have no need of.
 * - `cleared`: every part that can hold code was read, and holds none.
 *
 * The first that applies counts. Only `cleared` may be loaded.
 */
export const scanOutcomes = ['dangerous', 'not-cleared', 'suspicious', 'cleared'] as const
export type ScanOutcome = (typeof scanOutcomes)[number]

export const scanFindingSchema = z.object({
  /** Stable, `reader.fact`. */
  code: z.string(),
  severity: z.enum(['dangerous', 'suspicious']),
  /** The observed fact. */
  title: z.string(),
  /** Names and numbers of this case; text of the file, made harmless and cut. */
  detail: z.string(),
  /** Member of an archive, or parts of it from the outside in, joined by ` › `; empty for the file itself. */
  member: z.string(),
  /** Byte in the member (unpacked) at which it was seen; for a pickle, of the opcode. */
  offset: z.number().nullable(),
})
export type ScanFinding = z.infer<typeof scanFindingSchema>

/** A part that was not judged, and why. One is enough to keep a file from being cleared. */
export const scanGapSchema = z.object({ member: z.string(), offset: z.number().nullable(), reason: z.string() })
export type ScanGap = z.infer<typeof scanGapSchema>

/** What another scanner of the host says of the same bytes. It decides nothing. */
export const otherScanSchema = z.object({
  scanner: z.enum(['picklescan', 'modelscan']),
  /** Its path on the host. */
  program: z.string(),
  /** `not-judged`: it skipped the file or could not read it. `not-run`: it was not safe to run. */
  verdict: z.enum(['found', 'nothing', 'not-judged', 'failed', 'not-run']),
  /** What it found, or why it says nothing; text of the host, made harmless and cut. */
  detail: z.string(),
})
export type OtherScan = z.infer<typeof otherScanSchema>

export const scanReportSchema = z.object({
  path: z.string(),
  sizeBytes: z.number(),
  format: modelFormatSchema,
  outcome: z.enum(scanOutcomes),
  findings: z.array(scanFindingSchema),
  /** Empty when everything that can hold code was read. */
  gaps: z.array(scanGapSchema),
  /** What the header says, for people: architecture, quantisation, number of tensors. Text of the file, made harmless and cut. */
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  bytesRead: z.number(),
  /** Absent where the host has no other scanner. */
  others: z.array(otherScanSchema).optional(),
})
export type ScanReport = z.infer<typeof scanReportSchema>
