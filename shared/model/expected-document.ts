import { z } from 'zod'
import { expectedOriginSchema, hashAlgorithms } from './model-expected.ts'

/** A document of a publisher as it was read, before anything of it is recorded. */
export const expectedDocumentSchema = expectedOriginSchema
  .pick({ form: true, revision: true, signature: true, signatureNote: true })
  .extend({
    /** Of the document itself. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** Name of its file. */
    name: z.string(),
    digests: z.array(z.object({ file: z.string(), algorithm: z.enum(hashAlgorithms), digest: z.string() })),
    /** Lines or entries that name no digest that can be used. */
    skipped: z.array(z.string()),
    /** What a signed one carries of its signer: with a key alone, no identity can have signed it. */
    signedBy: z.enum(['key', 'certificate']).optional(),
  })
export type ExpectedDocument = z.infer<typeof expectedDocumentSchema>
