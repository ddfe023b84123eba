import { z } from 'zod'
import { engines } from './inference-service.ts'
import { pushParameterSchema } from './push-parameter.ts'

/** A vetted configuration as data: `assets/templates/<id>/manifest.json`. It brings no commands; what its kinds do is code. */

/** What a file is for: decides where it may lie, which program checks it before and what makes it hold (`core/push/templates/kinds.ts`). */
export const fileKinds = [
  ...(['systemd-drop-in', 'nginx', 'htpasswd', 'caddy', 'sshd-drop-in', 'sudoers', 'ufw', 'nftables', 'logrotate', 'plain'] as const),
  ...(['unit-mask', 'unit-enable', 'audit-rules', 'account-files', 'login-files', 'lingering', 'docker-firewall', 'model-owners'] as const),
] as const
export type FileKind = (typeof fileKinds)[number]

/**
 * What is done to the lines of a file that stays, on the host, about the accounts of a list: `close` locks and expires them (shadow(5)), `leave-groups`
 * takes them out of lists of members (group(5), gshadow(5)), `omit` leaves their lines out.
 */
export const fileEdits = ['close', 'leave-groups', 'omit'] as const
/** `add`: one line more, for an account or a group that the file does not have. */
export type FileEdit = (typeof fileEdits)[number] | 'add'

/**
 * Text in which `{{name}}` stands for a parameter, `{{name *}}` for all values of a list with blanks between; of a login
 * `{{name.name}}` and `{{name.hash}}` for its parts.
 */
const text = z.string().regex(/^[ -~]*$/)
const parameterName = z.string().regex(/^[a-z][A-Za-z0-9]*$/)
/** A line; or lines that stand once for each value of a list, which they name as a single one. */
const lineSchema = z.union([
  text,
  z.strictObject({
    each: parameterName,
    /** A second list: once for each pair. */
    with: parameterName.optional(),
    /** Of `each`, the networks of this IP version alone. */
    family: z.literal([4, 6]).optional(),
    lines: z.array(text).min(1),
  }),
])
export type TemplateLine = z.infer<typeof lineSchema>

const owned = {
  kind: z.enum(fileKinds),
  path: text,
  uid: z.int().min(0),
  /** A group whose number differs between systems is a parameter. */
  gid: z.union([z.int().min(0), z.strictObject({ parameter: parameterName })]),
  /** As stat(1) prints it: no leading zero, nothing for group and others to write. */
  mode: z.string().regex(/^[467][0145][0145]$/),
}

const templateFile = z.union([
  z.strictObject({ ...owned, lines: z.array(lineSchema).min(1) }),
  /** Owner and mode are ours, the content is not: a log, or a key that is made on the host and never leaves it. Left as it is when it is there. */
  z.strictObject({
    ...owned,
    keeps: z.discriminatedUnion('begins', [
      z.strictObject({ begins: z.literal('empty') }),
      /** One line: the prefix (`NAME=`, or none), then 64 hexadecimal digits from the random source of the host. */
      z.strictObject({ begins: z.literal('random-key'), prefix: z.string().regex(/^(?:[A-Z0-9_]+=)?$/) }),
    ]),
  }),
  /** The text that `gatehouse sudoers` prints for the host. */
  z.strictObject({ ...owned, generated: z.literal('audit-sudoers') }),
  /** A link, or one for each value of a list, which its path names. */
  z.strictObject({ kind: z.enum(fileKinds), each: parameterName.optional(), path: text, target: text }),
  /** A file, or one for each value of a list, in which lines change; its content does not leave the host. `of`: a list of accounts. */
  z.strictObject({ kind: z.enum(fileKinds), each: parameterName.optional(), path: text, edits: z.enum(fileEdits), of: parameterName }),
  /** The same of one line that it gets more, at its end: an account or a group whose name and number it does not have. */
  z.strictObject({ kind: z.enum(fileKinds), path: text, adds: z.string().regex(/^[!-~]+$/) }),
  /** Each path of a list is taken away: a file, or a link. */
  z.strictObject({ kind: z.enum(fileKinds), removes: parameterName }),
])
export type TemplateFile = z.infer<typeof templateFile>

export const pushTemplateSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
  version: z.int().min(1),
  title: z.string().min(1).max(80),
  about: z.string().min(1),
  /** Where the vendor says so. */
  source: z.string().min(1),
  danger: z.enum(['none', 'reload', 'restart', 'lock-out']),
  /**
   * Systems whose paths and programs it relies on: VERSION_ID by ID (os-release(5)); `9` stands for 9.4 as well. Left out where its files mean the same on
   * every system.
   */
  systems: z.record(z.string().regex(/^[a-z0-9._-]{1,40}$/), z.array(z.string().regex(/^[a-z0-9._-]{1,40}$/)).min(1)).optional(),
  /** Of the services of a host, those of this engine alone. */
  engine: z.enum(engines).optional(),
  /** The service that is restarted or reloaded and must be active before and after. Left out where no service reads the files. */
  unit: text.optional(),
  /** Controls that must pass afterwards: for the services of the unit, or for the subjects given. */
  fixes: z.array(z.string()).min(1),
  /** Controls of which nothing may be known afterwards (what they read is closed to the audit account, or begins to concern them): that does not speak against it. */
  unseen: z.array(z.string()).optional(),
  /**
   * Of the findings of `fixes`, where they are not the services of the unit. A placeholder for a list: each of its values. `*`: whatever these
   * controls judge on the host.
   */
  subject: text.optional(),
  parameters: z.record(parameterName, pushParameterSchema),
  files: z.array(templateFile).min(1),
})
export type PushTemplate = z.infer<typeof pushTemplateSchema>
