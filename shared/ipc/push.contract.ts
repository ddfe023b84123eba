import { z } from 'zod'
import { pushJobSchema, pushRecordSchema } from '../model/push-job.ts'
import { pushPlanSchema } from '../model/push-plan.ts'
import { pushTemplateSchema } from '../model/push-template.ts'
import { contract } from './contract.ts'

const hostName = z.string().max(200)
const templateId = z.string().max(100)
const parameters = z.record(z.string().max(100), z.int())

/** Changing a host: templates, plans, the push that runs, and those that were. */
export const pushContracts = {
  'push:templates': contract({
    input: z.null(),
    output: z.array(z.object({ manifest: pushTemplateSchema, sha256: z.string() })),
    effect: 'read',
    by: 'engine',
  }),
  /** What a template would be filled with on this host, from its newest audit; defaults for the rest. */
  'push:parameters': contract({
    input: z.object({ host: hostName, template: templateId }),
    output: parameters,
    effect: 'read',
    by: 'engine',
  }),
  /** Looks at the host and says what would change. The plan is kept until the engine ends. */
  'push:plan': contract({
    input: z.object({ host: hostName, template: templateId, parameters }),
    output: pushPlanSchema,
    effect: 'connects',
    by: 'engine',
  }),
  /** Ends the look at the host. */
  'push:stop-planning': contract({ input: z.null(), output: z.null(), effect: 'local', by: 'engine' }),
  /** Carries out a plan that was made here. `typedHost` is what the admin typed where a mistake could lock everybody out. */
  'push:start': contract({
    input: z.object({ plan: z.uuid(), typedHost: hostName }),
    output: pushJobSchema,
    effect: 'changes-host',
    by: 'engine',
  }),
  /** Runs the undo that is armed, now: it puts back what was there, so nobody is asked. */
  'push:undo': contract({ input: z.null(), output: z.null(), effect: 'connects', by: 'engine' }),
  'push:job': contract({ input: z.null(), output: pushJobSchema.nullable(), effect: 'read', by: 'engine' }),
  /** Newest first. Those without an end come from a console that stopped in the middle. */
  'push:history': contract({
    input: z.null(),
    output: z.object({ pushes: z.array(pushRecordSchema), brokenLedger: z.string().nullable() }),
    effect: 'read',
    by: 'engine',
  }),
} as const
