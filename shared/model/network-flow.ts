import { z } from 'zod'
import { doorKinds, flowStates, segments } from './segment.ts'

export const flowSchema = z.object({
  segment: z.enum(segments),
  state: z.enum(flowStates),
  /** One sentence that proves the state. Holds text of the host. */
  reason: z.string(),
  /** The rule or policy that decides, as printed on the host, and where. */
  rule: z.object({ text: z.string(), section: z.string(), line: z.int().min(0) }).optional(),
  /** Gatehouse's own connection from this segment, when it made one. */
  wire: z.object({ from: z.string(), outcome: z.string(), section: z.string(), line: z.int().min(0) }).optional(),
})
export type Flow = z.infer<typeof flowSchema>

/** A socket of a host and who gets to it; or the host as the one that connects. */
export const networkDoorSchema = z.object({
  /** Stable within a host. */
  id: z.string(),
  kind: z.enum(doorKinds),
  /** `nginx`, `ollama.service`, `sshd`. */
  name: z.string(),
  /** `0.0.0.0:11434`, `*:443/udp`; empty for what goes out, and where the socket could not be seen. */
  bind: z.string(),
  /** Other machines could connect, if rules let them. */
  bound: z.boolean(),
  /** Line that shows the socket. */
  seenAt: z.object({ section: z.string(), line: z.int().min(0) }).optional(),
  /** Findings that judge it; without a subject all of that control. */
  judgedBy: z.array(z.object({ control: z.string(), subject: z.string().optional() })),
  flows: z.array(flowSchema),
})
export type NetworkDoor = z.infer<typeof networkDoorSchema>

export const hostNetworkSchema = z.object({
  doors: z.array(networkDoorSchema),
  /** Why doors may be missing; absent when they were all seen. */
  unread: z.string().optional(),
})
export type HostNetwork = z.infer<typeof hostNetworkSchema>
