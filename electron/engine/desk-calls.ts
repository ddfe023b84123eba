import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { previewImport } from '#core/fleet/import/import-fleet.ts'
import { aboutPlan, planMarkdown } from '#core/push/plan/plan-text.ts'
import { templateText } from '#core/push/templates/own-templates.ts'
import type { Services } from '#core/services.ts'
import { GatehouseError } from '#shared/errors.ts'
import { contracts } from '#shared/ipc/contracts.ts'

/** What main's calls reach. */
export interface Desk {
  readonly services: Services
  readonly home: string
  readonly changed: (event: string) => void
}

/** Answers one call of main; throws `ipc.invalid` for input of another shape. */
export type DeskCall = (desk: Desk, input: unknown) => unknown

const call =
  <I extends z.ZodType>(shape: I, answer: (desk: Desk, input: z.infer<I>) => unknown): DeskCall =>
  (desk, input) => {
    const given = shape.safeParse(input)
    if (given.success) return answer(desk, given.data)
    throw new GatehouseError({ code: 'ipc.invalid', detail: given.error.issues[0]?.message ?? 'malformed input' })
  }

const chosen = z.object({ path: z.string().min(1) })

/**
 * What main asks the engine for itself: its share of the channels that need a dialog (a file that was chosen, a text to be saved), and what the
 * words of a confirmation are made of. No page reaches these: the relay hands such a channel to main's own handler.
 */
export const deskCalls: Readonly<Record<string, DeskCall>> = {
  'fleet:import-preview': call(contracts['fleet:import-preview'].input, ({ home }, { from, path }) => previewImport(from, path, home)),
  'fleet:import-add': call(contracts['fleet:import-add'].input, async ({ services, home }, { from, path }) =>
    services.fleet.add((await previewImport(from, path, home)).taken),
  ),
  'advisories:import': call(chosen, async ({ services, changed }, { path }) => {
    const state = await services.advisories.importFile(path)
    changed('advisories:changed')
    return state
  }),
  'models:expect-open': call(contracts['models:expect-open'].input.extend(chosen.shape), ({ services }, { document, signer, path }) =>
    document === null
      ? services.expected.open(path)
      : services.expected.verify(document, signer ? { ...signer, rootPath: path } : { keyPath: path }),
  ),
  'walkthrough:attach': call(chosen, ({ services }, { path }) => services.attachments.add(path)),
  'walkthrough:template': call(contracts['walkthrough:template'].input, ({ services }, { id }) => {
    const preset = services.walkthroughs.guide().presets.find((one) => one.id === id)
    return { text: `${preset?.document.join('\n') ?? ''}\n` }
  }),
  'pack:printable': call(z.null(), ({ services }) => {
    const fleet = services.fleet.require()
    return { fleet: fleet.name, html: services.packs.printable(fleet) }
  }),
  'pack:build': call(z.object({ zip: z.string().min(1), pdf: z.string().min(1) }), async ({ services }, { zip, pdf }) => {
    const report = { path: 'report.pdf', pieces: [await readFile(pdf)] }
    const { digest: _, ...written } = await services.packs.build(services.fleet.require(), zip, [report])
    return written
  }),
  'audit:export': call(contracts['audit:export'].input, ({ services }, { format }) => ({ text: services.report(format) })),
  'access:removal-plan': call(z.null(), ({ services }) => ({ text: services.accessReviews.plan(services.fleet.require()) })),
  'template:add': call(chosen, async ({ services, changed }, { path }) => {
    const entry = services.templates.add(await templateText(path))
    changed('template:changed')
    return entry
  }),
  'template:export': call(contracts['template:export'].input, ({ services }, { id }) => ({
    text: `${JSON.stringify(services.templates.find(id).manifest, null, 2)}\n`,
  })),
  'push:export': call(contracts['push:export'].input, ({ services }, { plan: id, format }) => {
    const plan = services.pushJobs.planned(id)
    const text = format === 'json' ? `${JSON.stringify(plan, null, 2)}\n` : planMarkdown(plan, aboutPlan(plan, services.templates))
    return { text, host: plan.host }
  }),
  'role:note': call(z.object({ action: z.string(), detail: z.string() }), ({ services }, { action, detail }) => {
    services.ledger.append({ action, host: '', subject: 'role', detail })
    return null
  }),
  'push:ready': call(contracts['push:start'].input, ({ services }, { plan, typedHost }) => services.pushJobs.ready(plan, typedHost)),
  'push:ready-many': call(contracts['push:start-many'].input, ({ services }, choice) => services.waveJobs.ready(choice)),
}
