import { z } from 'zod'
import { scheduleSchema, scheduleStateSchema } from '../model/schedule.ts'
import { contract } from './contract.ts'

/** Audits by themselves, of the open fleet. */
export const scheduleContracts = {
  'schedule:get': contract({ input: z.null(), output: scheduleStateSchema.nullable(), effect: 'read', by: 'engine' }),
  'schedule:set': contract({ input: scheduleSchema, output: scheduleStateSchema, effect: 'local', by: 'engine' }),
} as const
