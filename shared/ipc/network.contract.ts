import { z } from 'zod'
import { hostNetworkSchema } from '../model/network-flow.ts'
import { contract } from './contract.ts'

/** The flows of every host of the open fleet, as its newest audit that could look has them. */
export const networkContracts = {
  'network:hosts': contract({
    input: z.null(),
    /** `network` is null where that audit is of an older Gatehouse, which did not compare them. Hosts that were never looked at are left out. */
    output: z.array(z.object({ host: z.string(), finishedAt: z.iso.datetime(), network: hostNetworkSchema.nullable() })),
    effect: 'read',
    by: 'engine',
  }),
} as const
