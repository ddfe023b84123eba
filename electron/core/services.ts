import { join } from 'node:path'
import { type Failure, GatehouseError } from '#shared/errors.ts'
import type { Output } from '#shared/ipc/contracts.ts'
import type { FleetState } from '#shared/ipc/fleet.contract.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import { type AdvisoryStore, createAdvisoryStore } from './advisories/advisory-store.ts'
import { type ReportFormat, renderReport } from './audit/report.ts'
import { createScheduleService, type ScheduleService } from './audit/schedule/schedule-service.ts'
import { standingWaivers } from './audit/standing-waivers.ts'
import { createFleetService, type FleetService } from './fleet/fleet-service.ts'
import { createRecentFiles } from './fleet/recent-files.ts'
import { createPromptQueue, type PromptQueue } from './jobs/prompt-queue.ts'
import { createLedger, type Ledger } from './ledger/ledger.ts'
import { createOperateJobs, type OperateJobs } from './operate/operate-jobs.ts'
import { createOperateService, type OperateService } from './operate/operate-service.ts'
import type { Clock, Ports, PromptPort, Transport } from './ports.ts'
import { openConsoleKey } from './signing/console-key.ts'
import { createStepUp, type StepUp } from './step-up/step-up.ts'
import { type AuditServices, createAuditServices } from './wiring/audit-services.ts'
import { type Connections, createConnections } from './wiring/connections.ts'
import { recordDemo } from './wiring/demo-records.ts'
import { createModelServices, type ModelServices } from './wiring/model-services.ts'
import { createPushServices, type PushServices } from './wiring/push-services.ts'
import { openStores } from './wiring/stores.ts'

/** Everything core offers, wired once. The window reaches it through `handlers/`, the CLI through the services themselves. */
export interface Services extends AuditServices, ModelServices, PushServices, Pick<Connections, 'transport' | 'leads' | 'opened'> {
  readonly fleet: FleetService
  readonly advisories: AdvisoryStore
  readonly operate: OperateService
  readonly operateJobs: OperateJobs
  readonly schedules: ScheduleService
  readonly ledger: Ledger
  readonly stepUp: StepUp
  /** Every waiver of a fleet, newest first, and how it stands today. */
  waivers(fleet: Fleet): Output<'waiver:list'>
  openDemo(): Promise<FleetState>
  /** Questions that wait for the window. */
  readonly prompts: PromptQueue
  readonly clock: Clock
  readonly changed: Ports['changed']
  /** What a section printed, by its digest. */
  output(sha256: string): string | undefined
  /** A report of the newest results of the open fleet. Throws `audit.not-found`. */
  report(format: ReportFormat): string
  readonly storeFailure: Failure | undefined
  close(): Promise<void>
}

/** `prompts` replaces the queue of the window where somebody else asks (the CLI's terminal). */
export function createServices(ports: Ports, prompts?: PromptPort): Services {
  const { clock, log, paths, account: by } = ports
  const queue = createPromptQueue(ports.changed)
  const fleet = createFleetService(createRecentFiles(join(paths.data, 'recent.json')), ports.startDemo, () => {
    outlook.renew()
    void leaveHosts()
    ports.changed('fleet:changed')
    ports.changed('audit:changed')
  })
  const connections = createConnections(fleet, ports, prompts ?? queue)
  const stores = openStores(ports)
  const ledger = createLedger(paths.data, clock, by)
  const key = () => openConsoleKey(paths.data)
  const advisories = createAdvisoryStore({ clock, log, folder: paths.data, by })
  const stepUp = createStepUp({ ...ports, ledger })
  const forModels = createModelServices(ports, stores, ledger)
  const forPushes = createPushServices(ports, { ledger, key, advisories, stepUp })
  const forAudits = createAuditServices(ports, stores, { ledger, key, advisories, models: forModels.models, drift: forPushes.drift })
  const { audits, decisions, outlook, views } = forAudits
  const operate = createOperateService({ clock, views, ledger })
  const operateJobs = createOperateJobs({ clock, operate, changed: ports.changed })
  const schedules = createScheduleService({
    ...{ clock, log, file: join(paths.data, 'schedule.json'), open: () => fleet.state().fleet },
    // One that was stopped counts, or it would begin again at once; one of a few hosts does not.
    lastStarted: (of) =>
      stores.audits.list(of.name, 50).find(({ outcome, hosts }) => outcome === 'cancelled' || hosts >= auditedHosts(of).length)?.startedAt,
    start: (of) => void audits.start(of, connections.transport()),
  })

  /** Whatever still asks hosts ends first. */
  async function leaveHosts(): Promise<void> {
    const old: Transport | undefined = connections.release()
    audits.cancel()
    forModels.models.cancel()
    forPushes.pushJobs.stopPlanning()
    operateJobs.leave()
    await old?.close()
  }

  return {
    ...forAudits,
    ...forModels,
    ...forPushes,
    fleet,
    advisories,
    operate,
    operateJobs,
    schedules,
    ledger,
    stepUp,
    waivers: (of) => standingWaivers(decisions.of(of).waivers, audits.brief(of, undefined).hosts, clock.now()),
    async openDemo() {
      const state = await fleet.openDemo()
      const demo = fleet.demo()
      if (demo) recordDemo(demo, forModels.models, stores.registrations, ports)
      return state
    },
    prompts: queue,
    clock,
    changed: ports.changed,
    transport: connections.transport,
    leads: connections.leads,
    opened: connections.opened,
    output: stores.audits.output,
    report(format) {
      const audit = audits.latest(fleet.require())
      if (audit === null) throw new GatehouseError({ code: 'audit.not-found', detail: 'no host of this fleet has been audited' })
      return [...renderReport(audit, format)].join('')
    },
    storeFailure: stores.failure,
    async close() {
      await leaveHosts()
      await fleet.demo()?.stop()
      stores.close()
    },
  }
}
