import { z } from 'zod'
import { itemIds } from '../model/checklist.ts'
import { typedText } from '../model/waiver.ts'
import {
  attachmentSchema,
  guideSchema,
  stepDraftSchema,
  stepRecordSchema,
  stepRequestSchema,
  walkthroughSchema,
} from '../model/walkthrough.ts'
import { contract } from './contract.ts'

const nothing = z.null()

/** The checklist gone through with an auditor, and the pack that comes of it. */
export const walkthroughContracts = {
  'walkthrough:guide': contract({ input: nothing, output: guideSchema, effect: 'read', by: 'engine' }),
  /** Of the open fleet: the one that is open, else the newest. */
  'walkthrough:current': contract({ input: nothing, output: walkthroughSchema.nullable(), effect: 'read', by: 'engine' }),
  'walkthrough:start': contract({ input: z.object({ auditor: typedText(120) }), output: walkthroughSchema, effect: 'local', by: 'engine' }),
  /** What was typed and is not recorded yet: there again after a crash. Refused when another walkthrough is open by now. */
  'walkthrough:draft': contract({
    input: z.object({ walkthrough: z.string().max(100), item: z.enum(itemIds), draft: stepDraftSchema }),
    output: nothing,
    effect: 'local',
    by: 'engine',
  }),
  /** `after`: id of the record that was shown, null where there was none. Refused when another one was recorded since. */
  'walkthrough:record': contract({
    input: stepRequestSchema.extend({ after: z.string().max(100).nullable() }),
    output: stepRecordSchema,
    effect: 'local',
    by: 'engine',
  }),
  'walkthrough:close': contract({ input: nothing, output: walkthroughSchema, effect: 'local', by: 'engine' }),
  /** Shows the open dialog and keeps a copy of the file; null when it was closed. */
  'walkthrough:attach': contract({ input: nothing, output: attachmentSchema.nullable(), effect: 'local', by: 'main' }),
  /** Shows the save dialog for a document to start from. The path written, or null. */
  'walkthrough:template': contract({
    input: z.object({ id: z.string().max(100) }),
    output: z.string().nullable(),
    effect: 'local',
    by: 'main',
  }),
  /** Shows the save dialog, prints the report and writes the pack. Null when it was closed. */
  'pack:build': contract({
    input: nothing,
    output: z.object({ zip: z.string(), folder: z.string(), files: z.int(), bytes: z.int() }).nullable(),
    effect: 'local',
    by: 'main',
  }),
} as const
