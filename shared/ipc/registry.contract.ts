import { z } from 'zod'
import { modelJobSchema } from '../model/model-job.ts'
import { registrationSchema, stepRequests } from '../model/model-registration.ts'
import { contract } from './contract.ts'

/** How models get into production. Every step answers with the whole registration. */
export const registryContracts = {
  'registry:list': contract({ input: z.null(), output: z.array(registrationSchema), effect: 'read', by: 'engine' }),
  'registry:request': contract({ input: stepRequests.request, output: registrationSchema, effect: 'local', by: 'engine' }),
  'registry:review': contract({ input: stepRequests.review, output: registrationSchema, effect: 'local', by: 'engine' }),
  'registry:test': contract({ input: stepRequests.test, output: registrationSchema, effect: 'local', by: 'engine' }),
  /** Needs the second factor. */
  'registry:approve': contract({ input: stepRequests.approve, output: registrationSchema, effect: 'changes-trust', by: 'engine' }),
  /** Copies it out of the registry onto these hosts; progress is that of `models:job`. Needs the second factor. */
  'registry:deploy': contract({
    input: z.object({
      id: z.string(),
      hosts: z.array(z.string().max(63)).min(1).max(500),
      root: z.string().max(4096).optional(),
      owner: z.string().max(65),
    }),
    output: modelJobSchema,
    effect: 'changes-host',
    by: 'engine',
  }),
  'registry:reject': contract({ input: stepRequests.end, output: registrationSchema, effect: 'local', by: 'engine' }),
  'registry:revoke': contract({ input: stepRequests.end, output: registrationSchema, effect: 'local', by: 'engine' }),
} as const
