import { z } from 'zod'

export const hashAlgorithms = ['sha256', 'git-sha1'] as const
export type HashAlgorithm = (typeof hashAlgorithms)[number]

/** How a value was read. */
export const expectedForms = ['typed', 'sha256sums', 'hf-json', 'lfs-pointer', 'oci-manifest', 'model-signing'] as const

/** Where an expected value comes from. */
export const expectedOriginSchema = z.object({
  form: z.enum(expectedForms),
  /** Page of the official release, best at a commit. Empty when nobody said. */
  url: z.string().max(2000),
  /** Commit or revision that the document itself names; empty when it names none. */
  revision: z.string().max(200),
  readBy: z.string().max(120),
  /** Day on which it was read. */
  readOn: z.iso.date(),
  /** Whose signature covers it, and what about the signature could not be verified. */
  signature: z.enum(['none', 'verified', 'not-verified']),
  signatureNote: z.string().max(1000),
})
export type ExpectedOrigin = z.infer<typeof expectedOriginSchema>

/** The digest that one file of a model must have. */
export const expectedValueSchema = z.object({
  id: z.string(),
  /** Name of the model as the inventory has it. */
  model: z.string(),
  /** Name of the file inside the model. */
  file: z.string(),
  algorithm: z.enum(hashAlgorithms),
  digest: z.string(),
  origin: expectedOriginSchema,
  statedAt: z.iso.datetime(),
  statedBy: z.string(),
})
export type ExpectedValue = z.infer<typeof expectedValueSchema>

/** A digest for one file, as a document states it. */
export interface StatedDigest {
  readonly file: string
  readonly algorithm: HashAlgorithm
  readonly digest: string
}

/** What a document states about the files of a model. */
export interface StatedDigests extends Pick<ExpectedOrigin, 'form' | 'revision' | 'signature' | 'signatureNote'> {
  readonly digests: readonly StatedDigest[]
  /** Lines or entries that name no digest that can be used. */
  readonly skipped: readonly string[]
  /** What a signed one carries of its signer. Absent when nothing in it can be verified. */
  readonly signedBy?: 'key' | 'certificate' | undefined
}
