import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Failure, GatehouseError } from '#shared/errors.ts'
import type { Output } from '#shared/ipc/contracts.ts'
import type { FleetState } from '#shared/ipc/fleet.contract.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import { type AccessService, createAccessService } from './access-review/access-service.ts'
import { createReviewService, type ReviewService } from './access-review/review-service.ts'
import { type AdvisoryStore, createAdvisoryStore } from './advisories/advisory-store.ts'
import { type AuditService, createAuditService } from './audit/audit-service.ts'
import { createDecisionService, type DecisionService } from './audit/decision-service.ts'
import { createHistoryService, type HistoryService } from './audit/history/history-service.ts'
import { createOutlook, type Outlook } from './audit/outlook.ts'
import { createPackService, type PackService } from './audit/pack/pack-service.ts'
import { type ReportFormat, renderReport } from './audit/report.ts'
import { createScheduleService, type ScheduleService } from './audit/schedule/schedule-service.ts'
import { markOf } from './audit/secret-mark.ts'
import { type AttachmentStore, createAttachmentStore } from './audit/walkthrough/attachments.ts'
import { createWalkthroughService, type WalkthroughService } from './audit/walkthrough/walkthrough-service.ts'
import { createFleetService, type FleetService } from './fleet/fleet-service.ts'
import { createRecentFiles } from './fleet/recent-files.ts'
import { createPromptQueue, type PromptQueue } from './jobs/prompt-queue.ts'
import { createLedger, type Ledger } from './ledger/ledger.ts'
import { createSignedDecisions } from './ledger/signed-decisions.ts'
import { createExpectedService, type ExpectedService } from './models/expected/expected-service.ts'
import { createModelService, type ModelService } from './models/model-service.ts'
import { createDeployService, type DeployService } from './models/registry/deploy/deploy-service.ts'
import { createQuarantineService, type QuarantineService } from './models/registry/quarantine/quarantine-service.ts'
import { createRegistryService, type RegistryService } from './models/registry/registry-service.ts'
import { createOperateJobs, type OperateJobs } from './operate/operate-jobs.ts'
import { createOperateService, type OperateService } from './operate/operate-service.ts'
import { waiverState } from './policy/decisions.ts'
import { controls } from './policy/registry.ts'
import type { Clock, Ports, PromptPort, Transport } from './ports.ts'
import { createDrift, type Drift } from './push/drift.ts'
import { createPlanApprovals, type PlanApprovals } from './push/journal/plan-approvals.ts'
import { createPlanArchive, type PlanArchive } from './push/journal/plan-archive.ts'
import { createPushJobs, type PushJobs } from './push/push-jobs.ts'
import { createPushService, type PushService } from './push/push-service.ts'
import { createOwnTemplates } from './push/templates/own-templates.ts'
import { createTemplateShelf, type TemplateShelf } from './push/templates/template-shelf.ts'
import { createRecovery, type Recovery } from './push/transaction/recovery.ts'
import { createWaveJobs, type WaveJobs } from './push/wave-jobs.ts'
import { openConsoleKey } from './signing/console-key.ts'
import { createStepUp, type StepUp } from './step-up/step-up.ts'
import { createAccessReviewRepo } from './store/access-review.repo.ts'
import { undisturbed } from './store/all-or-nothing.ts'
import { createAuditRepo } from './store/audit.repo.ts'
import { openDatabase } from './store/database.ts'
import { createAttestationRepo, createWaiverRepo } from './store/decision.repo.ts'
import { createHistoryRepo } from './store/history.repo.ts'
import { createModelRepo } from './store/model.repo.ts'
import { createRegistrationRepo } from './store/registration.repo.ts'
import { createWalkthroughRepo } from './store/walkthrough.repo.ts'
import { createViewService, type ViewService } from './views/view-service.ts'

/** Everything core offers, wired once. The window reaches it through `handlers/`, the CLI through the services themselves. */
export interface Services {
  readonly fleet: FleetService
  readonly audits: AuditService
  readonly decisions: DecisionService
  readonly access: AccessService
  readonly accessReviews: ReviewService
  readonly advisories: AdvisoryStore
  readonly models: ModelService
  readonly expected: ExpectedService
  readonly registry: RegistryService
  readonly deployments: DeployService
  readonly quarantine: QuarantineService
  readonly operate: OperateService
  readonly operateJobs: OperateJobs
  readonly pushes: PushService
  readonly pushJobs: PushJobs
  readonly waveJobs: WaveJobs
  readonly templates: TemplateShelf
  readonly recovery: Recovery
  readonly drift: Drift
  readonly ledger: Ledger
  readonly plans: PlanArchive
  readonly planApprovals: PlanApprovals
  readonly packs: PackService
  readonly history: HistoryService
  readonly walkthroughs: WalkthroughService
  readonly schedules: ScheduleService
  readonly attachments: AttachmentStore
  readonly stepUp: StepUp
  /** Every waiver of a fleet, newest first, and how it stands today. */
  waivers(fleet: Fleet): Output<'waiver:list'>
  openDemo(): Promise<FleetState>
  readonly views: ViewService
  /** What the window shows of the newest audit, and since when. */
  readonly outlook: Outlook
  /** Questions that wait for the window. */
  readonly prompts: PromptQueue
  readonly clock: Clock
  readonly changed: Ports['changed']
  /** The connections of the open fleet; made anew when another fleet is opened. */
  transport(): Transport
  /** Those that are there now, if any. */
  opened(): Transport | undefined
  /** What a section printed, by its digest. */
  output(sha256: string): string | undefined
  /** A report of the newest results of the open fleet. Throws `audit.not-found`. */
  report(format: ReportFormat): string
  readonly storeFailure: Failure | undefined
  close(): Promise<void>
}

/** `prompts` replaces the queue of the window where somebody else asks (the CLI's terminal). */
export function createServices(ports: Ports, prompts?: PromptPort): Services {
  const { database, failure: storeFailure } = openDatabase(ports.paths.data, ports.clock.now())
  const repo = createAuditRepo(database)
  const queue = createPromptQueue(ports.changed)
  const asked = prompts ?? queue
  const fleet = createFleetService(createRecentFiles(join(ports.paths.data, 'recent.json')), ports.startDemo, () => {
    outlook.renew()
    void dropTransport()
    ports.changed('fleet:changed')
    ports.changed('audit:changed')
  })
  const ledger = createLedger(ports.paths.data, ports.clock, ports.account)
  const decisions = createDecisionService({
    ledger,
    clock: ports.clock,
    waivers: createWaiverRepo(database),
    attestations: createAttestationRepo(database),
    controls,
    by: ports.account,
    findingOf: (fleet, host, control, subject) =>
      repo.briefs(fleet.name, host, 1)[0]?.findings.find((it) => it.control === control && it.subject === subject),
  })
  const advisories = createAdvisoryStore({ clock: ports.clock, log: ports.log, folder: ports.paths.data, by: ports.account })
  const modelRepo = createModelRepo(database)
  const registrations = createRegistrationRepo(database)
  const models = createModelService({
    clock: ports.clock,
    repo: modelRepo,
    registrations: ({ name }) => registrations.list(name),
    version: ports.version,
    by: ports.account,
    changed: ports.changed,
  })
  const expected = createExpectedService({ models, ledger })
  const plans = createPlanArchive(ports.paths.data)
  const drift = createDrift(ledger, plans)
  const audits = createAuditService({
    ...ports,
    repo,
    decisions: decisions.of,
    advisories: advisories.book,
    recorded: models.recorded,
    beside: drift.look,
    mark: () => markOf(ports.paths.data, ports.log),
  })
  const views = createViewService({ repo, log: ports.log, advisories: advisories.book, audit: audits.host })
  const access = createAccessService({ views, clock: ports.clock, newestAudit: repo.newestAudit })
  const operate = createOperateService({ clock: ports.clock, views, ledger })
  const operateJobs = createOperateJobs({ clock: ports.clock, operate, changed: ports.changed })
  const key = () => openConsoleKey(ports.paths.data)
  const signing = { ledger, key, account: ports.account }
  const templates = createTemplateShelf(createOwnTemplates(ports.paths.data), createSignedDecisions('template', signing))
  const planApprovals = createPlanApprovals(createSignedDecisions('plan', signing), ports.clock)
  const who = `${ports.account} at ${hostname()}`
  const pushes = createPushService({ ...ports, who, ledger, advisories: advisories.book, plans, templates })
  const stepUp = createStepUp({ ...ports, ledger })
  const registry = createRegistryService({
    clock: ports.clock,
    repo: registrations,
    models,
    inventory: modelRepo,
    ledger,
    by: ports.account,
    changed: ports.changed,
  })
  const deployments = createDeployService({ clock: ports.clock, registry, models, ledger })
  const quarantine = createQuarantineService({
    ...{ clock: ports.clock, repo: registrations, ledger, models: modelRepo },
    ...{ by: ports.account, changed: ports.changed },
  })
  const recovery = createRecovery({ ...ports, who, ledger, plans })
  const pushJobs = createPushJobs({ ...ports, pushes, stepUp })
  const waveJobs = createWaveJobs({ ...ports, pushes, pushJobs, stepUp })
  const historyRepo = createHistoryRepo(database)
  const history = createHistoryService({
    ...{ clock: ports.clock, log: ports.log, version: ports.version, repo, history: historyRepo },
    ...{ decisions: decisions.of, advisories: advisories.book },
  })
  const attachments = createAttachmentStore(ports.paths.data)
  const walkthroughs = createWalkthroughService({
    ...{ clock: ports.clock, repo: createWalkthroughRepo(database), undisturbed: undisturbed(database), history: historyRepo },
    ...{ decisions, controls, ledger, by: ports.account },
    hosts: (of) => audits.brief(of, undefined).hosts,
  })
  const accessReviews = createReviewService({
    ...{ access, repo: createAccessReviewRepo(database), undisturbed: undisturbed(database), decisions, ledger },
    ...{ clock: ports.clock, by: ports.account },
  })
  const packs = createPackService({
    ...{
      clock: ports.clock,
      repo,
      latest: audits.latest,
      host: audits.host,
      decisions: decisions.of,
      controls,
      ledger,
      walkthroughs,
      attachments,
      reviews: accessReviews,
    },
    ...{ key, by: ports.account, version: ports.version },
  })
  const schedules = createScheduleService({
    ...{ clock: ports.clock, log: ports.log, file: join(ports.paths.data, 'schedule.json'), open: () => fleet.state().fleet },
    // One that was stopped counts, or it would begin again at once; one of a few hosts does not.
    lastStarted: (of) =>
      repo.list(of.name, 50).find(({ outcome, hosts }) => outcome === 'cancelled' || hosts >= auditedHosts(of).length)?.startedAt,
    start: (of) => void audits.start(of, transport()),
  })
  const outlook = createOutlook({ clock: ports.clock, audits })
  let open: Transport | undefined

  async function dropTransport(): Promise<void> {
    const old = open
    open = undefined
    audits.cancel()
    models.cancel()
    pushJobs.stopPlanning()
    operateJobs.leave()
    await old?.close()
  }

  function transport(): Transport {
    const wanted = fleet.require()
    open ??= fleet.demo()?.createTransport(asked) ?? ports.createTransport(wanted, asked)
    return open
  }

  function report(format: ReportFormat): string {
    const audit = audits.latest(fleet.require())
    if (audit === null) throw new GatehouseError({ code: 'audit.not-found', detail: 'no host of this fleet has been audited' })
    return [...renderReport(audit, format)].join('')
  }

  function waivers(of: Fleet): Output<'waiver:list'> {
    const hosts = new Map(audits.brief(of, undefined).hosts.map((host) => [host.name, host]))
    return decisions.of(of).waivers.map((waiver) => {
      const finding = hosts.get(waiver.host)?.findings.find((it) => it.control === waiver.control && it.subject === waiver.subject)
      return { ...waiver, state: waiverState(waiver, finding, ports.clock.now()) }
    })
  }

  /** The demo brings digests that an admin read, and models that were approved before; they are recorded once. */
  async function openDemo(): Promise<FleetState> {
    const state = await fleet.openDemo()
    const demo = fleet.demo()
    if (demo && models.expected(demo.fleet).length === 0) {
      const readOn = new Date(ports.clock.now()).toISOString().slice(0, 10)
      for (const { model, url, stated } of demo.expectations)
        models.expect(demo.fleet, model, stated, { url, readBy: ports.account, readOn })
    }
    if (demo && registrations.list(demo.fleet.name).length === 0)
      for (const { id, model, steps } of demo.registrations) for (const step of steps) registrations.add(demo.fleet.name, id, model, step)
    return state
  }

  return {
    fleet,
    audits,
    decisions,
    access,
    accessReviews,
    advisories,
    models,
    expected,
    registry,
    deployments,
    quarantine,
    waivers,
    openDemo,
    operate,
    operateJobs,
    pushes,
    pushJobs,
    waveJobs,
    templates,
    recovery,
    drift,
    ledger,
    plans,
    planApprovals,
    packs,
    history,
    walkthroughs,
    attachments,
    schedules,
    stepUp,
    views,
    outlook,
    prompts: queue,
    clock: ports.clock,
    changed: ports.changed,
    transport,
    opened: () => open,
    output: repo.output,
    report,
    storeFailure,
    async close() {
      await dropTransport()
      await fleet.demo()?.stop()
      database.close()
    },
  }
}
