import { z } from 'zod'
import { gapSchema } from './gap.ts'
import { proofSchema } from './proof.ts'
import { verdictSchema } from './verdict.ts'

/** A program that belongs to serving models: an engine, a proxy before it, another program of the field, or a container. */
const hostedServiceSchema = z.object({
  /** Stable within a host. */
  id: z.string(),
  /** What it is: `vLLM`, `nginx`, `Open WebUI`; the image of a container that is none of these. */
  name: z.string(),
  kind: z.enum(['engine', 'proxy', 'program', 'container']),
  /** `unknown`: it runs, but what started it could not be read. */
  how: z.enum(['unit', 'container', 'pod', 'process', 'user-session', 'unknown']),
  unit: z.string().optional(),
  container: z.string().optional(),
  /** The pod around it, as far as the node tells it. */
  pod: z
    .object({
      uid: z.string(),
      namespace: z.string().optional(),
      name: z.string().optional(),
      container: z.string().optional(),
      unknown: z.string().optional(),
    })
    .optional(),
  image: z.string().optional(),
  /** The Quadlet or unit that its container is made from. */
  madeFrom: z.string().optional(),
  /** Account that it runs as; absent when it could not be read. */
  account: z.string().optional(),
  running: z.boolean(),
  /** As the host says it: `active (running)`, `failed`. */
  state: z.string(),
  version: z
    .object({
      text: z.string(),
      from: z.enum(['endpoint', 'python-package', 'image', 'host-package', 'program']),
      proof: proofSchema.optional(),
    })
    .optional(),
  /** Why there is no version. */
  versionUnknown: z.string().optional(),
  binds: z.array(
    z.object({
      address: z.string(),
      port: z.int(),
      scope: z.enum(['loopback', 'wildcard', 'specific']),
      basis: z.enum(['observed', 'configured']),
    }),
  ),
  bindsUnknown: z.string().optional(),
  /** Settings of an engine that matter, as its command line and environment give them. Secrets are masked. */
  settings: z.array(z.object({ name: z.string(), value: z.string(), from: z.enum(['command-line', 'environment']) })),
  restart: z.object({
    /** `on-failure`, `unless-stopped`; absent when it is not known. */
    policy: z.string().optional(),
    /** How often systemd restarted it by itself. */
    count: z.int().optional(),
    /** Its files changed after they were loaded. */
    reloadNeeded: z.boolean().optional(),
  }),
  /** Command line word by word, secrets masked. Empty when it could not be read. */
  command: z.array(z.string()),
  /** Variables that are known; undefined when none could be read. Secrets are masked. */
  environment: z.record(z.string(), z.string()).optional(),
  /** Properties of its unit as systemctl printed them. */
  properties: z.array(z.object({ name: z.string(), value: z.string(), line: z.int() })),
  /** What somebody who reaches it can do. */
  danger: z.string().optional(),
  proof: proofSchema.optional(),
  /** Findings about it that are open, loudest first. */
  open: z.array(verdictSchema),
  /** Checks about it that pass. */
  passing: z.int(),
})
export type HostedService = z.infer<typeof hostedServiceSchema>

/** Everything that serves models on a host, or stands before it, or beside it. */
export const hostServicesSchema = z.object({ services: z.array(hostedServiceSchema), gaps: z.array(gapSchema) })
export type HostServices = z.infer<typeof hostServicesSchema>
