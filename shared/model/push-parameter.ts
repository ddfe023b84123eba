import { z } from 'zod'

/** Parameters of a push template. What is a value of each type: `push-value.ts`. */

/** Where a default comes from when the template has none or a better one is known: the host as it was just seen, or the fleet file. */
export const parameterSources = [
  'service-port',
  'ollama-port',
  'openai-port',
  'proxy-name',
  'proxy-port',
  'proxy-password-file',
  'proxy-password-files',
  'proxy-certificate',
  'proxy-certificate-key',
  'proxy-site',
  'proxy-group',
  'gateway-port',
  'caddy-name',
  'caddy-certificate',
  'caddy-certificate-key',
  'caddy-group',
  'inference-unit',
  'unit-program',
  'unit-arguments',
  'inference-folders',
  'inference-account',
  'free-system-id',
  'inference-user',
  'inference-group',
  'gpu-groups',
  'ollama-models',
  'fleet-app',
  'fleet-jump',
  'fleet-model-storage',
  'fleet-model-admins',
  'fleet-accounts',
  'fleet-destinations',
  'fleet-ssh-port',
  'open-subjects',
  'door-ports',
  'published-ports',
  'container-networks',
  'resolvers',
  'proxy-user',
  'persistence-account',
  'gpu-exporter',
  'gpu-exporter-unit',
  'gpu-exporter-program',
  'gpu-exporter-arguments',
  'gpu-exporter-flag',
  'gpu-exporter-listen',
  'gpu-exporter-account',
  'sudo-program',
  'known-directives',
] as const
export type ParameterSource = (typeof parameterSources)[number]

const common = { title: z.string().min(1), from: z.enum(parameterSources).optional() }
/** `many`: a list of such values, which may be empty unless `required`. */
const texts = {
  ...common,
  many: z.boolean().default(false),
  required: z.boolean().default(true),
  default: z.union([z.string(), z.array(z.string())]).optional(),
}

export const pushParameterSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...common, type: z.literal('integer'), minimum: z.int(), maximum: z.int(), default: z.int().optional() }),
  /** IPv4 or IPv6. */
  z.strictObject({ ...texts, type: z.literal('address') }),
  /** An address, or one with a prefix length. */
  z.strictObject({ ...texts, type: z.literal('network') }),
  /** Of TCP or UDP. */
  z.strictObject({ ...texts, type: z.literal('port') }),
  /** Address or name with a port: `10.0.3.11:22`, `[fd00::1]:22`. */
  z.strictObject({ ...texts, type: z.literal('endpoint') }),
  /** RFC 1123. */
  z.strictObject({ ...texts, type: z.literal('host-name') }),
  z.strictObject({ ...texts, type: z.literal('account') }),
  /** An account that is there, as useradd(8) of any distribution or a password file may name it. */
  z.strictObject({ ...texts, type: z.literal('person') }),
  /** A service of systemd. */
  z.strictObject({ ...texts, type: z.literal('unit') }),
  /** Absolute, below one of the roots, or the very one that has no slash at its end; without `.` and `..`. */
  z.strictObject({ ...texts, type: z.literal('path'), roots: z.array(z.string().regex(/^\/(?:[a-z0-9.-]+\/)*(?:[a-z0-9.-]+)?$/)).min(1) }),
  z.strictObject({ ...texts, type: z.literal('choice'), options: z.array(z.string().regex(/^[A-Za-z0-9._=-]+$/)).min(2) }),
  /** A word of a command line that means itself to systemd: no blank, quote, `$` or `%`. Of a list, blanks part them, and one may come twice. */
  z.strictObject({ ...texts, type: z.literal('argument') }),
  /** `name:hash` with bcrypt, as `gatehouse password` prints it. Never the password. */
  z.strictObject({ ...texts, type: z.literal('login') }),
])
export type PushParameter = z.infer<typeof pushParameterSchema>

export const pushValueSchema = z.union([z.int(), z.string().max(500), z.array(z.string().max(500)).max(100)])
export type PushValue = z.infer<typeof pushValueSchema>
export type PushValues = Readonly<Record<string, PushValue>>
