import { z } from 'zod'
import { modelKinds } from './model-inventory.ts'
import { modelTiers } from './registration-state.ts'
import { scanOutcomes } from './scan-report.ts'
import { typedText } from './waiver.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const person = typedText(120)
const hostNames = z.array(z.string().max(63)).max(500)

/** The exact bytes of a model: every file that is no page beside the weights. For Ollama the manifest is one of them. */
export const modelContentSchema = z.object({
  /** Hash over the digests of all files: the same for the same bytes, whatever they are called. */
  key: sha256,
  files: z.array(z.object({ name: z.string(), sha256, bytes: z.number() })),
})
export type ModelContent = z.infer<typeof modelContentSchema>

export const reviewChecks = ['publisher', 'hashes', 'format', 'scan'] as const
export const reviewCheckSchema = z.object({ check: z.enum(reviewChecks), ok: z.boolean(), detail: z.string() })
export type ReviewCheck = z.infer<typeof reviewCheckSchema>

/** When, and which account wrote it down at this console. */
const written = { at: z.iso.datetime(), account: z.string() }

/** One thing that was decided or done. Never changed and never removed. */
export const registrationStepSchema = z.discriminatedUnion('step', [
  z.object({
    ...written,
    step: z.literal('requested'),
    name: person,
    source: z.string(),
    revision: z.string(),
    purpose: z.string(),
    licence: z.string(),
    hosts: hostNames,
  }),
  z.object({
    ...written,
    step: z.literal('reviewed'),
    name: person,
    /** Where the reviewed bytes lie. */
    host: z.string(),
    path: z.string(),
    kind: z.enum(modelKinds),
    content: modelContentSchema,
    scan: z.enum(scanOutcomes),
    checks: z.array(reviewCheckSchema),
    note: z.string(),
  }),
  z.object({ ...written, step: z.literal('tested'), name: person, where: z.string(), passed: z.boolean(), result: z.string() }),
  z.object({
    ...written,
    step: z.literal('approved'),
    name: person,
    tiers: z.array(z.enum(modelTiers)),
    hosts: hostNames,
    /** By the person who requested it. */
    alone: z.boolean(),
    /** A code of the approver's authenticator was taken just before. False in old records of the command line. */
    secondFactor: z.boolean(),
  }),
  z.object({ ...written, step: z.literal('deployed'), host: z.string(), path: z.string(), detail: z.string() }),
  z.object({ ...written, step: z.literal('rejected'), name: person, reason: z.string() }),
  z.object({ ...written, step: z.literal('revoked'), name: person, reason: z.string() }),
  z.object({ ...written, step: z.literal('superseded'), successor: z.string() }),
])
export type RegistrationStep = z.infer<typeof registrationStepSchema>
export type StepOf<S extends RegistrationStep['step']> = Extract<RegistrationStep, { step: S }>

/** A model on its way through request, review, test, approval and deployment. */
export const registrationSchema = z.object({
  id: z.string(),
  /** Name of the model as the inventory has it. */
  model: z.string(),
  /** In the order in which they were taken; the first is the request. */
  steps: z.array(registrationStepSchema),
})
export type Registration = z.infer<typeof registrationSchema>

/** What is asked of a person for each step. */
export const stepRequests = {
  request: z.object({
    model: typedText(400),
    name: person,
    source: typedText(2000),
    revision: z.string().trim().max(200).default(''),
    purpose: typedText(1000),
    licence: typedText(200),
    hosts: hostNames.default([]),
  }),
  review: z.object({ id: z.string(), host: z.string().max(63), name: person, note: z.string().trim().max(2000).default('') }),
  test: z.object({ id: z.string(), name: person, where: typedText(300), passed: z.boolean(), result: typedText(2000) }),
  approve: z.object({ id: z.string(), name: person, tiers: z.array(z.enum(modelTiers)).min(1), hosts: hostNames.min(1) }),
  end: z.object({ id: z.string(), name: person, reason: typedText(1000) }),
} as const
export type StepRequest<K extends keyof typeof stepRequests> = z.infer<(typeof stepRequests)[K]>
