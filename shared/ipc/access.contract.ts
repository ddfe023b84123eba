import { z } from 'zod'
import { accountKinds } from '../account-kind.ts'
import { accessOverviewSchema, accessRowSchema } from '../model/access.ts'
import { accessReviewSchema, reviewRequestSchema } from '../model/access-review.ts'
import { pushDraftSchema } from '../model/push-draft.ts'
import { typedText } from '../model/waiver.ts'
import { contract } from './contract.ts'

const nothing = z.null()

/** Accounts of the open fleet, held against its tiers, and their review. Null while no fleet is open. */
export const accessContracts = {
  'access:overview': contract({ input: nothing, output: accessOverviewSchema.nullable(), effect: 'read', by: 'engine' }),
  /** One account on one host with the lines that prove it. Null: that host has no such row. */
  'access:account': contract({
    input: z.object({ account: z.string().max(256), kind: z.enum(accountKinds), host: z.string().max(64) }),
    output: accessRowSchema.nullable(),
    effect: 'read',
    by: 'engine',
  }),
  'access:review': contract({ input: nothing, output: accessReviewSchema.nullable(), effect: 'read', by: 'engine' }),
  'access:review-start': contract({ input: nothing, output: accessReviewSchema, effect: 'local', by: 'engine' }),
  'access:review-decide': contract({ input: reviewRequestSchema, output: accessReviewSchema, effect: 'local', by: 'engine' }),
  'access:review-sign': contract({
    input: z.object({ name: typedText(120) }),
    output: accessReviewSchema,
    effect: 'changes-trust',
    by: 'engine',
  }),
  /** What a push can do of the removals, host by host. */
  'access:removal-pushes': contract({ input: nothing, output: z.array(pushDraftSchema), effect: 'read', by: 'engine' }),
  /** Shows the save dialog for the plan of the removals. The path written, or null when it was closed. */
  'access:removal-plan': contract({ input: nothing, output: z.string().nullable(), effect: 'local', by: 'main' }),
} as const
