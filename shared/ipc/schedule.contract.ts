import { z } from 'zod'
import { scheduleSchema } from '../model/schedule.ts'
import { contract } from './contract.ts'

/** Audits by themselves, of the open fleet. */
export const scheduleContracts = {
  'schedule:get': contract({ input: z.null(), output: scheduleSchema.nullable(), effect: 'read', by: 'engine' }),
  'schedule:set': contract({ input: scheduleSchema, output: scheduleSchema, effect: 'local', by: 'engine' }),
} as const
