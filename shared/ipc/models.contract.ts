import { z } from 'zod'
import { expectedDocumentSchema } from '../model/expected-document.ts'
import { modelOverviewSchema, verifiedFileSchema } from '../model/model-artifact.ts'
import { modelJobSchema } from '../model/model-job.ts'
import { typedText } from '../model/waiver.ts'
import { contract } from './contract.ts'

const hostName = z.string().max(200)
const digest = z.string().regex(/^[0-9a-f]{64}$/)
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
  /**
   * Main asks for a document of digests and reads it. With the SHA-256 of the one that is open: for the key that signed it, or for the root of
   * trust by which `signer` did. Null when the dialog was closed.
   */
  'models:expect-open': contract({
    input: z.object({ document: digest.nullable(), signer: z.object({ identity: typedText(2000), issuer: typedText(2000) }).optional() }),
    output: expectedDocumentSchema.nullable(),
    effect: 'read',
    by: 'main',
  }),
  /** Records what the document states for a model. */
  'models:expect': contract({
    input: z.object({
      document: digest,
      model: typedText(400),
      url: z.string().trim().max(2000),
      readBy: typedText(120),
      readOn: z.iso.date(),
    }),
    output: z.object({ recorded: z.int() }),
    effect: 'local',
    by: 'engine',
  }),
  'models:expect-withdraw': contract({
    input: z.object({ model: typedText(400), reason: typedText(1000) }),
    output: z.object({ withdrawn: z.int() }),
    effect: 'local',
    by: 'engine',
  }),
  'models:cancel': contract({ input: z.null(), output: z.null(), effect: 'local', by: 'engine', role: 'operator' }),
  'models:job': contract({ input: z.null(), output: modelJobSchema.nullable(), effect: 'read', by: 'engine' }),
} as const
