import { type Failure, failureOf } from '#shared/errors.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { mapWithLimit } from '../jobs/map-with-limit.ts'

const AT_ONCE = 8

export interface ManyPlans {
  readonly plans: PushPlan[]
  /** Why there is none for these, one that has the files already among them. */
  readonly failures: { readonly host: string; readonly failure: Failure }[]
}

/** A plan for each host, in their order: one for which there is none does not keep the others from theirs. */
export async function planMany(hosts: readonly string[], plan: (host: string) => Promise<PushPlan>): Promise<ManyPlans> {
  const made = await mapWithLimit([...new Set(hosts)], AT_ONCE, async (host) => {
    try {
      return await plan(host)
    } catch (error) {
      return { host, failure: failureOf(error) }
    }
  })
  return {
    plans: made.flatMap((one) => ('failure' in one ? [] : [one])),
    failures: made.flatMap((one) => ('failure' in one ? [one] : [])),
  }
}
