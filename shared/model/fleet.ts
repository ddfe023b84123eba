import { z } from 'zod'
import { capabilities } from './capability.ts'

/** Schema of `fleet.yaml`, the one file an admin keeps. Unknown keys are errors, so that a typo never silently drops a rule. */

const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'expected 1 to 63 letters from A to Z, digits, dots, dashes or underscores, starting with a letter or digit',
  )

/** A host name (RFC 1123), an IPv4 or an IPv6 literal. A leading dash could pose as an option, and is refused. */
const address = z
  .string()
  .max(253)
  .regex(
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9]+)?)$/,
    'expected a host name or an IP address',
  )

const port = z.int().min(1).max(65_535)

/** POSIX portable user name (useradd(8)), plus the `DOMAIN\user` and `user@domain` forms of directory accounts. */
const user = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.@\\-]{0,63}\$?$/, 'expected an account name')

const absolutePath = z
  .string()
  .max(4096)
  .refine((path) => path.startsWith('/') && !/[\0\n]/.test(path) && !path.split('/').includes('..'), 'expected an absolute path without ..')

/** `10.0.1.0/24`, `fd00::/8` or a single address. Parsed strictly by `core/fleet`. */
const network = z.string().regex(/^[0-9A-Fa-f:.]+(?:\/\d{1,3})?$/, 'expected a network such as 10.0.1.0/24 or a single address')

export const identitySchema = z.strictObject({
  user: user.describe('Account to log in as'),
  identityFiles: z.array(z.string().min(1)).default([]).describe('Private keys tried in order, ~ allowed'),
  agent: z.boolean().default(true).describe('Offer the keys of the SSH agent first'),
})

export const jumpHostSchema = z.strictObject({
  name,
  address,
  port: port.default(22),
  identity: identitySchema.optional().describe('Defaults to identities.audit'),
  audit: z
    .boolean()
    .default(false)
    .describe('Look at the jump host itself: its account may run the probe there. Without it no command runs there'),
})

export const hostSchema = z.strictObject({
  name,
  address,
  port: port.default(22),
  identity: identitySchema.optional().describe('Defaults to identities.audit'),
  changeIdentity: identitySchema.optional().describe('Defaults to identities.change'),
  operateIdentity: identitySchema.optional().describe('Defaults to identities.operate'),
  modelPaths: z.array(absolutePath).optional().describe('Defaults to the fleet-wide modelPaths'),
  labels: z.array(z.string().min(1).max(40)).default([]),
  airGapped: z.boolean().optional().describe('Defaults to the fleet-wide airGapped'),
})

export const networksSchema = z.strictObject({
  app: z.array(network).default([]).describe('Application servers: the only clients of the inference port'),
  jump: z.array(network).default([]).describe('Jump hosts: the only source of SSH. Defaults to nothing, then it is not judged'),
  management: z.array(network).default([]).describe('Monitoring and administration'),
  modelStorage: z.array(network).default([]).describe('Where models may be fetched from'),
  modelAdmins: z.array(network).default([]).describe('The only hosts allowed to pull, push, create or delete models'),
})

export const policySchema = z.strictObject({
  certificateWarnDays: z.int().min(1).max(365).default(30).describe('Warn when a certificate ends within this many days'),
  minimumTlsVersion: z.enum(['1.2', '1.3']).default('1.2'),
  concurrentHandshakes: z
    .int()
    .min(1)
    .max(32)
    .default(8)
    .describe('SSH handshakes under way at once; keep below MaxStartups of the jump host'),
  connectTimeoutSeconds: z.int().min(1).max(120).default(10),
  fourEyes: z.boolean().default(false).describe('A model is approved by another person than the one who requested it'),
  auditTimeoutSeconds: z.int().min(5).max(900).default(60),
})

const tierSchema = z.strictObject({
  accounts: z.array(user).max(2000).default([]).describe('Accounts of the hosts, and names in password files of the proxy'),
  groups: z.array(z.string().min(1).max(256)).max(200).default([]).describe('Groups of the hosts, all of whose members belong to it'),
  idpGroups: z
    .array(z.string().min(1).max(256))
    .max(200)
    .default([])
    .describe('Groups of the identity provider, as oauth2-proxy names them; @example.com is everybody of a mail domain'),
  certificates: z
    .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'expected a fingerprint as ssh-keygen -l prints it, such as SHA256:…'))
    .max(50)
    .default([])
    .describe('Fingerprints of the authorities whose SSH certificates are accepted'),
  capabilities: z.array(z.enum(capabilities)).optional().describe('What members may do; the defaults are those of the three tiers'),
})

export const accessSchema = z.strictObject({
  tiers: z.strictObject({
    users: tierSchema.prefault({}).describe('Send inference'),
    operators: tierSchema.prefault({}).describe('Also start and stop services and read logs'),
    administrators: tierSchema.prefault({}).describe('Everything'),
  }),
  left: z
    .array(z.strictObject({ account: user, on: z.iso.date() }))
    .max(1000)
    .default([])
    .describe('Who has left, and when: no way in may be left of them'),
  staleDays: z.int().min(7).max(730).default(90).describe('Warn of accounts that were not used for as many days'),
})

export const fleetSchema = z.strictObject({
  version: z.literal(1),
  name,
  jump: z.array(jumpHostSchema).max(5).default([]).describe('Jump hosts in the order they are passed; empty connects directly'),
  identities: z.strictObject({
    audit: identitySchema.describe('Read-only account used to look'),
    change: identitySchema.optional().describe('Account used only while a push runs'),
    operate: identitySchema
      .optional()
      .describe(
        'Account that starts, stops and restarts services and reads their logs, and can do nothing else. Defaults to identities.change',
      ),
  }),
  hosts: z.array(hostSchema).min(1).max(500),
  modelPaths: z.array(absolutePath).default([]),
  registry: z
    .strictObject({
      path: absolutePath.describe('Folder with blobs/<sha256>'),
      host: name.optional().describe('On this host of the fleet; on this computer when left out'),
    })
    .optional()
    .describe('Where approved models are deployed from'),
  airGapped: z
    .boolean()
    .default(false)
    .describe('Hold every host to it: no way out, no resolver or source outside, engines told to stay offline'),
  networks: networksSchema.prefault({}),
  access: accessSchema.optional().describe('Who belongs to which tier. Without it accounts are listed, and held against nothing'),
  policy: policySchema.prefault({}),
})

export type Identity = z.infer<typeof identitySchema>
export type JumpHost = z.infer<typeof jumpHostSchema>
export type Host = z.infer<typeof hostSchema>
export type AccessPolicy = z.infer<typeof accessSchema>
export type Policy = z.infer<typeof policySchema>
export type Fleet = z.infer<typeof fleetSchema>

/** One thing wrong in a fleet file (or an import): where, what, and what was expected. Line and column start at 1. */
export const fleetProblemSchema = z.object({
  line: z.int().min(1),
  column: z.int().min(1),
  path: z.string(),
  message: z.string(),
})
export type FleetProblem = z.infer<typeof fleetProblemSchema>

/** Model paths that hold for one host. */
export const modelPathsOf = (fleet: Fleet, host: Host): readonly string[] => host.modelPaths ?? fleet.modelPaths

/** Is a host declared to have no way to the outside? */
export const airGapped = (fleet: Fleet, host: Host): boolean => host.airGapped ?? fleet.airGapped
