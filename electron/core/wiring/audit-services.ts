import { type AccessService, createAccessService } from '../access-review/access-service.ts'
import { createReviewService, type ReviewService } from '../access-review/review-service.ts'
import type { AdvisoryStore } from '../advisories/advisory-store.ts'
import { type AuditService, createAuditService } from '../audit/audit-service.ts'
import { createDecisionService, type DecisionService } from '../audit/decision-service.ts'
import { createHistoryService, type HistoryService } from '../audit/history/history-service.ts'
import { createOutlook, type Outlook } from '../audit/outlook.ts'
import { createPackService, type PackService } from '../audit/pack/pack-service.ts'
import { markOf } from '../audit/secret-mark.ts'
import { type AttachmentStore, createAttachmentStore } from '../audit/walkthrough/attachments.ts'
import { createWalkthroughService, type WalkthroughService } from '../audit/walkthrough/walkthrough-service.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { ModelService } from '../models/model-service.ts'
import { controls } from '../policy/registry.ts'
import type { Ports } from '../ports.ts'
import type { Drift } from '../push/drift.ts'
import type { openConsoleKey } from '../signing/console-key.ts'
import { createViewService, type ViewService } from '../views/view-service.ts'
import type { Stores } from './stores.ts'

export interface AuditServices {
  readonly audits: AuditService
  readonly decisions: DecisionService
  readonly views: ViewService
  readonly access: AccessService
  readonly accessReviews: ReviewService
  readonly history: HistoryService
  readonly walkthroughs: WalkthroughService
  readonly attachments: AttachmentStore
  readonly packs: PackService
  /** What the window shows of the newest audit, and since when. */
  readonly outlook: Outlook
}

interface AuditNeeds {
  readonly ledger: Ledger
  readonly key: () => ReturnType<typeof openConsoleKey>
  readonly advisories: AdvisoryStore
  readonly models: ModelService
  readonly drift: Drift
}

/** Audits, and what reads and decides about them: views, access, walkthroughs, history, packs. */
export function createAuditServices(ports: Ports, stores: Stores, needs: AuditNeeds): AuditServices {
  const { clock, log, version, account: by, paths } = ports
  const { audits: repo, history: historyRepo, waivers, attestations, undisturbed } = stores
  const { ledger, key } = needs
  const advisories = needs.advisories.book
  const decisions = createDecisionService({
    ...{ ledger, clock, waivers, attestations, controls, by },
    findingOf: (fleet, host, control, subject) =>
      repo.briefs(fleet.name, host, 1)[0]?.findings.find((it) => it.control === control && it.subject === subject),
  })
  const audits = createAuditService({
    ...ports,
    ...{ repo, decisions: decisions.of, advisories, recorded: needs.models.recorded, beside: needs.drift.look },
    mark: () => markOf(paths.data, log),
  })
  const views = createViewService({ repo, log, advisories, audit: audits.host })
  const access = createAccessService({ views, clock, newestAudit: repo.newestAudit })
  const accessReviews = createReviewService({ access, repo: stores.accessReviews, undisturbed, decisions, ledger, clock, by })
  const attachments = createAttachmentStore(paths.data)
  const walkthroughs = createWalkthroughService({
    ...{ clock, repo: stores.walkthroughs, undisturbed, history: historyRepo, decisions, controls, ledger, by },
    hosts: (of) => audits.brief(of, undefined).hosts,
  })
  return {
    audits,
    decisions,
    views,
    access,
    accessReviews,
    history: createHistoryService({ clock, log, version, repo, history: historyRepo, decisions: decisions.of, advisories }),
    walkthroughs,
    attachments,
    packs: createPackService({
      ...{ clock, repo, latest: audits.latest, host: audits.host, decisions: decisions.of, controls, ledger },
      ...{ walkthroughs, attachments, reviews: accessReviews, key, by, version },
    }),
    outlook: createOutlook({ clock, audits }),
  }
}
