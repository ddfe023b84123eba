import { z } from 'zod'
import { pushDraftSchema } from '../model/push-draft.ts'
import { openPushSchema, pushJobSchema, pushRecordSchema, pushResultSchema } from '../model/push-job.ts'
import { pushValueSchema } from '../model/push-parameter.ts'
import { pushPlanSchema } from '../model/push-plan.ts'
import { templateEntrySchema } from '../model/template-entry.ts'
import { typedText } from '../model/waiver.ts'
import { waveJobSchema, wavePlansSchema } from '../model/wave-job.ts'
import { contract } from './contract.ts'

const hostName = z.string().max(200)
const templateId = z.string().max(100)
const parameters = z.record(z.string().max(100), pushValueSchema)

/** Changing a host: templates, plans, the push that runs, and those that were. */
export const pushContracts = {
  'push:templates': contract({
    input: z.null(),
    /** `problems`: files of one's own that are no template. */
    output: z.object({ templates: z.array(templateEntrySchema), problems: z.array(z.string()) }),
    effect: 'read',
    by: 'engine',
  }),
  /** Shows the open dialog and keeps a template of one's own, which is then to be approved. Null when it was closed. */
  'template:add': contract({ input: z.null(), output: templateEntrySchema.nullable(), effect: 'local', by: 'main' }),
  /** Shows the save dialog. The path written, or null when it was closed. */
  'template:export': contract({ input: z.object({ id: templateId }), output: z.string().nullable(), effect: 'local', by: 'main' }),
  /** Approves or withdraws the very content that was read, signed by the key of this console. */
  'template:decide': contract({
    input: z.object({
      decision: z.enum(['approve', 'withdraw']),
      id: templateId,
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      note: typedText(1000),
    }),
    output: templateEntrySchema,
    effect: 'changes-trust',
    by: 'engine',
  }),
  /** What a template would be filled with on this host beside the parameters given, from its newest audit; defaults for the rest. */
  'push:parameters': contract({
    input: pushDraftSchema,
    output: z.object({ values: parameters, hindrance: z.string() }),
    effect: 'read',
    by: 'engine',
  }),
  /** A login for a password file of the proxy, made on this computer: `name:hash` with bcrypt, and the password, which is kept nowhere. */
  'push:login': contract({
    input: z.object({ name: z.string().max(64) }),
    output: z.object({ login: z.string(), password: z.string() }),
    effect: 'local',
    by: 'engine',
    role: 'administrator',
  }),
  /** Looks at the host and says what would change. The plan is kept until the engine ends. */
  'push:plan': contract({
    input: pushDraftSchema,
    output: pushPlanSchema,
    effect: 'connects',
    by: 'engine',
    role: 'administrator',
  }),
  /** Ends the look at the host. */
  'push:stop-planning': contract({ input: z.null(), output: z.null(), effect: 'local', by: 'engine' }),
  /** A plan of this sitting as a file; the path, or null when the dialog was closed. */
  'push:export': contract({
    input: z.object({ plan: z.uuid(), format: z.enum(['json', 'markdown']) }),
    output: z.string().nullable(),
    effect: 'local',
    by: 'main',
  }),
  /** Carries out a plan that was made here. `typedHost` is what the admin typed where a mistake could lock everybody out. */
  'push:start': contract({
    input: z.object({ plan: z.uuid(), typedHost: hostName }),
    output: pushJobSchema,
    effect: 'changes-host',
    by: 'engine',
  }),
  /** The same for many hosts: a plan for each, filled from that host where nothing is given. */
  'push:plan-many': contract({
    input: z.object({ hosts: z.array(hostName).min(1).max(200), template: templateId, parameters }),
    output: wavePlansSchema,
    effect: 'connects',
    by: 'engine',
    role: 'administrator',
  }),
  /** Carries plans out: the canary first, then waves, until the first host that is not committed and proven. `typedHosts`: all names, spaces between. */
  'push:start-many': contract({
    input: z.object({
      plans: z.array(z.uuid()).min(1).max(200),
      canary: z.int().min(1).max(200),
      waveSize: z.int().min(1).max(200),
      typedHosts: z.string().max(60_000),
    }),
    output: waveJobSchema,
    effect: 'changes-host',
    by: 'engine',
  }),
  /** The push to many hosts that runs, or the last one of this session. */
  'push:waves': contract({ input: z.null(), output: waveJobSchema.nullable(), effect: 'read', by: 'engine' }),
  /** No further wave starts. */
  'push:stop-waves': contract({ input: z.null(), output: z.null(), effect: 'local', by: 'engine' }),
  /** What `push:undo` and `push:extend` do, on one host of a push to many. */
  'push:undo-one': contract({
    input: z.object({ host: hostName }),
    output: z.null(),
    effect: 'connects',
    by: 'engine',
    role: 'administrator',
  }),
  'push:extend-one': contract({
    input: z.object({ host: hostName }),
    output: waveJobSchema,
    effect: 'connects',
    by: 'engine',
    role: 'administrator',
  }),
  /** Runs the undo that is armed, now: it puts back what was there, so nobody is asked. */
  'push:undo': contract({ input: z.null(), output: z.null(), effect: 'connects', by: 'engine', role: 'administrator' }),
  /** Puts the undo that is armed off by two minutes, never further than 15 from now. Nothing else changes on the host. */
  'push:extend': contract({ input: z.null(), output: pushJobSchema, effect: 'connects', by: 'engine', role: 'administrator' }),
  /** The plan that takes a committed push back. It is kept like one that was made. */
  'push:take-back': contract({
    input: z.object({ id: z.string().max(200) }),
    output: pushPlanSchema,
    effect: 'read',
    by: 'engine',
    role: 'administrator',
  }),
  /** Ends a push that this console left open: asks the host what became of it, and has it undo what was not committed. */
  'push:finish': contract({ input: z.object({ id: z.string().max(200) }), output: pushResultSchema, effect: 'changes-host', by: 'engine' }),
  /** The push that a watched file comes from: what restores it. Null where this console is not answerable for it. */
  'push:origin': contract({
    input: z.object({ host: hostName, path: z.string().max(4096) }),
    output: z.object({ template: z.string(), parameters: z.record(z.string(), pushValueSchema) }).nullable(),
    effect: 'read',
    by: 'engine',
  }),
  /** Takes a file that changed outside of a push as it is now; its state. */
  'push:adopt': contract({
    input: z.object({ host: hostName, path: z.string().max(4096) }),
    output: z.string(),
    effect: 'changes-trust',
    by: 'engine',
  }),
  /** When the undo of this host was last proven to fire by itself; null when it never was. `underWay`: it is being drilled; `firesAt` once it is armed. */
  'push:drilled': contract({
    input: z.object({ host: hostName }),
    output: z.object({
      at: z.iso.datetime().nullable(),
      underWay: z.object({ firesAt: z.iso.datetime().nullable() }).nullable(),
    }),
    effect: 'read',
    by: 'engine',
  }),
  /** Lets the undo of a host fire once, over a file that means nothing. */
  'push:drill': contract({ input: z.object({ host: hostName }), output: pushResultSchema, effect: 'changes-host', by: 'engine' }),
  'push:job': contract({ input: z.null(), output: pushJobSchema.nullable(), effect: 'read', by: 'engine' }),
  /** Newest first. Those without an end come from a console that stopped in the middle. */
  'push:history': contract({
    input: z.null(),
    output: z.object({ pushes: z.array(pushRecordSchema) }),
    effect: 'read',
    by: 'engine',
  }),
  /** Those without an end that anybody could tell, which this program does not carry out right now: of the open fleet, of any while none is open. Newest first. */
  'push:open': contract({
    input: z.null(),
    /** `brokenLedger`: where it is not whole, and why; what came after is not known. */
    output: z.object({ pushes: z.array(openPushSchema), brokenLedger: z.string().nullable() }),
    effect: 'read',
    by: 'engine',
  }),
} as const
