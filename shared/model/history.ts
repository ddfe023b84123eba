import { z } from 'zod'
import { changeSchema, itemResultSchema } from './audit.ts'
import { findingBriefSchema } from './finding.ts'

/** The fleet as it stood after one audit: every host by its newest result until then, as measured, before waivers and statements. */
export const trendPointSchema = z.object({
  audit: z.string(),
  startedAt: z.iso.datetime(),
  outcome: z.enum(['complete', 'cancelled']),
  /** Hosts that this audit looked at, and those with any result until then. */
  hosts: z.int(),
  known: z.int(),
  /** Of the known ones, those that could not be looked at when they last were tried: nothing of them counts as passed, and nothing as open. */
  unreached: z.int(),
  passed: z.int(),
  applicable: z.int(),
  openCritical: z.int(),
})
export type TrendPoint = z.infer<typeof trendPointSchema>
/** Oldest first. */
export const trendSchema = z.array(trendPointSchema)

/**
 * What became of a finding. `worse`: it fails or warns, and did not, or less. `found`: it fails or warns, and was not measured before. `unseen`: it was
 * measured and is not any more, which is no improvement. `still`: it fails or warns as before, by other evidence. `decided`: a person accepted or must
 * state it. `better`: it passes, or fails less. `cleared`: it passes, and was not measured before. `gone`: there is nothing to judge any more.
 */
export const directions = ['worse', 'found', 'unseen', 'still', 'decided', 'better', 'cleared', 'gone', 'other'] as const
export type Direction = (typeof directions)[number]

export const comparedChangeSchema = changeSchema.extend({
  direction: z.enum(directions),
  /** Since when it is as it is now. Absent when it is gone. */
  since: z.iso.datetime().optional(),
})
export type ComparedChange = z.infer<typeof comparedChangeSchema>

export const momentSchema = z.object({
  /** The newest audit of that moment. */
  audit: z.string(),
  startedAt: z.iso.datetime(),
  passed: z.int(),
  applicable: z.int(),
})

/** With the hosts that could not be looked at, and why. */
export const comparedMomentSchema = momentSchema.extend({ unreached: z.array(z.object({ host: z.string(), reason: z.string() })) })

/** A host of one moment alone, with how many of its findings fail or warn. */
export const loneHostSchema = z.object({ host: z.string(), open: z.int(), openCritical: z.int() })

export const comparisonSchema = z.object({
  before: comparedMomentSchema,
  after: comparedMomentSchema,
  /** Both judged by the controls of today, so that only hosts make a difference; else each as it was judged then. */
  again: z.boolean(),
  /** Worst first. */
  changes: z.array(comparedChangeSchema),
  /** Hosts of one moment that have no result in the other, or are in the fleet file no more. */
  only: z.object({ before: z.array(loneHostSchema), after: z.array(loneHostSchema) }),
})
export type Comparison = z.infer<typeof comparisonSchema>

/** What was known of the fleet at one moment. */
export const knownSchema = momentSchema.extend({
  again: z.boolean(),
  hosts: z.array(
    z.object({
      name: z.string(),
      /** When it was looked at: by that audit, or by one before. */
      finishedAt: z.iso.datetime(),
      /** Why it could not be looked at; null when it could. */
      unreached: z.string().nullable(),
      items: z.array(itemResultSchema),
      /** What was open. */
      open: z.array(findingBriefSchema),
    }),
  ),
})
export type Known = z.infer<typeof knownSchema>
