import { z } from 'zod'

/** One line of what a command printed on the host, as proof of a value. Text is data: shown as text, never as markup. */
export const proofSchema = z.object({
  /** Probe section, e.g. `units`. */
  section: z.string(),
  /** What ran, for people. */
  command: z.string(),
  /** SHA-256 of the whole output. */
  sha256: z.string(),
  /** From 1; 0 stands for the output as a whole. */
  line: z.int().min(0),
  text: z.string(),
})
export type Proof = z.infer<typeof proofSchema>
