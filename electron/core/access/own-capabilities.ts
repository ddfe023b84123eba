import type { Capability } from '#shared/model/capability.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../facts/citation.ts'
import { oncePer } from '../facts/once-per.ts'
import { isWithin } from '../is-within.ts'
import type { AccessFacts } from './access-facts.ts'
import { conditionOf, polkitActs, ruleNames } from './becoming.ts'
import { changesAccess } from './change-access.ts'
import { readsKey } from './engine-keys.ts'
import { readsJournal } from './journal.ts'
import type { Own } from './own.ts'
import { readsPrompts } from './prompts.ts'
import { type Member, type Right, reads, writes } from './rights.ts'
import { openersOf, type SudoFile, sudoFiles } from './sudo-files.ts'
import { citeOf, pathsOf, programOf, sudoAllows } from './sudo-ways.ts'
import type { World } from './world-model.ts'

const proxyFolders = /^\/etc\/(?:nginx|caddy|haproxy|oauth2-proxy|vllm|ollama)(?:\/|$)/

/** What the account can do without becoming another; where that needs a connection, whoever asks looks whether it has one. */
export function ownCapabilities(member: Member, world: World, facts: AccessFacts): readonly Own[] {
  if (member.uid === 0) return []
  const services = facts.services.known ? facts.services.value : []
  return [
    ...services.flatMap((service) => byService(member, world, facts, service)),
    ...byFiles(member, world, facts),
    ...bySudoFiles(member, world, facts),
    ...bySudoModels(member, world, facts),
    ...byJournal(member, world, services),
    ...readsPrompts(member, world, facts),
    ...changesAccess(member, world, facts),
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

function byService(member: Member, world: World, facts: AccessFacts, service: InferenceService): readonly Own[] {
  const found: Own[] = []
  const cite = serviceCite(facts, service)
  const isOwn = service.how !== 'container' && (service.uid === undefined ? service.user === member.name : service.uid === member.uid)
  if (isOwn && service.running)
    for (const capability of ['read-prompts', 'control-services', 'send-inference'] as const)
      found.push({ capability, by: `${service.id} runs as it`, cite })
  for (const { address, port } of service.running ? service.binds : []) {
    const at = `${address}:${port}`
    const ways: readonly Omit<Own, 'capability'>[] =
      service.apiKey === 'none'
        ? [{ by: `${at} asks for no key`, cite }]
        : service.apiKey === 'placeholder'
          ? [{ by: `${at} takes a key that guides print`, cite }]
          : [
              ...readsKey(member, world, facts, service).map((way) => ({ ...way, session: true as const })),
              ...(service.apiKey === 'unknown' ? [{ by: at, condition: 'only if it asks for no key, which is not known', cite }] : []),
            ]
    for (const way of ways) {
      found.push({ capability: 'send-inference', ...way, port })
      // Ollama and LocalAI pull and delete models over the same API.
      if (service.engine === 'ollama' || service.engine === 'localai') found.push({ capability: 'change-models', ...way, port })
    }
  }
  if (service.unit !== undefined) found.push(...byControl(member, world, service.unit))
  return found
}

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
  // A group or a list reads it whole, on a host without an engine as well.
  const units = services.flatMap(({ unit }) => unit ?? [])
  const ways = (units.length > 0 ? units : [undefined]).flatMap((unit) => readsJournal(member, world, unit) ?? [])
  return ways.map((way) => ({ capability: 'read-logs', ...way }))
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
  }
  for (const path of world.units.flatMap(({ environmentFiles }) => environmentFiles)) add('change-configuration', writing?.(path))
  return [...found.values()]
}

/** Folders of models, and what was seen in them that others can reach: nothing below a closed folder. */
const modelPaths = oncePer((facts: AccessFacts): readonly string[] =>
  (facts['model-files'].known ? facts['model-files'].value.directories : []).flatMap(({ path, exists, kinds }) =>
    exists
      ? [path, ...kinds.flatMap(({ type, closed, examples }) => (type === 'symlink' || closed ? [] : examples.map((file) => file.path)))]
      : [],
  ),
)

/** Programs that put files somewhere or take them away; of the first ones the last word says where. */
const PUTS = /(?:^|\/)(?:cp|install|ln|rsync)$/
const CHANGES = /^sudoedit$|(?:^|\/)(?:cp|install|ln|rsync|mv|tee|sponge|rm|rmdir|unlink|shred|truncate|dd)$/

/** Folders of models in which sudo lets it put and remove files, whether the rule names one that is there or not. */
function bySudoModels(member: Member, world: World, facts: AccessFacts): readonly Own[] {
  const folders = (facts['model-files'].known ? facts['model-files'].value.directories : []).flatMap(({ path, exists }) =>
    exists ? path : [],
  )
  if (folders.length === 0) return []
  return openersOf(member, world, CHANGES).flatMap(({ path, words = folders.slice(0, 1) }): readonly Own[] => {
    const args = words.map((word) => word.replace(/\\(.)/g, '$1').replace(/\*/g, 'x'))
    const where = (PUTS.test(path) ? args.slice(-1) : args).map((word) => word.replace(/^of=/, ''))
    const says = where.some((word) => folders.some((folder) => isWithin(word, folder))) ? sudoAllows(member, world, path, args) : undefined
    const by = says && `${programOf(says.grant)} ${[path, ...args].join(' ').slice(0, 100)}`
    return says && by ? [{ capability: 'change-models', by, condition: says.condition, cite: citeOf(says.grant) }] : []
  })
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
  }
  for (const unit of world.units)
    for (const path of unit.environmentFiles) add('change-configuration', writes(member, path, world.files), `, which ${unit.id} reads`)
  for (const path of modelPaths(facts)) add('change-models', writes(member, path, world.files))
  return found
}
