import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { shippedBook } from '#core/advisories/shipped.ts'
import { createLedger } from '#core/ledger/ledger.ts'
import { createPlanArchive } from '#core/push/journal/plan-archive.ts'
import { createPushService } from '#core/push/push-service.ts'
import { shippedTemplate } from '#core/push/templates/templates.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import type { PushDraft } from '#shared/model/push-draft.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { lab, labFleet, totp } from '../lab/lab.ts'

/** Milliseconds since the push began, at which a step was announced. */
export type OnStep = (step: string, sinceMs: number) => void

/** Whoever pushes has read the plan: what planning left to do, such as the next audit's shell, is done by then. */
const READING_MS = 4000

/** Plans and pushes as the window does, with a data folder of its own. A push that does not end committed and proven throws. */
export function pushDesk(folder: string) {
  const fleet = labFleet()
  const data = join(folder, 'push')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const clock = { now: () => Date.now() }
  const transport = createSsh2Transport({
    ...{ fleet, clock, log: () => {}, paths: { data, home: lab.home } },
    prompts: { ask: async () => [await totp()], reportChangedKey: () => {} },
  })
  const ledger = createLedger(data, clock, 'bench')
  const pushes = createPushService({
    ...{ clock, log: () => {}, ledger, version: '0', who: 'bench', advisories: shippedBook, plans: createPlanArchive(data) },
    templates: { pushable: shippedTemplate },
  })
  const { signal } = new AbortController()
  return {
    async plan(choice: PushDraft): Promise<PushPlan> {
      const made = await pushes.plan(fleet, transport, choice, signal)
      await pause(READING_MS)
      return made
    },
    async push(plan: PushPlan, onStep: OnStep = () => {}): Promise<void> {
      const begunMs = performance.now()
      const { verdict, reason } = await pushes.push(fleet, transport, plan, {
        signal,
        onStep: (step) => onStep(step, performance.now() - begunMs),
      })
      if (verdict !== 'committed-proven') throw new Error(`the push ended as ${verdict}: ${reason}`)
    },
    close: () => transport.close(),
  }
}
