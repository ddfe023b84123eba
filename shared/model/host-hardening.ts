import { z } from 'zod'
import { gapSchema } from './gap.ts'
import { proofSchema } from './proof.ts'
import { verdictSchema } from './verdict.ts'

/** One setting: what was observed, what the control that judges it says, and the line that shows it. */
const hardeningRowSchema = z.object({
  /** Stable within its host. */
  id: z.string(),
  name: z.string(),
  /** As the host printed it. Absent: it did not print it, because it does not know it or it could not be asked. */
  value: z.string().optional(),
  /** `breaks`: it is set and keeps the server from the GPU. `would-break`: it is off, and has to stay off. */
  cuda: z.enum(['breaks', 'would-break']).optional(),
  /** Absent where no control judges it. */
  verdict: verdictSchema.optional(),
  /** What the finding says of it, when it is not well. */
  reason: z.string().optional(),
  /** What adds to a figure, weightiest first. */
  parts: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  proof: proofSchema.optional(),
})
export type HardeningRow = z.infer<typeof hardeningRowSchema>

const hardeningGroupSchema = z.object({
  id: z.string(),
  title: z.string(),
  rows: z.array(hardeningRowSchema),
})
export type HardeningGroup = z.infer<typeof hardeningGroupSchema>

/** How a host and its inference servers are closed up: per server first, then the host as a whole. */
export const hostHardeningSchema = z.object({ groups: z.array(hardeningGroupSchema), gaps: z.array(gapSchema) })
export type HostHardening = z.infer<typeof hostHardeningSchema>
