import { z } from 'zod'
import { failureSchema } from './audit.ts'

/** What an operator does with a service of a host. */
export const operateVerbs = ['start', 'stop', 'restart'] as const
export const operateVerbSchema = z.enum(operateVerbs)
export type OperateVerb = z.infer<typeof operateVerbSchema>

/** A unit of systemd, or the container of an engine, that the last look knows as part of serving models. */
export const operableUnitSchema = z.object({
  /** `ollama.service`; a container by its runtime and its name, `docker:localai`. */
  unit: z.string(),
  /** What it is: `Ollama`, `nginx`. */
  name: z.string(),
  /** TCP ports that it was seen or configured to listen on. */
  ports: z.array(z.int()),
  /** Why it cannot be operated from here, as the last look has it. */
  unavailable: z.string().optional(),
  container: z.object({ runtime: z.enum(['docker', 'podman']), id: z.string() }).optional(),
})
export type OperableUnit = z.infer<typeof operableUnitSchema>

/** How a unit stands, as `systemctl show` says it this moment; a container in the same words, as `inspect` says it. */
export const unitStateSchema = z.object({
  activeState: z.string(),
  subState: z.string(),
  mainPid: z.int(),
  /** Another one after each start (systemd.exec(5), INVOCATION_ID); empty before systemd 232. Of a container: when it was started. */
  invocation: z.string(),
  /** `success`, `exit-code`, `timeout` … */
  result: z.string(),
  /** `enabled`, `disabled`, `masked` …; the restart policy of a container, `restart=always`. */
  unitFileState: z.string(),
  /** A job of systemd for this unit waits or runs. */
  job: z.boolean(),
  /** Sockets, timers or paths that start it again by themselves. */
  triggeredBy: z.string(),
  /** Of its ports, those that somebody listens on. Null: that could not be read. */
  listening: z.array(z.int()).nullable(),
})
export type UnitState = z.infer<typeof unitStateSchema>

/** `proven`: looked at again, and it is so. `failed`: it is not so. `unknown`: nobody can say. */
export const operateOutcomes = ['proven', 'failed', 'unknown'] as const

const operateRequestSchema = z.object({ host: z.string(), unit: z.string(), verb: operateVerbSchema })
export type OperateRequest = z.infer<typeof operateRequestSchema>

export const operateResultSchema = z.object({
  outcome: z.enum(operateOutcomes),
  /** One sentence for people. */
  detail: z.string(),
  before: unitStateSchema,
  /** Null when the host could not be looked at afterwards. */
  after: unitStateSchema.nullable(),
})
export type OperateResult = z.infer<typeof operateResultSchema>

/** What is done at this console, or was done last in this session. */
export const operateJobSchema = z.object({
  ...operateRequestSchema.shape,
  /** What it is, such as `Ollama`. */
  name: z.string(),
  startedAt: z.iso.datetime(),
  state: z.enum(['running', 'finished']),
  /** What is done or waited for, in words. */
  step: z.string(),
  result: operateResultSchema.nullable(),
  /** Why nothing was done. */
  failure: failureSchema.nullable(),
})
export type OperateJob = z.infer<typeof operateJobSchema>
