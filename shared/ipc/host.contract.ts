import { z } from 'zod'
import { hostGpusSchema } from '../model/host-gpus.ts'
import { hostHardeningSchema } from '../model/host-hardening.ts'
import { hostPackagesSchema } from '../model/host-packages.ts'
import { hostServicesSchema } from '../model/host-services.ts'
import { contract } from './contract.ts'

const input = z.object({ host: z.string() })

/** What the newest audit of one host knows, for one tab each. Null when that audit could not look. */
export const hostContracts = {
  'host:services': contract({ input, output: hostServicesSchema.nullable(), effect: 'read', by: 'engine' }),
  'host:hardening': contract({ input, output: hostHardeningSchema.nullable(), effect: 'read', by: 'engine' }),
  'host:gpus': contract({ input, output: hostGpusSchema.nullable(), effect: 'read', by: 'engine' }),
  'host:packages': contract({ input, output: hostPackagesSchema.nullable(), effect: 'read', by: 'engine' }),
} as const
