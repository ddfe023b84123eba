import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { plainOnly } from '../../plain-file.ts'

/** One line of ssh_config(5), split into keyword and words. */
interface Directive {
  readonly keyword: string
  readonly words: readonly string[]
  /** Host or Match lines that must hold for it, outermost first (an Include keeps those of its parent). */
  readonly conditions: readonly Condition[]
}

interface Condition {
  readonly keyword: 'host' | 'match'
  readonly words: readonly string[]
}

export interface SshConfig {
  readonly directives: readonly Directive[]
  /** What was read but cannot be honoured, for the preview. */
  readonly notes: readonly { readonly what: string; readonly reason: string }[]
}

/** Reads a file for the parser. Tests bring their own. */
export interface SshConfigFiles {
  read(path: string): string
  /** Files that a shell pattern without `**` names. */
  glob(pattern: string): string[]
}

/** readconf.c: READCONF_MAX_DEPTH. */
const MAX_DEPTH = 16
/** Files of a folder that each include that folder are read more often with each level; ssh(1) gives up at such a configuration. */
const MAX_READS = 10_000

/** Parses ssh_config with its Include files. Paths are relative to `~/.ssh`, as in a user's own file. */
export function parseSshConfig(path: string, home: string, files: SshConfigFiles): SshConfig {
  const directives: Directive[] = []
  const notes: { what: string; reason: string }[] = []
  let reads = 0

  function readInto(file: string, inherited: readonly Condition[], depth: number): void {
    reads += 1
    if (reads > MAX_READS) throw new Error(`its Include lines lead to more than ${MAX_READS} files: some include each other`)
    let own: Condition | undefined
    for (const line of files.read(file).split('\n')) {
      const split = splitLine(line)
      if (split === undefined) continue
      const { keyword, words } = split
      if (keyword === 'host' || keyword === 'match') {
        own = { keyword, words }
        // A block without a line of its own still names its hosts.
        directives.push({ keyword: 'block', words, conditions: [...inherited, own] })
        continue
      }
      const conditions = own ? [...inherited, own] : inherited
      if (keyword !== 'include') {
        directives.push({ keyword, words, conditions })
        continue
      }
      for (const pattern of words) {
        if (depth >= MAX_DEPTH) {
          notes.push({ what: `Include ${pattern}`, reason: `more than ${MAX_DEPTH} levels of Include` })
          continue
        }
        const expanded = pattern.startsWith('~/')
          ? join(home, pattern.slice(2))
          : isAbsolute(pattern)
            ? pattern
            : join(home, '.ssh', pattern)
        for (const included of files.glob(expanded)) readInto(included, conditions, depth + 1)
      }
    }
  }

  readInto(path, [], 0)
  return { directives, notes }
}

/** `Keyword value`, `Keyword=value`, double quotes around blanks, comments only at the start of a line or word. */
function splitLine(line: string): { readonly keyword: string; readonly words: readonly string[] } | undefined {
  const match = /^\s*([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line)
  if (match === null) return undefined
  const words: string[] = []
  for (const word of (match[2] ?? '').matchAll(/"([^"]*)"|(\S+)/g)) {
    if (word[2]?.startsWith('#')) break
    words.push(word[1] ?? word[2] ?? '')
  }
  return { keyword: (match[1] ?? '').toLowerCase(), words }
}

/** Names that stand for one host: the words of Host lines without patterns. */
export function hostAliases(config: SshConfig): string[] {
  const names = config.directives.flatMap(({ conditions }) =>
    conditions.filter(({ keyword }) => keyword === 'host').flatMap(({ words }) => words),
  )
  return [...new Set(names.flatMap((word) => word.split(',')))].filter((name) => name !== '' && !/[*?!]/.test(name))
}

export interface ResolvedHost {
  readonly hostName: string
  readonly port: number | undefined
  readonly user: string | undefined
  readonly identityFiles: readonly string[]
  /** Each as written: `[user@]host[:port]`. */
  readonly proxyJump: readonly string[]
  readonly proxyCommand: string | undefined
}

/** What ssh(1) would use for an alias: the first value obtained wins, identity files add up. */
export function resolveHost(config: SshConfig, alias: string): ResolvedHost {
  const first = new Map<string, readonly string[]>()
  const identityFiles: string[] = []
  for (const { keyword, words, conditions } of config.directives) {
    if (!conditions.every((condition) => holds(condition, alias, first.get('user')?.[0]))) continue
    if (keyword === 'identityfile') identityFiles.push(...words.slice(0, 1))
    else if (!first.has(keyword)) first.set(keyword, words)
  }
  const jump = first.get('proxyjump')?.[0]
  const command = first.get('proxycommand')?.join(' ')
  const port = Number(first.get('port')?.[0])
  return {
    hostName: (first.get('hostname')?.[0] ?? alias).replaceAll('%h', alias).replaceAll('%%', '%'),
    port: Number.isInteger(port) ? port : undefined,
    user: first.get('user')?.[0],
    identityFiles: identityFiles.filter((file) => file !== 'none'),
    proxyJump: jump === undefined || jump === 'none' ? [] : jump.split(','),
    proxyCommand: command === 'none' ? undefined : command,
  }
}

/** Host patterns and the parts of Match that can be known without connecting. `Match exec` never runs anything here and never holds. */
function holds({ keyword, words }: Condition, alias: string, user: string | undefined): boolean {
  if (keyword === 'host') return matchesPatterns(words, alias)
  for (let index = 0; index < words.length; ) {
    const criterion = (words[index] ?? '').toLowerCase()
    if (criterion === 'all') {
      index += 1
      continue
    }
    const patterns = (words[index + 1] ?? '').split(',')
    index += 2
    if (criterion === 'host' || criterion === 'originalhost') {
      if (!matchesPatterns(patterns, alias)) return false
    } else if (criterion === 'user') {
      if (user === undefined || !matchesPatterns(patterns, user)) return false
    } else return false
  }
  return true
}

/** ssh_config(5), PATTERNS: a negated match wins over all others. Case counts, as in OpenSSH's match_pattern(). */
function matchesPatterns(patterns: readonly string[], name: string): boolean {
  const hit = (pattern: string) => globToRegExp(pattern).test(name)
  if (patterns.some((pattern) => pattern.startsWith('!') && hit(pattern.slice(1)))) return false
  return patterns.some((pattern) => !pattern.startsWith('!') && hit(pattern))
}

const globToRegExp = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )

/** The real file system. A file that an Include names and that is not there is passed over, as ssh does. */
export const diskFiles: SshConfigFiles = {
  read: readConfig,
  glob(pattern) {
    if (!/[*?]/.test(basename(pattern))) return isReadable(pattern) ? [pattern] : []
    const folder = dirname(pattern)
    try {
      return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => !entry.isDirectory() && globToRegExp(basename(pattern)).test(entry.name) && !entry.name.startsWith('.'))
        .map((entry) => join(folder, entry.name))
        .sort()
    } catch {
      return []
    }
  },
}

/** Far above what anybody writes by hand or by a program. */
const MAX_CONFIG_BYTES = 16_777_216

function readConfig(path: string): string {
  const found = statSync(path)
  plainOnly(found)
  if (found.size > MAX_CONFIG_BYTES) throw new Error(`${path} has ${found.size} bytes; expected at most ${MAX_CONFIG_BYTES}`)
  return readFileSync(path, 'utf8')
}

function isReadable(path: string): boolean {
  try {
    readConfig(path)
    return true
  } catch {
    return false
  }
}
