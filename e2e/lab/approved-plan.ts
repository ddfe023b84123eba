import { readFileSync } from 'node:fs'
import { createLedger } from '#core/ledger/ledger.ts'
import { createSignedDecisions } from '#core/ledger/signed-decisions.ts'
import { createPlanApprovals } from '#core/push/journal/plan-approvals.ts'
import { openConsoleKey } from '#core/signing/console-key.ts'
import { pushPlansSchema } from '#shared/model/push-plan.ts'

/** What `gatehouse plan approve` does after the code: the plans of this file may be pushed by the console of this data folder. */
export function approvePlan(data: string, file: string): void {
  const clock = { now: () => Date.now() }
  const account = 'lab'
  const ledger = createLedger(data, clock, account)
  const decisions = createSignedDecisions('plan', { ledger, key: () => openConsoleKey(data), account })
  const approvals = createPlanApprovals(decisions, clock)
  for (const plan of pushPlansSchema.parse([JSON.parse(readFileSync(file, 'utf8'))].flat())) approvals.approve(plan, 'a test')
}
