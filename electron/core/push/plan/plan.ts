import { randomUUID } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import type { HostAudit } from '#shared/model/audit.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import { bootUndos, fileStateSchema, type PushPlan } from '#shared/model/push-plan.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import { isForSystem, systemsText } from '#shared/model/template-systems.ts'
import { rankOf } from '#shared/status.ts'
import { sha256Of } from '../../ledger/record.ts'
import { DENIED_TITLE } from '../../policy/engine.ts'
import { contradiction, type HostAnswer } from '../host/answer.ts'
import { holderWords } from '../host/earlier-push.ts'
import type { HostPush } from '../host/program.ts'
import { EVERY } from '../look/compare.ts'
import { keepsWayIn, type WayIn } from '../look/way-in.ts'
import { editWords } from '../templates/edit-words.ts'
import { generatedFor } from '../templates/generated.ts'
import { kinds } from '../templates/kinds.ts'
import { type Rendered, render } from '../templates/render.ts'
import type { ShippedTemplate } from '../templates/templates.ts'
import { diffLines } from './diff.ts'
import { openPublished } from './published-first.ts'

const refused = (detail: string, host: string): GatehouseError => new GatehouseError({ code: 'push.not-possible', detail, host })

/** What is to be true afterwards: each control of the template, for the services of its unit or the subject that it names. */
function turnsOf({ fixes }: PushTemplate, { unit, subjects }: Rendered, { services, findings }: HostAudit): PushPlan['turns'] {
  if (subjects === undefined) {
    const ids = new Set(services.filter((service) => service.unit === unit).map(({ id }) => id))
    return findings
      .filter((finding) => fixes.includes(finding.control) && ids.has(finding.subject))
      .map(({ control, subject, status, title }) => ({ control, subject, status, title }))
  }
  return fixes.flatMap((control) =>
    subjects
      .flatMap((subject) => socketsOf(subject, control, findings))
      .map((subject) => {
        const about = findings.filter((finding) => finding.control === control && (subject === EVERY || finding.subject === subject))
        const was = about.toSorted((a, b) => rankOf(a.status) - rankOf(b.status))[0]
        return { control, subject, status: was?.status ?? 'not-evaluated', title: was?.title ?? 'Not there yet' }
      }),
  )
}

/** A port stands for every address that a control judges it at. */
function socketsOf(subject: string, control: string, findings: HostAudit['findings']): readonly string[] {
  if (!/^\d+$/.test(subject)) return [subject]
  const sockets = findings.flatMap((one) => (one.control === control && one.subject.endsWith(`:${subject}`) ? [one.subject] : []))
  return sockets.length === 0 ? [subject] : [...new Set(sockets)]
}

/** Such a push would be undone for it, unless it is what lets the audit account see. */
const isHidden = ({ files, unseen = [] }: PushTemplate, { control, status, title }: PushPlan['turns'][number]): boolean =>
  status === 'not-evaluated' && title === DENIED_TITLE && !unseen.includes(control) && !files.some(({ kind }) => kind === 'sudoers')
const GIVE_SIGHT = 'install the drop-in that gatehouse sudoers prints, then plan again'

/** Vetted for some systems is not vetted for others: their paths, programs and defaults differ. */
export function otherSystem(manifest: PushTemplate, { system }: Pick<HostAudit, 'system'>): string {
  if (isForSystem(manifest, system?.osId ?? '', system?.osVersion ?? '')) return ''
  const found = system === undefined ? 'what the host runs is not known' : `the host runs ${system.os}`
  return `${manifest.id} is for ${systemsText(manifest)}, and ${found}. A copy that names it can be approved for it`
}

/** Why there is no plan. `state` as systemctl shows it; empty where there is no such unit. */
export const serviceDown = (unit: string, state: string): string =>
  `${unit} is ${state || 'not there'}; a push starts on a service that runs: ${state === '' ? 'install' : 'start'} it first`

/** Why there is no plan: a template installs nothing. */
export const toolsMissing = (tools: readonly string[], template: string): string =>
  `the host has no ${tools.join(', ')}, which ${template} needs: install it first`

/** Why there is no plan: which of two that set rules at the start comes last, nobody can say. */
export const rivalsThere = (units: readonly string[], template: string): string =>
  `${units.join(', ')} sets rules at the start of the host, too, and what ${template} makes might then not hold: one of them has to go, so disable and stop ${units.join(', ')} first, or leave this template`

/** What the steps on the host are told. `planned` is what was read when the plan was made; nothing while it is not known. */
export const hostPushOf = (id: string, rendered: Rendered, planned: readonly PlannedStates[], undoAfterSeconds: number): HostPush => ({
  id,
  who: '',
  reverts: '',
  unit: rendered.unit,
  undoAfterSeconds,
  open: rendered.files.flatMap((file, index) => (mayBeTold(file) ? [index + 1] : [])),
  files: rendered.files.map(({ state, ...file }, index) => {
    const { before, after } = planned[index] ?? { before: '', after: '' }
    // An edit leaves owner and mode as they are.
    const [, uid, gid, mode] = file.edit ? after.split(':') : []
    const owned = mode === undefined ? {} : { uid: Number(uid), gid: Number(gid), mode }
    return { ...file, ...owned, before, after: file.edit ? after : state }
  }),
})

/** Text that came from here, no more of it than fits an answer with those of other files. */
const mayBeTold = ({ content, random, edit, state }: Rendered['files'][number]): boolean =>
  !random && edit === undefined && /^[0-9a-f]{64}:/.test(state) && content.length <= 16_384

type PlannedStates = Pick<PushPlan['files'][number], 'before' | 'after'>

/** Owner and mode of a regular file; undefined for anything else. */
const ownedOf = (state: string): string | undefined => /^[0-9a-f]{64}(:\d+:\d+:[0-7]{1,5})$/.exec(state)?.[1]

/** May this follow from an edit? Whether it does the host knows, which makes it anew when the push begins. */
const isEdited = ({ before, after }: PlannedStates): boolean =>
  (before === 'absent' && after === 'absent') || (ownedOf(before) !== undefined && ownedOf(before) === ownedOf(after))

/** Stands in a plan where the old text would. */
const UNREAD =
  '-(not shown: the audit account may not read it. The push replaces all of it; the host takes its digest first and keeps a copy)'

const EMPTY = sha256Of('')

/** A file that may not be read is planned by owner and mode; here not even these are seen. */
const closedFolder = (path: string): string =>
  `not readable: the audit account may not look into ${path.slice(0, path.lastIndexOf('/'))}. Let it go through that folder (chmod o+x, or setfacl -m u:NAME:x), then plan again`

interface PlanRequest {
  readonly fleet: Fleet
  readonly host: Host
  readonly template: ShippedTemplate
  /** Made just now. */
  readonly audit: HostAudit
  readonly rendered: Rendered
  /** Ports of models that a container runtime forwards. */
  readonly published: readonly string[]
  /** Why nginx would not do what is planned. */
  readonly nginxHindrance: string
  /** What the host said to the `read` step. */
  readonly read: HostAnswer
  readonly wayIn: WayIn | undefined
  readonly gatehouse: string
  readonly now: number
}

/** Throws `push.not-possible` with the reason: nothing to turn, a file that cannot be read, a unit that does not run. Pure but for the id. */
export function makePlan(request: PlanRequest): PushPlan {
  const { fleet, host, template, audit, rendered, published, read, wayIn, gatehouse, now } = request
  const { manifest, sha256 } = template
  if (!read.ended) throw refused('the host did not say what its files are', host.name)
  if (read.open !== undefined) throw new GatehouseError({ code: 'push.busy', detail: holderWords(read), host: host.name })
  if (read.unit !== 'active') throw refused(serviceDown(rendered.unit, read.unit), host.name)
  const boot = bootUndos.find((one) => one === read.init)
  if (boot === undefined) throw refused('the host did not say what starts its services', host.name)
  const bound = rendered.files.find(({ kind }) => kinds[kind].needsSystemd)
  if (boot !== 'systemd' && bound !== undefined) throw refused(`${host.name} is not run by systemd, which ${bound.path} needs`, host.name)
  if (read.lacks.length > 0) throw refused(toolsMissing(read.lacks, manifest.id), host.name)
  if (read.rivals.length > 0) throw refused(rivalsThere(read.rivals, manifest.id), host.name)
  const system = otherSystem(manifest, audit)
  if (system !== '') throw refused(system, host.name)
  keepsWayIn({ fleet, host, manifest, rendered, wayIn })
  const open = openPublished({ manifest, audit, published })
  if (open !== '') throw refused(open, host.name)
  if (request.nginxHindrance !== '') throw refused(request.nginxHindrance, host.name)
  const turns = turnsOf(manifest, rendered, audit)
  if (turns.length === 0) throw refused(`no control that ${manifest.id} turns judges ${rendered.unit}`, host.name)
  const hidden = turns.find((turn) => isHidden(manifest, turn))
  if (hidden !== undefined)
    throw refused(`${hidden.control} could not be read without sudo, so nobody could prove that it passes: ${GIVE_SIGHT}`, host.name)
  const files = rendered.files.map(({ kind, path, content, state, edit }, index) => {
    const before = read.files.get(index + 1) ?? 'unreadable'
    if (!fileStateSchema.safeParse(before).success)
      throw refused(`${path} is ${before === 'other' ? 'no regular file' : closedFolder(path)}`, host.name)
    const lie = contradiction(before, read.again.get(index + 1))
    if (lie !== '') throw refused(`the host contradicts itself about ${path}: ${lie}`, host.name)
    if (edit) {
      const { state: after = before === 'absent' ? 'absent' : '', lines = [] } = read.edited.get(index + 1) ?? {}
      if (!isEdited({ before, after })) throw refused(`${path} is not what could be edited`, host.name)
      return { kind, path, before, after, diff: editWords(edit, lines) }
    }
    if (before.startsWith('unread:')) return { kind, path, before, after: state, diff: [UNREAD, ...diffLines('', content)] }
    // Of a link there is no text, and the content of a file that is kept is not looked at.
    if (/^(?:link|kept):/.test(before) || state.startsWith('kept:')) return { kind, path, before, after: state, diff: [] }
    // An empty file is told without a line of content.
    const old = before === 'absent' || before.startsWith(EMPTY) ? '' : read.contents.get(index + 1)
    if (old === undefined) throw refused(`${path} is too large to be shown`, host.name)
    return { kind, path, before, after: state, diff: diffLines(old, content) }
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
    unit: rendered.unit,
    danger: manifest.danger,
    ...(boot !== 'systemd' && { bootUndo: boot }),
    files,
    ...(manifest.unseen && { unseen: manifest.unseen }),
    turns,
  }
}

/**
 * The push of a saved plan, rendered anew: a plan that does not say what its template says is refused, whoever wrote it. `templateOf` throws for
 * one that may not be pushed.
 */
export function pushOfPlan(
  plan: PushPlan,
  fleet: Fleet,
  undoAfterSeconds: number,
  templateOf: (id: string) => ShippedTemplate,
): { readonly host: Host; readonly push: HostPush } {
  const invalid = (detail: string) => new GatehouseError({ code: 'push.plan-invalid', detail })
  const host = auditedHosts(fleet).find(({ name }) => name === plan.host)
  if (plan.fleet !== fleet.name) throw invalid(`it is for the fleet ${plan.fleet}; ${fleet.name} is open`)
  if (host?.address !== plan.address) throw invalid(`the fleet has no host ${plan.host} at ${plan.address}`)
  const { manifest, sha256 } = templateOf(plan.template.id)
  if (manifest.version !== plan.template.version || sha256 !== plan.template.sha256)
    throw invalid(`its ${manifest.id} is not the one that is here`)
  const rendered = render(manifest, plan.parameters, generatedFor(fleet, host))
  const same = rendered.files.every(({ kind, path, state, edit }, index) => {
    const planned = plan.files[index]
    return planned?.kind === kind && planned.path === path && (edit ? isEdited(planned) : planned.after === state)
  })
  const turns = plan.turns.every(({ control }) => manifest.fixes.includes(control))
  const unseen = (plan.unseen ?? []).every((control) => manifest.unseen?.includes(control))
  if (!same || plan.files.length !== rendered.files.length || plan.unit !== rendered.unit || !turns || !unseen)
    throw invalid('its files, unit or controls are not what its template gives')
  return { host, push: { ...hostPushOf(plan.id, rendered, plan.files, undoAfterSeconds), boot: plan.bootUndo ?? 'systemd' } }
}
