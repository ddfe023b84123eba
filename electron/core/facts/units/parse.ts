import { componentsOf, type PathEntry, parsePathEntry } from '../path-entry.ts'
import { unitVariablePattern } from '../processes/candidates.ts'
import type { Unit, UnitExposure } from './units.ts'
import { DEFAULT_SEARCH, pathOf, readAssignedValue, readCommand, readExecStart, splitQuoted } from './words.ts'

interface Row {
  readonly value: string
  readonly line: number
}
type Rows = Map<string, Row[]>

interface EnvironmentFile {
  readonly path: string
  readonly state: 'read' | 'unreadable' | 'missing'
  readonly variables: { readonly name: string; readonly value: string; readonly line: number }[]
}

/**
 * What systemctl prints for a value that it cannot show: a property of a type that its version does not know, and before quoting came
 * each word of a list that holds a blank or a line feed (bus_print_property() of systemd 239, RHEL 8). Such a value is not known.
 */
const UNPRINTABLE = '[unprintable]'

/** Variables that decide something. */
const wanted = new RegExp(unitVariablePattern)

/** What the script says after the properties. */
interface Beside {
  readonly environmentFiles: Map<string, EnvironmentFile>
  readonly paths: Map<string, PathEntry>
  readonly links: Map<string, string>
  /** When what each file holds last changed, in seconds. */
  readonly changed: Map<string, { readonly at: number; readonly line: number }>
  readonly security: Map<string, Row[]>
  /** Environment that systemd gives to every unit (systemd-system.conf(5), DefaultEnvironment=). Not asked by the first versions of the probe. */
  manager: Pick<EnvironmentFile, 'state' | 'variables'>
}

/** Reads the `units` section: blocks of `Property=value` apart by blank lines, then blocks that begin with `@`. Units that do not exist are left out. */
export function parseUnits(stdout: string): readonly Unit[] {
  const blocks: Rows[] = [new Map()]
  const beside: Beside = {
    environmentFiles: new Map(),
    paths: new Map(),
    links: new Map(),
    changed: new Map(),
    security: new Map(),
    manager: { state: 'read', variables: [] },
  }
  let take: ((value: string, line: number) => void) | undefined
  for (const [index, text] of stdout.replace(/\n$/, '').split('\n').entries()) {
    const line = index + 1
    const property = /^([A-Za-z][A-Za-z0-9]*)=(.*)$/.exec(text)
    if (text.startsWith('@')) take = blockOf(text, beside) ?? take
    else if (take) {
      if (text.startsWith('=')) take(text.slice(1), line)
    } else if (text === '') blocks.push(new Map())
    else if (property?.[1]) append(blocks.at(-1), property[1], { value: property[2] ?? '', line })
  }
  // An empty line ends every block: one without was cut, and what it lacks is not known.
  if (!take && blocks.at(-1)?.size) blocks.pop()
  const units = new Map<string, Unit>()
  for (const rows of blocks) {
    const unit = readUnit(rows, beside)
    if (unit && !units.has(unit.id)) units.set(unit.id, unit)
  }
  return [...units.values()]
}

/** What the lines below a header are; undefined when it is none. */
function blockOf(header: string, beside: Beside): ((value: string, line: number) => void) | undefined {
  const [, state, environmentFile] = /^@envfile(?:-(unreadable|missing))? (.+)$/.exec(header) ?? []
  if (environmentFile) {
    const file: EnvironmentFile = { path: environmentFile, state: (state as 'unreadable' | 'missing' | undefined) ?? 'read', variables: [] }
    beside.environmentFiles.set(environmentFile, file)
    return takeVariables(file)
  }
  const [manager, closed] = /^@manager(-unreadable)?$/.exec(header) ?? []
  if (manager) {
    beside.manager = { state: closed ? 'unreadable' : 'read', variables: [] }
    return takeVariables(beside.manager)
  }
  const [, unit] = /^@security (\S+)$/.exec(header) ?? []
  if (unit) {
    const rows: Row[] = []
    beside.security.set(unit, rows)
    return (value, line) => rows.push({ value, line })
  }
  // Read by another fact.
  if (header === '@account-units') return () => {}
  const [, link] = /^@link (\/.*)$/.exec(header) ?? []
  if (link) return (target) => beside.links.set(link, target)
  if (header === '@changed')
    return (text, line) => {
      const [, at, path] = /^(\d{1,12})(?:\.\d+)? (\/.*)$/.exec(text) ?? []
      if (path !== undefined) beside.changed.set(path, { at: Number(at), line })
    }
  if (header !== '@paths') return undefined
  return (text, line) => {
    const entry = parsePathEntry(text, line)
    if (entry) beside.paths.set(entry.path, entry)
  }
}

const takeVariables =
  ({ variables }: Pick<EnvironmentFile, 'variables'>) =>
  (text: string, line: number): void => {
    const variable = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(text)
    if (variable?.[1]) variables.push({ name: variable[1], value: readAssignedValue((variable[2] ?? '').replace(/^\$(?=')/, '')), line })
  }

function append(rows: Rows | undefined, name: string, row: Row): void {
  const before = rows?.get(name)
  if (before) before.push(row)
  else rows?.set(name, [row])
}

function readUnit(rows: Rows, beside: Beside): Unit | undefined {
  const files = beside.environmentFiles
  const text = (name: string): string => rows.get(name)?.[0]?.value ?? ''
  const id = text('Id')
  if (id === '' || text('LoadState') === 'not-found') return undefined
  const environmentFiles = (rows.get('EnvironmentFiles') ?? []).flatMap(
    ({ value }) => value.replace(/ \(ignore_errors=(?:yes|no)\)$/, '') || [],
  )
  const lines: Record<string, number> = {}
  for (const [name, [first]] of rows) if (first) lines[name] = first.line
  const environment: Record<string, string> = {}
  const assignments = splitQuoted(text('Environment'))
  const environmentSources: Record<string, string> = {}
  const assign = (name: string, value: string, line: number, source: string): void => {
    environment[name] = value
    environmentSources[name] = source
    lines[`Environment:${name}`] = line
  }
  // Each goes over the one before (systemd.exec(5), Environment variables in spawned processes); UnsetEnvironment= comes last.
  for (const { name, value, line } of beside.manager.variables) assign(name, value, line, 'systemd')
  for (const word of assignments) {
    const at = word.indexOf('=')
    if (at > 0) assign(word.slice(0, at), word.slice(at + 1), lines.Environment ?? 0, '')
  }
  const read = environmentFiles.flatMap((path) => matching(path, files))
  for (const { path, variables } of read) for (const { name, value, line } of variables) assign(name, value, line, path)
  for (const word of splitQuoted(text('UnsetEnvironment'))) {
    const [name = ''] = word.split('=', 1)
    if (word === name || word === `${name}=${environment[name]}`) delete environment[name]
  }
  const passed = splitQuoted(text('PassEnvironment')).some((name) => wanted.test(`${name}=`) && environment[name] === undefined)
  const places = placesOf(rows)
  const placed = (path: string) =>
    places(path).find((place) => beside.paths.has(place)) ?? (path.startsWith('/') ? places(path)[0] : path) ?? path
  const named = /\{ path=(\S.*?) ; argv\[\]=/.exec(text('ExecStart'))?.[1] ?? ''
  const program = named && placed(named)
  const dropIns = splitQuoted(text('DropInPaths'))
  const commands = [...rows].flatMap(([name, all]) => {
    const setting = /^(Exec\w*)Ex$/.exec(name)?.[1]
    return setting === undefined ? [] : all.flatMap(({ value }) => readCommand(setting, value) ?? [])
  })
  const sought = [named, ...commands.map(({ program: own }) => own)].flatMap((own) =>
    places(own).slice(0, places(own).indexOf(placed(own))),
  )
  const credentialFiles = (rows.get('CredentialFile') ?? []).map(({ value }) => value.slice(value.indexOf(':') + 1))
  return {
    id,
    activeState: text('ActiveState'),
    unitFileState: text('UnitFileState'),
    mainPid: Number(text('MainPID')) || 0,
    user: text('User'),
    group: text('Group'),
    supplementaryGroups: splitQuoted(text('SupplementaryGroups')),
    dynamicUser: text('DynamicUser') === 'yes',
    execStart: readExecStart(text('ExecStart'), text('ExecStartEx')),
    environment,
    environmentComplete:
      !assignments.includes(UNPRINTABLE) &&
      !passed &&
      beside.manager.state === 'read' &&
      read.every(({ state }) => state !== 'unreadable') &&
      environmentFiles.every((path) => matching(path, files).length > 0),
    environmentSources,
    environmentFiles,
    fragmentPath: text('FragmentPath'),
    sourcePath: text('SourcePath'),
    program,
    paths: pathsTo(
      [
        text('FragmentPath'),
        text('SourcePath'),
        `${text('SourcePath')}.d`,
        ...dropIns,
        ...environmentFiles,
        ...credentialFiles,
        program,
        ...sought,
        ...commands.flatMap(({ program: own, scripts }) => [placed(own), ...scripts]),
      ],
      beside,
    ),
    links: linksOf([...splitQuoted(text('ReadWritePaths')), ...splitQuoted(text('BindPaths'))], beside),
    newerFiles: newerThan(startOf(rows), [text('FragmentPath'), text('SourcePath'), ...dropIns, ...read.map(({ path }) => path)], beside),
    exposure: readExposure(beside.security.get(id) ?? []),
    dropIns,
    commands: commands.map((command) => ({ ...command, program: placed(command.program) })),
    ...(sought.length > 0 && { sought }),
    properties: Object.fromEntries(
      [...rows]
        .map(([name, all]) => [name, all.map(({ value }) => value).join('\n')] as const)
        .filter(([, value]) => !value.includes(UNPRINTABLE)),
    ),
    lines,
  }
}

/** Where systemd looks for what a unit starts, in this order: below the root of the unit, in its image, and a bare name in the folders of ExecSearchPath= (systemd.exec(5)). */
function placesOf(rows: Rows): (path: string) => readonly string[] {
  const text = (name: string): string => rows.get(name)?.[0]?.value ?? ''
  const [image, top] = [text('RootImage'), text('RootDirectory').replace(/\/+$/, '')]
  const searched = splitQuoted(text('ExecSearchPath'))
  return (path) => {
    if (image !== '') return [image]
    if (path === '' || path.startsWith('/')) return [`${path && top}${path}`]
    return (searched.length > 0 ? searched : DEFAULT_SEARCH).map((folder) => `${top}${folder}/${path}`)
  }
}

/** Prefixes and what BindPaths= says behind the path are not part of it. Targets are whole, as readlink(1) prints them. */
function linksOf(words: readonly string[], { links }: Beside): Unit['links'] {
  const found = words.flatMap((word) => {
    const path = pathOf(word)
    const link = componentsOf(path).findLast((component) => links.has(component))
    const target = link === undefined ? undefined : links.get(link)
    return link === undefined || target === undefined ? [] : [[path, `${target}${path.slice(link.length)}`.replace(/^\/\//, '/')] as const]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

/** When it was started, in seconds; undefined while it does not run. */
function startOf(rows: Rows): number | undefined {
  if (rows.get('ActiveState')?.[0]?.value !== 'active') return undefined
  const [, day, time] = /^\w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/.exec(rows.get('ActiveEnterTimestamp')?.[0]?.value ?? '') ?? []
  return day === undefined ? undefined : Date.parse(`${day}T${time}Z`) / 1000
}

/** Generators write their files anew whenever systemd reads units again, and what `systemctl set-property` writes is in force at once. */
const IN_FORCE = /^\/run\/systemd\/generator|^\/(?:etc|run)\/systemd\/system\.control\//

/** To the second, as systemd tells it. */
const newerThan = (start: number | undefined, files: readonly string[], { changed }: Beside): Unit['newerFiles'] =>
  files.flatMap((path) => {
    const last = changed.get(path)
    return start !== undefined && last !== undefined && last.at > start + 1 && !IN_FORCE.test(path) ? [{ path, line: last.line }] : []
  })

/** `-> Overall exposure level for ollama.service: 9.2 UNSAFE :-{`; rows end with their weight. */
function readExposure(rows: readonly Row[]): UnitExposure | undefined {
  const overall = rows.flatMap(({ value, line }) => {
    const match = / Overall exposure level for \S+: (\d{1,2}\.\d) ([A-Z]+)/.exec(` ${value}`)
    return match ? [{ figure: Number(match[1]), word: match[2] ?? '', line }] : []
  })[0]
  if (!overall) return undefined
  const reasons = rows.flatMap(({ value, line }) => {
    const match = /^\S+ (\S+) .* (\d\.\d)$/.exec(value)
    return match?.[1] ? [{ setting: match[1], weight: Number(match[2]), line }] : []
  })
  return { ...overall, reasons: reasons.sort((a, b) => b.weight - a.weight) }
}

/** Entries on the way to each file, through links. A file that could not be seen is absent. */
function pathsTo(files: readonly string[], { paths, links }: Beside): readonly PathEntry[] {
  const wanted = new Set<string>()
  const visit = (file: string): void => {
    for (const component of componentsOf(file)) {
      if (wanted.has(component)) continue
      wanted.add(component)
      const target = links.get(component)
      if (target?.startsWith('/')) visit(target)
    }
  }
  for (const file of files) if (file.startsWith('/')) visit(file)
  return [...wanted].flatMap((path) => paths.get(path) ?? [])
}

/** A path of EnvironmentFile= may be a glob; the script reports each file that it stands for. Classes such as `[ab]` are not followed. */
function matching(path: string, files: ReadonlyMap<string, EnvironmentFile>): readonly EnvironmentFile[] {
  const exact = files.get(path)
  if (exact) return [exact]
  if (!/[*?]/.test(path)) return []
  const literal = path.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  const pattern = new RegExp(`^${literal.replace(/\*+/g, '[^/]*').replace(/\?/g, '[^/]')}$`)
  return [...files].filter(([name]) => pattern.test(name)).map(([, file]) => file)
}
