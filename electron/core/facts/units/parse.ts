import type { Unit } from './units.ts'
import { readAssignedValue, readExecStart, splitQuoted } from './words.ts'

interface Row {
  readonly value: string
  readonly line: number
}
type Rows = Map<string, Row[]>

interface EnvironmentFile {
  readonly state: 'read' | 'unreadable' | 'missing'
  readonly variables: { readonly name: string; readonly value: string; readonly line: number }[]
}

/**
 * What systemctl prints for a value that it cannot show: a property of a type that its version does not know, and before quoting came
 * each word of a list that holds a blank or a line feed (bus_print_property() of systemd 239, RHEL 8). Such a value is not known.
 */
const UNPRINTABLE = '[unprintable]'

/** Reads the `units` section: blocks of `Property=value` apart by blank lines, then `@envfile` blocks. Units that do not exist are left out. */
export function parseUnits(stdout: string): readonly Unit[] {
  const blocks: Rows[] = [new Map()]
  const files = new Map<string, EnvironmentFile>()
  let file: EnvironmentFile | undefined
  for (const [index, text] of stdout.split('\n').entries()) {
    const line = index + 1
    const header = /^@envfile(?:-(unreadable|missing))? (.+)$/.exec(text)
    const property = /^([A-Za-z][A-Za-z0-9]*)=(.*)$/.exec(text)
    if (header?.[2]) {
      file = { state: (header[1] as 'unreadable' | 'missing' | undefined) ?? 'read', variables: [] }
      files.set(header[2], file)
    } else if (file) {
      const variable = /^=([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(text)
      if (variable?.[1]) file.variables.push({ name: variable[1], value: readAssignedValue(variable[2] ?? ''), line })
    } else if (text === '') blocks.push(new Map())
    else if (property?.[1]) append(blocks.at(-1), property[1], { value: property[2] ?? '', line })
  }
  const units = new Map<string, Unit>()
  for (const rows of blocks) {
    const unit = readUnit(rows, files)
    if (unit && !units.has(unit.id)) units.set(unit.id, unit)
  }
  return [...units.values()]
}

function append(rows: Rows | undefined, name: string, row: Row): void {
  const before = rows?.get(name)
  if (before) before.push(row)
  else rows?.set(name, [row])
}

function readUnit(rows: Rows, files: ReadonlyMap<string, EnvironmentFile>): Unit | undefined {
  const text = (name: string): string => rows.get(name)?.[0]?.value ?? ''
  const id = text('Id')
  if (id === '' || text('LoadState') === 'not-found') return undefined
  const environmentFiles = (rows.get('EnvironmentFiles') ?? []).map(({ value }) => value.replace(/ \(ignore_errors=(?:yes|no)\)$/, ''))
  const lines: Record<string, number> = {}
  for (const [name, [first]] of rows) if (first) lines[name] = first.line
  const environment: Record<string, string> = {}
  const assignments = splitQuoted(text('Environment'))
  for (const word of assignments) {
    const at = word.indexOf('=')
    if (at > 0) assign(environment, lines, { name: word.slice(0, at), value: word.slice(at + 1), line: lines.Environment ?? 0 })
  }
  const read = environmentFiles.flatMap((path) => matching(path, files))
  for (const { variables } of read) for (const variable of variables) assign(environment, lines, variable)
  return {
    id,
    activeState: text('ActiveState'),
    unitFileState: text('UnitFileState'),
    mainPid: Number(text('MainPID')) || 0,
    user: text('User'),
    group: text('Group'),
    supplementaryGroups: splitQuoted(text('SupplementaryGroups')),
    dynamicUser: text('DynamicUser') === 'yes',
    execStart: readExecStart(text('ExecStart')),
    environment,
    environmentComplete:
      !assignments.includes(UNPRINTABLE) &&
      read.every(({ state }) => state !== 'unreadable') &&
      environmentFiles.every((path) => matching(path, files).length > 0),
    environmentFiles,
    fragmentPath: text('FragmentPath'),
    dropIns: splitQuoted(text('DropInPaths')),
    properties: Object.fromEntries(
      [...rows]
        .map(([name, all]) => [name, all.map(({ value }) => value).join('\n')] as const)
        .filter(([, value]) => !value.includes(UNPRINTABLE)),
    ),
    lines,
  }
}

function assign(
  environment: Record<string, string>,
  lines: Record<string, number>,
  variable: { readonly name: string; readonly value: string; readonly line: number },
): void {
  environment[variable.name] = variable.value
  lines[`Environment:${variable.name}`] = variable.line
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
