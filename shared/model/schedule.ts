import { z } from 'zod'

/** How often the open fleet is audited by itself while the app runs; 0 is never. */
export const scheduleSchema = z.object({ everyHours: z.union([z.literal(0), z.literal(6), z.literal(24), z.literal(168)]) })
export type Schedule = z.infer<typeof scheduleSchema>
