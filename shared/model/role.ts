import { z } from 'zod'

/** Who sits at this console. An operator looks, and does operator work; the administrator does everything. */
export const roleSchema = z.enum(['operator', 'administrator'])
export type Role = z.infer<typeof roleSchema>

export const roleStateSchema = z.object({
  role: roleSchema,
  /** Until when an operator stays one: `always`, also after a restart, or until the program ends, where the authenticator is forgotten then. */
  lasts: z.enum(['always', 'session']),
})
export type RoleState = z.infer<typeof roleStateSchema>
