import { readFile } from 'node:fs/promises'
import { accountName } from '#core/account-name.ts'
import type { ReportFormat } from '#core/audit/report.ts'
import { type ImportSource, previewImport } from '#core/fleet/import/import-fleet.ts'
import { createHandle, type Handle } from '#core/handlers/handlers.ts'
import type { Ports, SecretStore } from '#core/ports.ts'
import { aboutPlan, planMarkdown } from '#core/push/plan-text.ts'
import type { WaveChoice } from '#core/push/wave-jobs.ts'
import { createServices, type Services } from '#core/services.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import { type Failure, failureOf } from '#shared/errors.ts'
import type { Channel } from '#shared/ipc/channels.ts'
import type { Reply } from '#shared/ipc/contract.ts'
import type { EngineInit } from './engine-protocol.ts'

export interface EngineServices {
  handle(channel: string, input: unknown): Promise<Reply<unknown>>
  readonly storeFailure: Failure | null
}

/** Puts core together for the window. */
export function createEngineServices(
  init: EngineInit,
  secrets: SecretStore,
  changed: (event: string) => void,
  write: (message: string) => void,
): EngineServices {
  const clock = { now: () => Date.now() }
  const paths = { data: init.dataFolder, home: init.home }
  const log: Ports['log'] = (level, message, fields) => {
    if (level !== 'debug') write(`${level} ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}`)
  }
  const services = createServices({
    clock,
    log,
    paths,
    secrets,
    changed,
    version: init.version,
    account: accountName(),
    createTransport: (fleet, prompts) => createSsh2Transport({ fleet, clock, log, paths, prompts, changed }),
    // Read when it is asked for: an engine that audits real hosts has no use for it.
    startDemo: async () => (await import('#testing/demo/demo-fleet.ts')).startDemoFleet(),
  })
  services.schedules.begin()
  const handle = createHandle(services)
  return {
    storeFailure: services.storeFailure ?? null,
    handle: (channel, input) => answer({ services, handle, home: init.home, changed }, channel, input),
  }
}

interface Desk {
  readonly services: Services
  readonly handle: Handle
  readonly home: string
  changed(event: string): void
}

/**
 * Answers the window's channels, and main's share of the channels that need a dialog: files that were chosen, and what is saved. Never
 * rejects.
 */
async function answer({ services, handle, home, changed }: Desk, channel: string, input: unknown): Promise<Reply<unknown>> {
  try {
    if (channel === 'fleet:import-preview') {
      const { from, path } = input as { from: ImportSource; path?: string }
      return { ok: true, value: await previewImport(from, path, home) }
    }
    if (channel === 'fleet:import-add') {
      const { from, path } = input as { from: ImportSource; path?: string }
      return { ok: true, value: await services.fleet.add((await previewImport(from, path, home)).taken) }
    }
    if (channel === 'advisories:import') {
      const { path } = input as { path: string }
      const value = await services.advisories.importFile(path)
      changed('advisories:changed')
      return { ok: true, value }
    }
    if (channel === 'models:expect-open') {
      const { document, signer, path } = input as {
        readonly document: string | null
        readonly signer?: { readonly identity: string; readonly issuer: string }
        readonly path: string
      }
      if (document === null) return { ok: true, value: await services.expected.open(path) }
      return { ok: true, value: await services.expected.verify(document, signer ? { ...signer, rootPath: path } : { keyPath: path }) }
    }
    if (channel === 'walkthrough:attach') {
      const { path } = input as { path: string }
      return { ok: true, value: await services.attachments.add(path) }
    }
    if (channel === 'walkthrough:template') {
      const { id } = input as { id: string }
      const preset = services.walkthroughs.guide().presets.find((one) => one.id === id)
      return { ok: true, value: { text: `${preset?.document.join('\n') ?? ''}\n` } }
    }
    if (channel === 'pack:printable') {
      const fleet = services.fleet.require()
      return { ok: true, value: { fleet: fleet.name, html: services.packs.printable(fleet) } }
    }
    if (channel === 'pack:build') {
      const { zip, pdf } = input as { zip: string; pdf: string }
      const report = { path: 'report.pdf', pieces: [await readFile(pdf)] }
      const { digest: _, ...written } = await services.packs.build(services.fleet.require(), zip, [report])
      return { ok: true, value: written }
    }
    if (channel === 'audit:export') {
      const { format } = input as { format: ReportFormat }
      return { ok: true, value: { text: services.report(format) } }
    }
    if (channel === 'access:removal-plan') return { ok: true, value: { text: services.accessReviews.plan(services.fleet.require()) } }
    if (channel === 'template:add') {
      const { path } = input as { path: string }
      const value = services.templates.add(await readFile(path, 'utf8'))
      changed('template:changed')
      return { ok: true, value }
    }
    if (channel === 'template:export') {
      const { id } = input as { id: string }
      return { ok: true, value: { text: `${JSON.stringify(services.templates.find(id).manifest, null, 2)}\n` } }
    }
    if (channel === 'push:export') {
      const { plan: id, format } = input as { plan: string; format: 'json' | 'markdown' }
      const plan = services.pushJobs.planned(id)
      const text = format === 'json' ? `${JSON.stringify(plan, null, 2)}\n` : planMarkdown(plan, aboutPlan(plan, services.templates))
      return { ok: true, value: { text, host: plan.host } }
    }
    if (channel === 'role:note') {
      const { action, detail } = input as { action: string; detail: string }
      services.ledger.append({ action, host: '', subject: 'role', detail })
      return { ok: true, value: null }
    }
    if (channel === 'push:ready') {
      const { plan, typedHost } = input as { plan: string; typedHost: string }
      return { ok: true, value: services.pushJobs.ready(plan, typedHost) }
    }
    if (channel === 'push:ready-many') return { ok: true, value: services.waveJobs.ready(input as WaveChoice) }
    return await handle(channel as Channel, input)
  } catch (thrown) {
    return { ok: false, failure: failureOf(thrown) }
  }
}
