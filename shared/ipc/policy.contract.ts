import { z } from 'zod'
import { attestationSchema } from '../model/attestation.ts'
import { controlDetailSchema } from '../model/control-entry.ts'
import { typedText, waiverSchema, waiverStates } from '../model/waiver.ts'
import { contract } from './contract.ts'

const id = z.string().max(200)
const subject = z.string().max(4096)
const withdrawal = z.object({ id })

/** What people decide about findings, and the controls that made them. */
export const policyContracts = {
  /** Every control that this version judges by, in the order of the checklist. */
  'control:list': contract({ input: z.null(), output: z.array(controlDetailSchema), effect: 'read', by: 'engine' }),
  /** Every waiver of the open fleet, those that ended too, newest first. */
  'waiver:list': contract({
    input: z.null(),
    output: z.array(waiverSchema.extend({ state: z.enum(waiverStates) })),
    effect: 'read',
    by: 'engine',
  }),
  /** For the finding as the newest audit has it; one that stood before for the same finding is withdrawn. */
  'waiver:grant': contract({
    input: z.object({ host: id, control: id, subject, reason: typedText(1000), approver: typedText(120), endsOn: z.iso.date() }),
    output: waiverSchema,
    effect: 'local',
    by: 'engine',
  }),
  'waiver:withdraw': contract({ input: withdrawal, output: z.null(), effect: 'local', by: 'engine' }),
  /** Every statement of the open fleet, those that ended too, newest first. */
  'attestation:list': contract({ input: z.null(), output: z.array(attestationSchema), effect: 'read', by: 'engine' }),
  /** `host` is null for what is stated for the whole fleet. */
  'attestation:state': contract({
    input: z.object({ host: id.nullable(), control: id, subject, statement: typedText(2000), name: typedText(120), endsOn: z.iso.date() }),
    output: attestationSchema,
    effect: 'local',
    by: 'engine',
  }),
  'attestation:withdraw': contract({ input: withdrawal, output: z.null(), effect: 'local', by: 'engine' }),
} as const
