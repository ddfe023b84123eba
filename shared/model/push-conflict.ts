import { z } from 'zod'

/** A file that is not as a plan saw it: what the plan saw, what is there now, what the template wants. */
export const pushConflictSchema = z.object({
  path: z.string(),
  /** States, as a plan has them; `unreadable` and `other` may be what is there now. */
  planned: z.string(),
  now: z.string(),
  wanted: z.string(),
  /**
   * Three marks, a space, and a line: `P` where it stands in what the plan saw, `N` in what is there now, `T` in what the template wants; a space where it does not.
   * Secrets are masked: for people only.
   */
  lines: z.array(z.string()),
  /** Why there are no lines, or why they show no difference; empty else. */
  remark: z.string(),
})
export type PushConflict = z.infer<typeof pushConflictSchema>
