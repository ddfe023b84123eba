import { z } from 'zod'
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
  'registry:reject': contract({ input: stepRequests.end, output: registrationSchema, effect: 'local', by: 'engine' }),
  'registry:revoke': contract({ input: stepRequests.end, output: registrationSchema, effect: 'local', by: 'engine' }),
} as const
