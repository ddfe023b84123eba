import { hostname } from 'node:os'
import type { AdvisoryStore } from '../advisories/advisory-store.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { createSignedDecisions } from '../ledger/signed-decisions.ts'
import type { Ports } from '../ports.ts'
import { createDrift, type Drift } from '../push/drift.ts'
import { createPlanApprovals, type PlanApprovals } from '../push/journal/plan-approvals.ts'
import { createPlanArchive, type PlanArchive } from '../push/journal/plan-archive.ts'
import { createPushJobs, type PushJobs } from '../push/push-jobs.ts'
import { createPushService, type PushService } from '../push/push-service.ts'
import { createOwnTemplates } from '../push/templates/own-templates.ts'
import { createTemplateShelf, type TemplateShelf } from '../push/templates/template-shelf.ts'
import { createRecovery, type Recovery } from '../push/transaction/recovery.ts'
import { createWaveJobs, type WaveJobs } from '../push/wave-jobs.ts'
import type { openConsoleKey } from '../signing/console-key.ts'
import type { StepUp } from '../step-up/step-up.ts'

export interface PushServices {
  readonly templates: TemplateShelf
  readonly plans: PlanArchive
  readonly planApprovals: PlanApprovals
  readonly pushes: PushService
  readonly pushJobs: PushJobs
  readonly waveJobs: WaveJobs
  readonly recovery: Recovery
  readonly drift: Drift
}

interface PushNeeds {
  readonly ledger: Ledger
  readonly key: () => ReturnType<typeof openConsoleKey>
  readonly advisories: AdvisoryStore
  readonly stepUp: StepUp
}

/** Everything that changes hosts, over one ledger and one archive of plans. */
export function createPushServices(ports: Ports, { ledger, key, advisories, stepUp }: PushNeeds): PushServices {
  const signing = { ledger, key, account: ports.account }
  const who = `${ports.account} at ${hostname()}`
  const templates = createTemplateShelf(createOwnTemplates(ports.paths.data), createSignedDecisions('template', signing))
  const plans = createPlanArchive(ports.paths.data)
  const pushes = createPushService({ ...ports, who, ledger, advisories: advisories.book, plans, templates })
  const pushJobs = createPushJobs({ ...ports, pushes, stepUp })
  return {
    templates,
    plans,
    planApprovals: createPlanApprovals(createSignedDecisions('plan', signing), ports.clock),
    pushes,
    pushJobs,
    waveJobs: createWaveJobs({ ...ports, pushes, pushJobs, stepUp }),
    recovery: createRecovery({ ...ports, who, ledger, plans }),
    drift: createDrift(ledger, plans),
  }
}
