import { z } from 'zod'

/** A vetted configuration as data: `assets/templates/<id>/manifest.json`. It brings no commands; what its kind does is code. */

const integerParameter = z.strictObject({
  type: z.literal('integer'),
  minimum: z.int(),
  maximum: z.int(),
  default: z.int(),
  /** Rather than the default, the port that the service of the unit uses now, when it is one. */
  from: z.literal('service-port').optional(),
  title: z.string().min(1),
})

/** A drop-in below `/etc/systemd/system`: the one place where a template of this kind may write. */
const dropInPath = z
  .string()
  .regex(/^\/etc\/systemd\/system\/[a-z0-9@_-]+\.service\.d\/[a-z0-9-]+\.conf$/, 'expected a drop-in of a service in /etc/systemd/system')

const templateFile = z.strictObject({
  path: dropInPath,
  uid: z.int().min(0),
  gid: z.int().min(0),
  /** As stat(1) prints it: no leading zero, nothing for group and others to write. */
  mode: z.string().regex(/^[467][0145][0145]$/),
  /** `{{name}}` stands for a parameter. */
  lines: z.array(z.string().regex(/^[ -~]*$/)).min(1),
})

export const pushTemplateSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
  version: z.int().min(1),
  title: z.string().min(1).max(80),
  about: z.string().min(1),
  /** Where the vendor says so. */
  source: z.string().min(1),
  /** Validated with `systemd-analyze verify`; activated by daemon-reload and a restart of the unit; healthy while it stays active. */
  kind: z.literal('systemd-drop-in'),
  danger: z.enum(['none', 'reload', 'restart', 'lock-out']),
  unit: z.string().regex(/^[a-z0-9@_-]+\.service$/),
  /** Controls that must pass for the unit afterwards. */
  fixes: z.array(z.string()).min(1),
  parameters: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), integerParameter),
  files: z.array(templateFile).min(1),
})
export type PushTemplate = z.infer<typeof pushTemplateSchema>
