import type { Block } from '../blocks.ts'

/** What logrotate does with the logs of one block of its configuration (logrotate(8), logrotate.conf(5)). */
export interface Rotation {
  /** As written: absolute paths, some with wildcards. */
  readonly patterns: readonly string[]
  /** `size`: by nothing but the size. */
  readonly every: 'hour' | 'day' | 'week' | 'month' | 'year' | 'size'
  /** Old logs that are kept; -1: all. */
  readonly keep: number
  readonly maxAgeDays?: number | undefined
  /** With `maxsize` a log is rotated sooner than its period says. */
  readonly sooner: boolean
  /** Mode of the log that is made anew. */
  readonly createMode?: number | undefined
  readonly line: number
}

export interface Logrotate {
  readonly rotations: readonly Rotation[]
  /** Files that it includes and that were not read. */
  readonly elsewhere: readonly string[]
}

interface FileLine {
  readonly text: string
  readonly line: number
}

type Settings = Omit<Rotation, 'patterns' | 'line'>

/** Without any setting logrotate 3.21 rotates at one megabyte and keeps nothing. */
const builtIn: Settings = { every: 'size', keep: 0, sooner: false }

/** As many rows as the script prints; with more the rest is not known. */
export const MAX_ROWS = 600
const CONFIGURATION = '/etc/logrotate.conf'
const FOLDER = '/etc/logrotate.d'

/** Names that an include of a directory leaves out (tabooext, logrotate(8)). */
const taboo =
  /(?:,v|\.(?:bak|cfsaved|disabled|dpkg-(?:bak|del|dist|new|old|tmp)|orig|rhn-cfg-tmp-.*|rpm(?:new|orig|save)|swp|ucf-(?:dist|new|old))|~)$|\/\.[^/]*$/

/**
 * Reads rows `FILE:NUMBER:TEXT` of the configuration and of the files in its directory. Undefined when they may not be read; without a
 * configuration nothing is rotated, whatever lies in the directory.
 */
export function parseLogrotate(block: Block | undefined): Logrotate | undefined {
  if (!block || block.words === 'unreadable') return undefined
  const files = new Map<string, FileLine[]>()
  for (const { text, line } of block.rows) {
    const [, file, rest] = /^(\/[^:]+):\d+:(.*)$/.exec(text) ?? []
    if (file === undefined || rest === undefined) continue
    const lines = files.get(file)
    if (lines) lines.push({ text: rest.trim(), line })
    else files.set(file, [{ text: rest.trim(), line }])
  }
  const rotations: Rotation[] = []
  const elsewhere: string[] = block.rows.length >= MAX_ROWS ? ['the rest'] : []
  const below = [...files].filter(([file]) => file.startsWith(`${FOLDER}/`) && !taboo.test(file))
  const include = (path: string, settings: Settings): Settings => {
    if (path.replace(/\/+$/, '') !== FOLDER) elsewhere.push(path)
    // Settings outside of blocks hold for all that is read later.
    else for (const [, lines] of below) settings = readFile(lines, settings, rotations, (other) => elsewhere.push(other))
    return settings
  }
  readFile(files.get(CONFIGURATION) ?? [], builtIn, rotations, include)
  return { rotations, elsewhere }
}

function readFile(
  lines: readonly FileLine[],
  before: Settings,
  rotations: Rotation[],
  include: (path: string, settings: Settings) => Settings | number,
): Settings {
  let settings = before
  let patterns: string[] = []
  let inside: { settings: Settings; readonly line: number } | undefined
  let script = false
  for (const { text, line } of lines) {
    if (script) {
      script = !/^endscript\b/.test(text)
      continue
    }
    let rest = text
    if (!inside && /^["'/~{]/.test(rest)) {
      const at = braceOf(rest)
      patterns.push(...words(at < 0 ? rest : rest.slice(0, at)))
      if (at < 0) continue
      inside = { settings, line }
      rest = rest.slice(at + 1).trim()
    }
    const ends = inside !== undefined && /(?:^|\s)\}$/.test(rest)
    const directive = ends ? rest.slice(0, -1).trim() : rest
    if (/^(?:pre|post)rotate\b|^(?:first|last)action\b|^preremove\b/.test(directive)) script = true
    else if (inside) inside.settings = withDirective(inside.settings, directive)
    else {
      const path = /^include\s*=?\s*(\S+)/.exec(directive)?.[1]
      const included = path === undefined ? undefined : include(path, settings)
      settings = typeof included === 'object' ? included : withDirective(settings, directive)
    }
    if (!ends || inside === undefined) continue
    rotations.push({ patterns, ...inside.settings, line: inside.line })
    inside = undefined
    patterns = []
  }
  return settings
}

/** Where the block begins: a brace outside of quotes. */
function braceOf(text: string): number {
  const quoted = text.replace(/"[^"]*"|'[^']*'/g, (part) => '_'.repeat(part.length))
  return quoted.indexOf('{')
}

const words = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '').filter((word) => word !== '')

const periods: Readonly<Record<string, Rotation['every']>> = {
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  yearly: 'year',
}

/** `rotate 14`, `rotate=14`, `create 0640 root adm`; what comes last holds. */
function withDirective(settings: Settings, text: string): Settings {
  const [, name = '', value = ''] = /^([a-z]+)\s*=?\s*(\S*)/.exec(text) ?? []
  const every = periods[name]
  if (every !== undefined) return { ...settings, every }
  const number = /^-?\d{1,9}$/.test(value) ? Number(value) : undefined
  switch (name) {
    case 'size':
      return { ...settings, every: 'size' }
    case 'maxsize':
      return { ...settings, sooner: true }
    case 'rotate':
      return number === undefined ? settings : { ...settings, keep: number }
    case 'maxage':
      return number === undefined ? settings : { ...settings, maxAgeDays: number }
    case 'create':
      return { ...settings, createMode: /^0?[0-7]{3,4}$/.test(value) ? Number.parseInt(value, 8) : undefined }
    case 'nocreate':
    case 'copytruncate':
      return { ...settings, createMode: undefined }
    default:
      return settings
  }
}
