import { z } from 'zod'
import { modelOverviewSchema, verifiedFileSchema } from '../model/model-artifact.ts'
import { modelJobSchema } from '../model/model-job.ts'
import { contract } from './contract.ts'

const hostName = z.string().max(200)
const modelId = z.string().max(9000)

/** What lies on the disks as models, and what it should be. */
export const modelsContracts = {
  'models:overview': contract({ input: z.null(), output: modelOverviewSchema.nullable(), effect: 'read', by: 'engine' }),
  /** Files of one model on one host, verified. */
  'models:files': contract({
    input: z.object({ host: hostName, model: modelId }),
    output: z.array(verifiedFileSchema),
    effect: 'read',
    by: 'engine',
  }),
  /** Lists the model directories (of all hosts when none are named) and, where asked, takes the hashes that are missing. */
  'models:look': contract({
    input: z.object({
      hosts: z.array(hostName).max(500),
      scan: z.boolean(),
      hash: z.boolean(),
      olderThanDays: z.int().min(0).max(3650).optional(),
    }),
    output: modelJobSchema,
    effect: 'connects',
    by: 'engine',
  }),
  'models:cancel': contract({ input: z.null(), output: z.null(), effect: 'local', by: 'engine', role: 'operator' }),
  'models:job': contract({ input: z.null(), output: modelJobSchema.nullable(), effect: 'read', by: 'engine' }),
} as const
