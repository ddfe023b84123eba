import { z } from 'zod'
import { accessOverviewSchema } from '../model/access.ts'
import { contract } from './contract.ts'

/** Accounts of the open fleet, held against its tiers, out of the newest audits. Null while no fleet is open. */
export const accessContracts = {
  'access:overview': contract({ input: z.null(), output: accessOverviewSchema.nullable(), effect: 'read', by: 'engine' }),
} as const
