import { DAY_MS } from '#shared/day.ts'
import { GatehouseError } from '#shared/errors.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { sha256Of } from '../../ledger/record.ts'
import { type Decided, keyOf, type SignedDecisions } from '../../ledger/signed-decisions.ts'
import type { Clock } from '../../ports.ts'

/** An approval is for the maintenance that is ahead, not for good. */
const VALID_MS = 7 * DAY_MS

/** Which plans a machine may carry out where nobody can be asked: those that somebody read and signed before. */
export interface PlanApprovals {
  /** About this very plan, after the step-up. Throws what the ledger and the key throw. */
  approve(plan: PushPlan, note: string): void
  /** Throws `push.plan-not-approved`: nobody approved it, it is another one by now, or it was too long ago. */
  require(plan: PushPlan): void
}

/** `require` throws `push.plan-not-approved` unless these very bytes were approved here within seven days. */
export function createPlanApprovals(decisions: SignedDecisions, clock: Clock): PlanApprovals {
  const refused = (plan: PushPlan, detail: string) => new GatehouseError({ code: 'push.plan-not-approved', detail, host: plan.host })
  return {
    approve: (plan, note) => decisions.decide('approve', versionOf(plan), note, plan.host),
    require(plan) {
      const approval = decisions.all().get(keyOf(versionOf(plan)))
      if (approval?.decision !== 'approve')
        throw refused(plan, `the plan for ${plan.host} (${plan.id}) was approved by nobody at this console`)
      const ageMs = clock.now() - Date.parse(approval.at)
      // One from the future is no younger: somebody set the clock.
      if (ageMs > VALID_MS || ageMs < 0) throw refused(plan, `it was approved at ${approval.at}, and that holds for seven days`)
    },
  }
}

const versionOf = (plan: PushPlan): Decided => ({ id: plan.id, version: plan.version, sha256: sha256Of(JSON.stringify(plan)) })
