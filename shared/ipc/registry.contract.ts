import { z } from 'zod'
import { modelJobSchema } from '../model/model-job.ts'
import { registrationSchema, stepRequests } from '../model/model-registration.ts'
import { quarantinedSchema } from '../model/quarantined.ts'
import { typedText } from '../model/waiver.ts'
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
  'quarantine:list': contract({ input: z.null(), output: z.array(quarantinedSchema), effect: 'read', by: 'engine' }),
  /** Moves a file out of the reach of every server. Needs the second factor, as the way back does. */
  'quarantine:take': contract({
    input: z.object({ host: z.string().max(63), path: z.string().max(8192), reason: typedText(1000) }),
    output: quarantinedSchema,
    effect: 'changes-host',
    by: 'engine',
  }),
  'quarantine:release': contract({ input: z.object({ id: z.string().max(64) }), output: z.null(), effect: 'changes-host', by: 'engine' }),
  'registry:reject': contract({ input: stepRequests.end, output: registrationSchema, effect: 'local', by: 'engine' }),
  'registry:revoke': contract({ input: stepRequests.end, output: registrationSchema, effect: 'local', by: 'engine' }),
} as const
