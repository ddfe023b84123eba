import { z } from 'zod'

/** How often the open fleet is audited by itself while the app runs; 0 is never. */
export const scheduleSchema = z.object({ everyHours: z.union([z.literal(0), z.literal(6), z.literal(24), z.literal(168)]) })
export type Schedule = z.infer<typeof scheduleSchema>

/** The same, and when the next one begins: now, where one is due. Null when none does. */
export const scheduleStateSchema = scheduleSchema.extend({ nextAt: z.iso.datetime().nullable() })
export type ScheduleState = z.infer<typeof scheduleStateSchema>
