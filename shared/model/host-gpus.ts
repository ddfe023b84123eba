import { z } from 'zod'
import { gapSchema } from './gap.ts'
import { proofSchema } from './proof.ts'
import { verdictSchema } from './verdict.ts'

const percent = z.number().optional()
const quantity = z.number().optional()

/** One GPU as it was at the time of the audit. What is absent was N/A or not read. */
const gpuStateSchema = z.object({
  /** Of a card of AMD its bus. */
  uuid: z.string(),
  vendor: z.enum(['nvidia', 'amd']),
  index: z.int(),
  name: z.string(),
  utilizationPercent: percent,
  memoryUsedMiB: quantity,
  memoryTotalMiB: quantity,
  temperatureC: quantity,
  powerDrawW: quantity,
  powerLimitW: quantity,
  persistence: z.boolean().optional(),
  mig: z.boolean().optional(),
  ecc: z.boolean().optional(),
  /** Uncorrectable memory errors since the driver was loaded. */
  uncorrectedErrors: z.number().optional(),
  remapPending: z.boolean().optional(),
  remapFailed: z.boolean().optional(),
  /** What the driver asks for: `Reset`. */
  recovery: z.string().optional(),
  /** Why the hardware holds the clocks down. */
  slowdowns: z.array(z.string()),
  /** Held down to keep to the power limit. */
  powerCapped: z.boolean().optional(),
  /** What amd-smi calls a card of AMD; absent where it was not asked, or says nothing of it. */
  throttled: z.boolean().optional(),
  /** Faults of it in the kernel log. Undefined when that could not be read. */
  xids: z.array(z.object({ code: z.int(), text: z.string() })).optional(),
  proof: proofSchema.optional(),
  open: z.array(verdictSchema),
  passing: z.int(),
})
export type GpuState = z.infer<typeof gpuStateSchema>

/** A process on a GPU, traced to where it comes from. */
const gpuUserSchema = z.object({
  id: z.string(),
  pid: z.int(),
  name: z.string(),
  /** Index of its GPU; absent when the GPU is not listed. */
  gpu: z.int().optional(),
  memoryMiB: quantity,
  account: z.string().optional(),
  unit: z.string().optional(),
  container: z.string().optional(),
  /** False: its cgroup was not read, so where it runs is not known. */
  placed: z.boolean(),
  /** Inference server that it belongs to; `tool` for a program that watches GPUs. */
  belongsTo: z
    .discriminatedUnion('kind', [z.object({ kind: z.literal('service'), name: z.string() }), z.object({ kind: z.literal('tool') })])
    .optional(),
  /** Command line, secrets masked; empty when it was not read. */
  command: z.array(z.string()),
  proof: proofSchema.optional(),
  /** What is said of a process that belongs to nothing known. */
  verdict: verdictSchema.optional(),
})
export type GpuUser = z.infer<typeof gpuUserSchema>

/** GPUs of a host, and who uses them. */
export const hostGpusSchema = z.object({
  driver: z.string().optional(),
  cuda: z.string().optional(),
  gpus: z.array(gpuStateSchema),
  users: z.array(gpuUserSchema),
  /** Nothing was kept back: where there are no users, no process uses a GPU. */
  usersKnown: z.boolean(),
  /** Why there are none: the tool is not there, it found no device, or only tools or the driver of AMD are there, and no card. */
  none: z.enum(['no-tool', 'no-device', 'amd-only', 'other-maker']).optional(),
  gaps: z.array(gapSchema),
})
export type HostGpus = z.infer<typeof hostGpusSchema>
