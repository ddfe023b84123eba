import type { Capability } from '#shared/model/capability.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../facts/citation.ts'
import type { AccessFacts } from './access-facts.ts'
import { conditionOf, polkitActs, ruleNames } from './becoming.ts'
import { type Member, type Right, reads, writes } from './rights.ts'
import { type SudoFile, sudoFiles } from './sudo-files.ts'
import { citeOf, programOf, sudoAllows } from './sudo-ways.ts'
import type { World } from './world-model.ts'

/** Something that an account can do by itself. */
export interface Own {
  readonly capability: Capability
  readonly by: string
  readonly condition?: string | undefined
  readonly cite: Citation
}

type Reaches = (port: number) => boolean

/** Groups that read the journal of the whole host (systemd-journald.service(8), and the ACLs that systemd sets). */
const journalGroups = ['systemd-journal', 'adm', 'wheel']
const proxyFolders = /^\/etc\/(?:nginx|caddy|haproxy|oauth2-proxy|vllm|ollama)(?:\/|$)/

/** What the account can do without becoming another. `reaches`: can it connect to what listens on this port of the host? */
export function ownCapabilities(member: Member, world: World, facts: AccessFacts, reaches: Reaches): readonly Own[] {
  if (member.uid === 0) return []
  const services = facts.services.known ? facts.services.value : []
  return [
    ...services.flatMap((service) => byService(member, world, facts, service, reaches)),
    ...byFiles(member, world, facts),
    ...bySudoFiles(member, world, facts),
    ...byJournal(member, world, services),
  ]
}

const serviceCite = (facts: AccessFacts, service: InferenceService): Citation => {
  const bind = service.binds[0]
  const process = facts.processes.known ? facts.processes.value.find(({ pid }) => pid === service.pids[0]) : undefined
  return bind
    ? { section: bind.section, line: bind.line }
    : process
      ? { section: 'processes', line: process.line }
      : { section: 'units', line: 0 }
}

function byService(member: Member, world: World, facts: AccessFacts, service: InferenceService, reaches: Reaches): readonly Own[] {
  const found: Own[] = []
  const cite = serviceCite(facts, service)
  const isOwn = service.how !== 'container' && (service.uid === undefined ? service.user === member.name : service.uid === member.uid)
  if (isOwn)
    for (const capability of ['read-prompts', 'control-services', 'send-inference'] as const)
      found.push({ capability, by: `${service.id} runs as it`, cite })
  const bind = service.binds.find(({ port }) => reaches(port))
  if (bind && service.running && service.apiKey === 'none') {
    const where = `${bind.address}:${bind.port} asks for no key`
    found.push({ capability: 'send-inference', by: where, cite })
    // Ollama and LocalAI pull and delete models over the same API.
    if (service.engine === 'ollama' || service.engine === 'localai') found.push({ capability: 'change-models', by: where, cite })
  }
  if (service.unit !== undefined) found.push(...byControl(member, world, service.unit))
  return found
}

/** What doas calls by its bare name is written so in its rule. */
const pathsOf = (program: string): readonly string[] => [`/usr/bin/${program}`, `/bin/${program}`, program]

function byControl(member: Member, world: World, unit: string): readonly Own[] {
  const names = [unit, unit.replace(/\.service$/, '')]
  const found: Own[] = []
  search: for (const verb of ['restart', 'stop', 'start'])
    for (const name of names)
      for (const path of pathsOf('systemctl')) {
        const says = sudoAllows(member, world, path, [verb, name])
        if (!says) continue
        const by = `${programOf(says.grant)} systemctl ${verb} ${name}`
        found.push({
          capability: 'control-services',
          by,
          condition: says.condition,
          cite: citeOf(says.grant),
        })
        break search
      }
  const polkit = world.access?.polkit.known && !member.lent ? world.access.polkit.value.rules : []
  const rule = polkit.find((one) => {
    const names = one.units.length === 0 || one.units.includes(unit)
    const does = one.verbs.length === 0 || one.verbs.some((verb) => ['start', 'stop', 'restart'].includes(verb))
    return names && does && ruleNames(one, member) && polkitActs(one.actions, 'org.freedesktop.systemd1.manage-units')
  })
  if (rule) {
    found.push({
      capability: 'control-services',
      by: `a rule of polkit for ${unit}`,
      condition: conditionOf(rule),
      cite: { section: 'access', line: rule.line },
    })
  }
  return found
}

function byJournal(member: Member, world: World, services: readonly InferenceService[]): readonly Own[] {
  const found: Own[] = []
  const group = member.groups.find(({ name }) => journalGroups.includes(name))
  if (group)
    found.push({ capability: 'read-logs', by: `group ${group.name}`, cite: { section: 'groups', line: group.line, token: group.name } })
  for (const { unit } of services) {
    const [says] = unit === undefined ? [] : pathsOf('journalctl').flatMap((path) => sudoAllows(member, world, path, ['-u', unit]) ?? [])
    if (says)
      found.push({
        capability: 'read-logs',
        by: `${programOf(says.grant)} journalctl -u ${unit}`,
        condition: says.condition,
        cite: citeOf(says.grant),
      })
  }
  return found
}

/** What sudo lets it read and write as root, file by file. */
function bySudoFiles(member: Member, world: World, facts: AccessFacts): readonly Own[] {
  const [reading, writing] = [sudoFiles(member, world, 'read'), sudoFiles(member, world, 'write')]
  if (!reading && !writing) return []
  const found = new Map<Capability, Own>()
  const add = (capability: Capability, file: SudoFile | undefined) => {
    const before = found.get(capability)
    if (!file || (before && (before.condition === undefined || file.condition !== undefined))) return
    found.set(capability, { capability, by: file.by, condition: file.condition, cite: citeOf(file.grant) })
  }
  for (const { path, type } of facts['guarded-files'].known ? facts['guarded-files'].value.files : []) {
    if (type !== 'file') continue
    if (path.startsWith('/var/log/')) add('read-logs', reading?.(path))
    if (!proxyFolders.test(path)) continue
    const file = writing?.(path)
    add('change-configuration', file)
    if (/htpasswd/.test(path)) add('change-access', file)
  }
  for (const path of world.units.flatMap(({ environmentFiles }) => environmentFiles)) add('change-configuration', writing?.(path))
  return [...found.values()]
}

function byFiles(member: Member, world: World, facts: AccessFacts): readonly Own[] {
  const found: Own[] = []
  const add = (capability: Capability, right: Right | undefined, more = '') => {
    if (right && !found.some((own) => own.capability === capability))
      found.push({ capability, by: `${right.why}${more}`, cite: right.cite })
  }
  for (const { path, type } of facts['guarded-files'].known ? facts['guarded-files'].value.files : []) {
    if (path.startsWith('/var/log/') && type === 'file') add('read-logs', reads(member, path, world.files))
    if (!proxyFolders.test(path) || type === 'symlink') continue
    const right = writes(member, path, world.files)
    add('change-configuration', right)
    if (/htpasswd/.test(path)) add('change-access', right)
  }
  for (const unit of world.units)
    for (const path of unit.environmentFiles) add('change-configuration', writes(member, path, world.files), `, which ${unit.id} reads`)
  for (const directory of facts['model-files'].known ? facts['model-files'].value.directories : []) {
    if (!directory.exists) continue
    // Other accounts cannot reach what lies below a closed folder.
    const open = directory.kinds.flatMap(({ type, closed, examples }) => (type === 'symlink' || closed ? [] : examples))
    for (const path of [directory.path, ...open.map((file) => file.path)]) add('change-models', writes(member, path, world.files))
  }
  return found
}
