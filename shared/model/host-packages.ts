import { z } from 'zod'
import { severities } from '../status.ts'
import { gapSchema } from './gap.ts'
import { proofSchema } from './proof.ts'
import { verdictSchema } from './verdict.ts'

/** One piece of software of a host, its version, and what is known against it. */
const softwareSchema = z.object({
  /** Stable within its host. */
  id: z.string(),
  name: z.string(),
  version: z.string(),
  kind: z.enum(['engine', 'driver', 'host-package', 'program', 'python', 'image']),
  /** Service, folder or container that it belongs to; the maintainer of a package of the host. */
  where: z.string(),
  /** How the version is known. */
  from: z.enum(['endpoint', 'python-package', 'image', 'kernel', 'nvidia-smi', 'package-manager', 'program']),
  /** Built by the distribution, which takes fixes back into old versions: its own security list judges it, not upstream's ranges. */
  byDistribution: z.boolean(),
  /** Vulnerabilities of this version by the data in use, worst first. */
  advisories: z.array(
    z.object({
      id: z.string(),
      severity: z.enum(severities).optional(),
      exploited: z.boolean(),
      /** First release with the fix; absent where none is recorded. */
      fixed: z.string().optional(),
      summary: z.string().optional(),
      /** What must hold besides the version. */
      condition: z.string().optional(),
    }),
  ),
  /** Release that closes all of them that have a fix. */
  fixedIn: z.string().optional(),
  /** Advisories that the data has about it at all. 0: it is not followed, so nothing is known. */
  followed: z.int(),
  /** Advisories that this version could not be compared with. */
  undecided: z.int(),
  /** Newer version in the security archive of the distribution. */
  pending: z.string().optional(),
  verdict: verdictSchema.optional(),
  proof: proofSchema.optional(),
})
export type Software = z.infer<typeof softwareSchema>

/** Software of a host that matters here, and how current the distribution's own security list is. */
export const hostPackagesSchema = z.object({
  software: z.array(softwareSchema),
  distribution: z
    .object({
      /** Packages that are installed. */
      installed: z.int(),
      pending: z.int(),
      /** Why pending updates are not known. */
      unknown: z.string().optional(),
      /** When the archive made the list that was read. ISO 8601, UTC. */
      listsAt: z.iso.datetime().optional(),
    })
    .optional(),
  gaps: z.array(gapSchema),
})
export type HostPackages = z.infer<typeof hostPackagesSchema>
