import { z } from 'zod'
import { enrolmentSchema, stepUpStateSchema } from '../model/step-up.ts'
import { contract } from './contract.ts'

/** The second factor of this console: a code of an authenticator app before anything is changed. */
export const stepUpContracts = {
  'step-up:state': contract({ input: z.null(), output: stepUpStateSchema, effect: 'read', by: 'engine' }),
  /** Begins an enrolment, which a code of the new authenticator ends. The one call that gives out the secret. */
  'step-up:enrol': contract({ input: z.null(), output: enrolmentSchema, effect: 'changes-trust', by: 'engine' }),
  'step-up:confirm': contract({
    input: z.object({ code: z.string().max(20) }),
    output: stepUpStateSchema,
    effect: 'local',
    by: 'engine',
    role: 'operator',
  }),
  /** Asks for a code again from now on. */
  'step-up:lock': contract({ input: z.null(), output: stepUpStateSchema, effect: 'local', by: 'engine', role: 'operator' }),
} as const
