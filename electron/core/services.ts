import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Failure, failureOf, GatehouseError } from '#shared/errors.ts'
import type { Latest } from '#shared/ipc/audit.contract.ts'
import type { Channel } from '#shared/ipc/channels.ts'
import type { Reply } from '#shared/ipc/contract.ts'
import { contracts, type Input, type Output } from '#shared/ipc/contracts.ts'
import type { FleetState } from '#shared/ipc/fleet.contract.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import { type AccessService, createAccessService } from './access/access-service.ts'
import { createReviewService, type ReviewService } from './access/review-service.ts'
import { type AdvisoryStore, createAdvisoryStore } from './advisories/advisory-store.ts'
import { type AuditService, createAuditService } from './audit/audit-service.ts'
import { createDecisionService, type DecisionService } from './audit/decision-service.ts'
import { createHistoryService, type HistoryService } from './audit/history/history-service.ts'
import { createLedger, type Ledger } from './audit/ledger/ledger.ts'
import { createPackService, type PackService } from './audit/pack/pack-service.ts'
import { type ReportFormat, renderReport } from './audit/report.ts'
import { createScheduleService, type ScheduleService } from './audit/schedule/schedule-service.ts'
import { markOf } from './audit/secret-mark.ts'
import { type AttachmentStore, createAttachmentStore } from './audit/walkthrough/attachments.ts'
import { createWalkthroughService, type WalkthroughService } from './audit/walkthrough/walkthrough-service.ts'
import { createFleetService, type FleetService } from './fleet/fleet-service.ts'
import { createRecentFiles } from './fleet/recent-files.ts'
import { createPromptQueue } from './jobs/prompt-queue.ts'
import { createModelService, type ModelService } from './models/model-service.ts'
import { createDeployService, type DeployService } from './models/registry/deploy/deploy-service.ts'
import { createQuarantineService, type QuarantineService } from './models/registry/quarantine/quarantine-service.ts'
import { createRegistryService, type RegistryService } from './models/registry/registry-service.ts'
import { detailsOf } from './policy/catalogue.ts'
import { waiverState } from './policy/decisions.ts'
import { controls } from './policy/registry.ts'
import type { Ports, PromptPort, Transport } from './ports.ts'
import { fleetSudoers } from './probe/fleet-sudoers.ts'
import { parametersFor } from './push/defaults.ts'
import { createDrift, type Drift } from './push/drift.ts'
import { pushRecords } from './push/history.ts'
import { createOwnTemplates } from './push/own-templates.ts'
import { createPlanArchive } from './push/plan-archive.ts'
import { createPushJobs, type PushJobs } from './push/push-jobs.ts'
import { createPushService, type PushService } from './push/push-service.ts'
import { createRecovery, type Recovery } from './push/recovery.ts'
import { createTemplateDecisions } from './push/template-decisions.ts'
import { createTemplateShelf, type TemplateShelf } from './push/template-shelf.ts'
import { openConsoleKey } from './signing/console-key.ts'
import { createStepUp, type StepUp } from './step-up/step-up.ts'
import { createAccessReviewRepo } from './store/access-review.repo.ts'
import { createAuditRepo } from './store/audit.repo.ts'
import { openDatabase } from './store/database.ts'
import { createAttestationRepo, createWaiverRepo } from './store/decision.repo.ts'
import { createHistoryRepo } from './store/history.repo.ts'
import { createModelRepo } from './store/model.repo.ts'
import { createRegistrationRepo } from './store/registration.repo.ts'
import { createWalkthroughRepo } from './store/walkthrough.repo.ts'
import { hostGpus } from './views/gpus-view.ts'
import { hostHardening } from './views/hardening-view.ts'
import { hostPackages } from './views/packages-view.ts'
import { hostServices } from './views/services-view.ts'
import { createViewService } from './views/view-service.ts'
import type { ViewSources } from './views/view-sources.ts'

/** Everything core offers, wired once. The window reaches it through `handle`, the CLI through the services themselves. */
export interface Services {
  readonly fleet: FleetService
  readonly audits: AuditService
  readonly decisions: DecisionService
  readonly access: AccessService
  readonly accessReviews: ReviewService
  readonly advisories: AdvisoryStore
  readonly models: ModelService
  readonly registry: RegistryService
  readonly deployments: DeployService
  readonly quarantine: QuarantineService
  readonly pushes: PushService
  readonly pushJobs: PushJobs
  readonly templates: TemplateShelf
  readonly recovery: Recovery
  readonly drift: Drift
  readonly ledger: Ledger
  readonly packs: PackService
  readonly history: HistoryService
  readonly walkthroughs: WalkthroughService
  readonly schedules: ScheduleService
  readonly attachments: AttachmentStore
  readonly stepUp: StepUp
  /** Every waiver of a fleet, newest first, and how it stands today. */
  waivers(fleet: Fleet): Output<'waiver:list'>
  openDemo(): Promise<FleetState>
  /** The connections of the open fleet; made anew when another fleet is opened. */
  transport(): Transport
  /** A report of the newest results of the open fleet. Throws `audit.not-found`. */
  report(format: ReportFormat): string
  /** Answers one request of the window. Never throws: failures are values. */
  handle(channel: Channel, input: unknown): Promise<Reply<unknown>>
  readonly storeFailure: Failure | undefined
  close(): Promise<void>
}

/** The undo of a drill fires after 15 s; what takes longer did not come. */
const DRILL_TIMEOUT_MS = 240_000
const MAX_OUTPUT_CHARACTERS = 1_048_576

/** `prompts` replaces the queue of the window where somebody else asks (the CLI's terminal). */
export function createServices(ports: Ports, prompts?: PromptPort): Services {
  const { database, failure: storeFailure } = openDatabase(ports.paths.data, ports.clock.now())
  const repo = createAuditRepo(database)
  const queue = createPromptQueue(ports.changed)
  const asked = prompts ?? queue
  const fleet = createFleetService(createRecentFiles(join(ports.paths.data, 'recent.json')), ports.startDemo, () => {
    outlook = randomUUID()
    void dropTransport()
    ports.changed('fleet:changed')
    ports.changed('audit:changed')
  })
  const decisions = createDecisionService({
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
  const ledger = createLedger(ports.paths.data, ports.clock, ports.account)
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
  const access = createAccessService({ views, clock: ports.clock })
  const key = () => openConsoleKey(ports.paths.data)
  const templates = createTemplateShelf(
    createOwnTemplates(ports.paths.data),
    createTemplateDecisions({ ledger, key, account: ports.account }),
  )
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
  const quarantine = createQuarantineService({ clock: ports.clock, repo: registrations, ledger, by: ports.account, changed: ports.changed })
  const recovery = createRecovery({ ...ports, who, ledger, plans })
  const pushJobs = createPushJobs({ ...ports, pushes, stepUp })
  const historyRepo = createHistoryRepo(database)
  const history = createHistoryService({
    ...{ clock: ports.clock, log: ports.log, version: ports.version, repo, history: historyRepo },
    ...{ decisions: decisions.of, advisories: advisories.book },
  })
  const attachments = createAttachmentStore(ports.paths.data)
  const walkthroughs = createWalkthroughService({
    ...{ clock: ports.clock, repo: createWalkthroughRepo(database), history: historyRepo, decisions, controls, ledger, by: ports.account },
    hosts: (of) => audits.brief(of, undefined).hosts,
  })
  const accessReviews = createReviewService({
    ...{ access, repo: createAccessReviewRepo(database), decisions, ledger, clock: ports.clock, by: ports.account },
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
  let outlook: string = randomUUID()
  let open: Transport | undefined

  async function dropTransport(): Promise<void> {
    const old = open
    open = undefined
    audits.cancel()
    models.cancel()
    pushJobs.stopPlanning()
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

  /** Runs a decision and tells the window that findings look different now. */
  function decided<T>(event: 'waiver:changed' | 'attestation:changed', run: () => T): T {
    const result = run()
    outlook = randomUUID()
    ports.changed(event)
    return result
  }

  function reviewed<T>(run: () => T): T {
    const result = run()
    ports.changed('access:changed')
    return result
  }

  function walked<T>(run: () => T): T {
    const result = run()
    ports.changed('walkthrough:changed')
    return result
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

  const current = () => fleet.state().fleet
  /** A revision holds for one opening of one fleet file, the decisions that stand, and the day, with which decisions end. */
  function latestOf(since: string | null): Latest {
    const open = current()
    const base = `${outlook} ${new Date(ports.clock.now()).toISOString().slice(0, 10)}`
    const whole = since === null || !since.startsWith(`${base} `)
    const { sequence, outcome, hosts } = open
      ? audits.brief(open, whole ? undefined : Number(since.slice(base.length)))
      : { sequence: 0, outcome: null, hosts: [] }
    return { revision: `${base} ${sequence}`, whole, job: audits.job(), outcome, hosts }
  }

  /** Another fleet has other connections, and a push needs its own until its verdict. */
  function unlessPushing<T>(run: () => T): T {
    const job = pushJobs.job()
    if (job && job.state !== 'finished') throw new GatehouseError({ code: 'push.running', detail: `on ${job.plan.host}` })
    return run()
  }

  /** Changes a host beside a push; one at a time. */
  async function steppedUp<T>(run: () => Promise<T>): Promise<T> {
    stepUp.require()
    try {
      return await unlessPushing(run)
    } finally {
      ports.changed('push:changed')
    }
  }

  /** The results of a host are not what they were once it was changed: it is audited again. */
  function startPush({ plan, typedHost }: Input<'push:start'>): Output<'push:start'> {
    const of = fleet.require()
    const over = transport()
    const { job, done } = pushJobs.start(of, over, plan, typedHost)
    void done.then(({ result }) => {
      if (result && audits.job()?.state !== 'running' && open === over) audits.start(of, over, [job.plan.host])
    })
    return job
  }

  function decideTemplate({ decision, id, sha256, note }: Input<'template:decide'>): Output<'template:decide'> {
    stepUp.require()
    const entry = templates.decide(decision, id, sha256, note)
    ports.changed('template:changed')
    return entry
  }

  function pushHistory(): Output<'push:history'> {
    const { records, broken } = ledger.read()
    return {
      pushes: pushRecords(records, plans.find),
      brokenLedger: broken ? `record ${broken.line} ${broken.reason}` : null,
    }
  }

  /** Nothing is filled from a host that was never looked at. */
  function pushParameters({ host, template, parameters }: Input<'push:parameters'>): Output<'push:parameters'> {
    const { manifest } = templates.find(template)
    const opened = fleet.require()
    const audit = audits.host(opened, host)
    const of = opened.hosts.find(({ name }) => name === host)
    const seen =
      audit && of && views.show(opened, host, ({ facts }) => parametersFor(manifest, { fleet: opened, host: of, audit, facts }, parameters))
    const standing = Object.entries(manifest.parameters).flatMap(([name, parameter]) =>
      parameter.default === undefined ? [] : [[name, parameter.default] as const],
    )
    return { ...Object.fromEntries(standing), ...parameters, ...seen }
  }

  const view = <V>(host: string, project: (sources: ViewSources) => V): V | null => current() && views.show(fleet.require(), host, project)

  const answers: { readonly [C in Channel]?: (input: Input<C>) => Output<C> | Promise<Output<C>> } = {
    'fleet:current': () => fleet.state(),
    'fleet:load': ({ path }) => unlessPushing(() => fleet.load(path)),
    'fleet:demo': () => unlessPushing(openDemo),
    'fleet:close': () => unlessPushing(() => fleet.close()),
    'audit:start': ({ hosts }) => audits.start(fleet.require(), transport(), hosts).job,
    'audit:cancel': () => {
      audits.cancel()
      return null
    },
    'audit:latest': ({ since }) => latestOf(since),
    'audit:host': ({ host }) => current() && audits.host(fleet.require(), host),
    'audit:changes': () => (current() ? audits.changes(fleet.require()) : []),
    'audit:history': () => (current() ? audits.history(fleet.require()) : []),
    'schedule:get': () => current() && schedules.of(fleet.require()),
    'schedule:set': (schedule) => schedules.set(fleet.require(), schedule),
    'walkthrough:guide': () => walkthroughs.guide(),
    'walkthrough:current': () => current() && walkthroughs.current(fleet.require()),
    'walkthrough:start': ({ auditor }) => walked(() => walkthroughs.start(fleet.require(), auditor)),
    'walkthrough:draft': ({ item, draft }) => {
      walkthroughs.keepDraft(fleet.require(), item, draft)
      return null
    },
    'walkthrough:record': (request) => walked(() => decided('attestation:changed', () => walkthroughs.record(fleet.require(), request))),
    'walkthrough:close': () => walked(() => walkthroughs.close(fleet.require())),
    'history:trend': () => (current() ? history.trend(fleet.require()) : []),
    'history:compare': ({ before, after, again }) => history.compare(fleet.require(), before, after, again),
    'audit:output': ({ sha256 }) => {
      const text = repo.output(sha256)
      return text === undefined ? null : { text: text.slice(0, MAX_OUTPUT_CHARACTERS), truncated: text.length > MAX_OUTPUT_CHARACTERS }
    },
    'host:services': ({ host }) => view(host, hostServices),
    'host:hardening': ({ host }) => view(host, hostHardening),
    'host:gpus': ({ host }) => view(host, hostGpus),
    'host:packages': ({ host }) => view(host, hostPackages),
    'access:overview': () => (current() ? access.overview(fleet.require()) : null),
    'access:review': () => (current() ? accessReviews.current(fleet.require()) : null),
    'access:review-start': () => reviewed(() => accessReviews.start(fleet.require())),
    'access:review-decide': (request) => reviewed(() => accessReviews.decide(fleet.require(), request)),
    'access:review-sign': ({ name }) => reviewed(() => decided('attestation:changed', () => accessReviews.sign(fleet.require(), name))),
    'network:hosts': () => (current() ? audits.networks(fleet.require()) : []),
    'control:list': () => detailsOf(controls),
    'waiver:list': () => (current() ? waivers(fleet.require()) : []),
    'waiver:grant': (request) => decided('waiver:changed', () => decisions.grantWaiver(fleet.require(), request)),
    'waiver:withdraw': ({ id }) => {
      decided('waiver:changed', () => decisions.withdrawWaiver(fleet.require(), id))
      return null
    },
    'attestation:list': () => (current() ? [...decisions.of(fleet.require()).attestations] : []),
    'attestation:state': (request) => decided('attestation:changed', () => decisions.attest(fleet.require(), request)),
    'attestation:withdraw': ({ id }) => {
      decided('attestation:changed', () => decisions.withdrawAttestation(fleet.require(), id))
      return null
    },
    'advisories:state': () => advisories.state(),
    'models:overview': () => current() && models.overview(fleet.require()),
    'models:files': ({ host, model }) => models.files(fleet.require(), host, model),
    'models:look': (request) => models.start(fleet.require(), transport(), request).job,
    'models:cancel': () => {
      models.cancel()
      return null
    },
    'models:job': () => models.job(),
    'registry:list': () => (current() ? registry.list(fleet.require()) : []),
    'registry:request': (request) => registry.request(fleet.require(), request),
    'registry:review': (request) => registry.review(fleet.require(), request),
    'registry:test': (request) => registry.test(fleet.require(), request),
    'registry:approve': (request) => {
      stepUp.require()
      return registry.approve(fleet.require(), request, true)
    },
    'registry:deploy': (request) => {
      stepUp.require()
      return deployments.start(fleet.require(), transport(), request).job
    },
    'quarantine:list': () => (current() ? quarantine.list(fleet.require()) : []),
    'quarantine:take': (request) => {
      stepUp.require()
      return quarantine.take(fleet.require(), transport(), request, new AbortController().signal)
    },
    'quarantine:release': async ({ id }) => {
      stepUp.require()
      await quarantine.release(fleet.require(), transport(), id, new AbortController().signal)
      return null
    },
    'registry:reject': (request) => registry.reject(fleet.require(), request),
    'registry:revoke': (request) => registry.revoke(fleet.require(), request),
    'prompt:pending': () => [...queue.pending()],
    'prompt:answer': (answer) => {
      queue.answer(answer)
      return null
    },
    'connection:states': () =>
      (open?.jumpStates() ?? []).map(({ name, state, roundTripMs, failure }) => ({ name, state, roundTripMs, failure })),
    'connection:changed-keys': () => [...queue.changedKeys()],
    'push:templates': () => templates.list(),
    'template:decide': decideTemplate,
    'push:parameters': pushParameters,
    'push:plan': (choice) => pushJobs.plan(fleet.require(), transport(), choice),
    'push:stop-planning': () => {
      pushJobs.stopPlanning()
      return null
    },
    'push:start': startPush,
    'push:undo': () => {
      pushJobs.undo()
      return null
    },
    'push:take-back': ({ id }) => pushJobs.keep(recovery.takeBack(id)),
    'push:finish': ({ id }) => steppedUp(() => recovery.finish(fleet.require(), transport(), id)),
    'push:drilled': ({ host }) => ({ at: recovery.drilled(host)?.at ?? null }),
    'push:drill': ({ host }) => steppedUp(() => recovery.drill(fleet.require(), transport(), host, AbortSignal.timeout(DRILL_TIMEOUT_MS))),
    'push:job': () => pushJobs.job(),
    'push:history': pushHistory,
    'step-up:state': () => stepUp.state(),
    'step-up:enrol': () => stepUp.enrol(),
    'step-up:confirm': ({ code }) => stepUp.confirm(code),
    'step-up:lock': () => stepUp.lock(),
    'sudoers:text': () => ({ text: fleetSudoers(fleet.require()) }),
  }

  return {
    fleet,
    audits,
    decisions,
    access,
    accessReviews,
    advisories,
    models,
    registry,
    deployments,
    quarantine,
    waivers,
    openDemo,
    pushes,
    pushJobs,
    templates,
    recovery,
    drift,
    ledger,
    packs,
    history,
    walkthroughs,
    attachments,
    schedules,
    stepUp,
    transport,
    report,
    storeFailure,
    async handle(channel, input) {
      try {
        const answer = answers[channel] as ((input: unknown) => unknown) | undefined
        if (answer === undefined) throw new GatehouseError({ code: 'ipc.invalid', detail: `${channel} is not answered by the engine` })
        const parsed = contracts[channel].input.safeParse(input)
        if (!parsed.success)
          throw new GatehouseError({ code: 'ipc.invalid', detail: `${channel}: ${parsed.error.issues[0]?.message ?? 'malformed input'}` })
        return { ok: true, value: await answer(parsed.data) }
      } catch (error) {
        return { ok: false, failure: failureOf(error) }
      }
    },
    async close() {
      await dropTransport()
      await fleet.demo()?.stop()
      database.close()
    },
  }
}
