import { z } from 'zod'
import { itemIds } from './checklist.ts'

/** What only a person can know, as a control asks for it. */
export const attestationRequestSchema = z.object({
  /** `fleet`: one statement holds for every host. `host`: each host needs its own. */
  scope: z.enum(['fleet', 'host']),
  question: z.string(),
  /** Longest time before it must be stated again. */
  validDays: z.int().min(1),
})
export type AttestationRequest = z.infer<typeof attestationRequestSchema>

/** A statement of a person that a control asked for. Never changed afterwards, only withdrawn. */
export const attestationSchema = z.object({
  id: z.string(),
  control: z.string(),
  item: z.enum(itemIds),
  /** Null for the whole fleet. */
  host: z.string().nullable(),
  /** Of a statement for the fleet the hosts that it speaks of; absent: all of them. */
  hosts: z.array(z.string()).optional(),
  subject: z.string(),
  /** What was there when it was stated; null for the whole fleet. Other evidence ends the statement. */
  digest: z.string().nullable(),
  statement: z.string(),
  /** Who states it. */
  name: z.string(),
  /** Account at this console that wrote it down. */
  statedBy: z.string(),
  statedAt: z.iso.datetime(),
  /** Last day on which it holds, UTC. */
  endsOn: z.iso.date(),
  withdrawn: z.object({ by: z.string(), at: z.iso.datetime() }).optional(),
})
export type Attestation = z.infer<typeof attestationSchema>

/** What a finding says about the statement that was made for it. */
export const findingAttestationSchema = attestationSchema
  .pick({ id: true, statement: true, name: true, statedAt: true, endsOn: true })
  .extend({ state: z.enum(['active', 'expired', 'changed']) })
