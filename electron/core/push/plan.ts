import { randomUUID } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import type { HostAudit } from '#shared/model/audit.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import { fileStateSchema, type PushPlan } from '#shared/model/push-plan.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import { diffLines } from './diff.ts'
import type { HostAnswer } from './host-answer.ts'
import type { HostPush } from './host-program.ts'
import { type Rendered, render } from './render.ts'
import { type ShippedTemplate, shippedTemplates } from './templates.ts'

const refused = (detail: string, host: string): GatehouseError => new GatehouseError({ code: 'push.not-possible', detail, host })

/** Throws `push.not-possible`. */
export function templateOf(id: string): ShippedTemplate {
  const all = shippedTemplates()
  const found = all.find(({ manifest }) => manifest.id === id)
  if (found) return found
  const known = all.map(({ manifest }) => manifest.id).join(', ')
  throw new GatehouseError({ code: 'push.not-possible', detail: `no template ${JSON.stringify(id)}; there are ${known}` })
}

/** The values that were given, and what the host itself says for the rest. */
export function parametersFor(template: PushTemplate, audit: HostAudit, given: Readonly<Record<string, number>>): Record<string, number> {
  const ports = new Set(servicesOf(template, audit).flatMap(({ binds }) => binds.map(({ port }) => port)))
  const [port] = ports
  const seen = Object.entries(template.parameters)
    .filter(([, { from }]) => from === 'service-port' && ports.size === 1)
    .map(([name]) => [name, port] as const)
  return { ...Object.fromEntries(seen), ...given } as Record<string, number>
}

const servicesOf = (template: PushTemplate, audit: HostAudit) => audit.services.filter(({ unit }) => unit === template.unit)

/** What the steps on the host are told. `before` is what was read when the plan was made; empty while it is not known. */
export const hostPushOf = (
  id: string,
  template: PushTemplate,
  rendered: Rendered,
  before: readonly string[],
  undoAfterSeconds: number,
): HostPush => ({
  id,
  who: '',
  reverts: '',
  unit: template.unit,
  undoAfterSeconds,
  files: rendered.files.map(({ state, ...file }, index) => ({ ...file, after: state, before: before[index] ?? '' })),
})

interface PlanRequest {
  readonly fleet: Fleet
  readonly host: Host
  readonly template: ShippedTemplate
  /** Made just now. */
  readonly audit: HostAudit
  readonly rendered: Rendered
  /** What the host said to the `read` step. */
  readonly read: HostAnswer
  readonly gatehouse: string
  readonly now: number
}

/** Throws `push.not-possible` with the reason: nothing to turn, a file that cannot be read, a unit that does not run. Pure but for the id. */
export function makePlan({ fleet, host, template, audit, rendered, read, gatehouse, now }: PlanRequest): PushPlan {
  const { manifest, sha256 } = template
  if (!read.ended) throw refused('the host did not say what its files are', host.name)
  if (read.unit !== 'active')
    throw refused(`${manifest.unit} is ${read.unit || 'not there'}; a push starts on a service that runs`, host.name)
  const subjects = new Set(servicesOf(manifest, audit).map(({ id }) => id))
  const judged = audit.findings.filter(({ control, subject }) => manifest.fixes.includes(control) && subjects.has(subject))
  if (judged.length === 0) throw refused(`no control that ${manifest.id} turns judges ${manifest.unit}`, host.name)
  const files = rendered.files.map(({ path, content, state }, index) => {
    const before = read.files.get(index + 1) ?? 'unreadable'
    if (!fileStateSchema.safeParse(before).success)
      throw refused(`${path} is ${before === 'other' ? 'no regular file' : 'not readable'}`, host.name)
    const old = before === 'absent' ? '' : read.contents.get(index + 1)
    if (old === undefined) throw refused(`${path} is too large to be shown`, host.name)
    return { path, before, after: state, diff: diffLines(old, content) }
  })
  if (files.every(({ before, after }) => before === after)) throw refused('every file is there already, as the template has it', host.name)
  return {
    version: 1,
    id: randomUUID(),
    createdAt: new Date(now).toISOString(),
    gatehouse,
    fleet: fleet.name,
    host: host.name,
    address: host.address,
    template: { id: manifest.id, version: manifest.version, sha256 },
    parameters: { ...rendered.parameters },
    unit: manifest.unit,
    danger: manifest.danger,
    files,
    turns: judged.map(({ control, subject, status, title }) => ({ control, subject, status, title })),
  }
}

/** The push of a saved plan, rendered anew: a plan that does not say what its template says is refused, whoever wrote it. */
export function pushOfPlan(plan: PushPlan, fleet: Fleet, undoAfterSeconds: number): { readonly host: Host; readonly push: HostPush } {
  const invalid = (detail: string) => new GatehouseError({ code: 'push.plan-invalid', detail })
  const host = fleet.hosts.find(({ name }) => name === plan.host)
  if (plan.fleet !== fleet.name) throw invalid(`it is for the fleet ${plan.fleet}; ${fleet.name} is open`)
  if (host?.address !== plan.address) throw invalid(`the fleet has no host ${plan.host} at ${plan.address}`)
  const { manifest, sha256 } = templateOf(plan.template.id)
  if (manifest.version !== plan.template.version || sha256 !== plan.template.sha256)
    throw invalid(`its ${manifest.id} is not the one of this release`)
  const rendered = render(manifest, plan.parameters)
  const same = rendered.files.every(({ path, state }, index) => plan.files[index]?.path === path && plan.files[index]?.after === state)
  const turns = plan.turns.every(({ control }) => manifest.fixes.includes(control))
  if (!same || plan.files.length !== rendered.files.length || plan.unit !== manifest.unit || !turns)
    throw invalid('its files, unit or controls are not what its template gives')
  const before = plan.files.map((file) => file.before)
  return { host, push: hostPushOf(plan.id, manifest, rendered, before, undoAfterSeconds) }
}
