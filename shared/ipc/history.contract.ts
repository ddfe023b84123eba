import { z } from 'zod'
import { comparisonSchema, knownSchema, trendSchema } from '../model/history.ts'
import { contract } from './contract.ts'

const moment = z.string().min(1).max(64)

/** What was known of the open fleet when. */
export const historyContracts = {
  /** One point for each audit, oldest first. */
  'history:trend': contract({ input: z.null(), output: trendSchema, effect: 'read', by: 'engine' }),
  /** Moments are ids of audits, days, `today`, `yesterday`, `latest` or `previous`. */
  'history:compare': contract({
    input: z.object({ before: moment, after: moment, again: z.boolean() }),
    output: comparisonSchema,
    effect: 'read',
    by: 'engine',
  }),
  'history:known': contract({ input: z.object({ moment, again: z.boolean() }), output: knownSchema, effect: 'read', by: 'engine' }),
} as const
