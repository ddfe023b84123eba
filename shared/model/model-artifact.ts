import { z } from 'zod'
import { fileStates } from './file-state.ts'
import { expectedValueSchema, hashAlgorithms } from './model-expected.ts'
import { modelFormatSchema } from './model-format.ts'
import { hostInventorySchema, hostModelSchema, modelFileSchema, modelKinds } from './model-inventory.ts'
import { placeApprovals } from './registration-state.ts'
import { scanOutcomes, scanReportSchema } from './scan-report.ts'

/** One file of a model, what was found of it, and what it should be. */
export const verifiedFileSchema = z.object({
  name: z.string(),
  role: z.enum(['weights', 'code', 'data', 'document']),
  state: z.enum(fileStates),
  /** What decides, for people. */
  reason: z.string(),
  /** Absent when the file is missing. */
  file: modelFileSchema.optional(),
  /** As taken on the host; empty when it is not known. */
  digest: z.string(),
  algorithm: z.enum(hashAlgorithms),
  hashedAt: z.string(),
  expected: expectedValueSchema.optional(),
  /** The origin of the expected value is the place that the file came from, or nobody said where it comes from. */
  weak: z.boolean(),
  /** Of exactly these bytes; absent while nobody scanned them. */
  scan: scanReportSchema.optional(),
})
export type VerifiedFile = z.infer<typeof verifiedFileSchema>

const countsSchema = z.record(z.enum(fileStates), z.int())

/** Models with the same bytes, on however many hosts. */
export const modelArtifactSchema = z.object({
  /** Changes with the bytes; until all are hashed it stands for one host alone. */
  key: z.string(),
  name: z.string(),
  kind: z.enum(modelKinds),
  /** One per place; the first stands for all. */
  places: z.array(hostModelSchema),
  /** What the approval process says of each place, and the registration that decides it (empty when none does). */
  approvals: z.array(z.object({ approval: z.enum(placeApprovals), registration: z.string() })),
  bytes: z.number(),
  files: z.int(),
  /** The loudest state of its files. */
  state: z.enum(fileStates),
  counts: countsSchema,
  /** Of the largest file, once it is known. */
  sha256: z.string(),
  /** Every expected value that it was verified with comes from where it was downloaded. */
  weak: z.boolean(),
  /** Formats of its weights by their content, the largest first; empty while nobody looked. */
  formats: z.array(modelFormatSchema),
  /** The worst outcome of its files; `not-scanned` while one of them was not. */
  scan: z.enum([...scanOutcomes, 'not-scanned']),
})
export type ModelArtifact = z.infer<typeof modelArtifactSchema>

export const modelOverviewSchema = z.object({
  artifacts: z.array(modelArtifactSchema),
  hosts: z.array(hostInventorySchema),
})
export type ModelOverview = z.infer<typeof modelOverviewSchema>
