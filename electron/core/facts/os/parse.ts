import { type Block, type BlockRow, readBlocks } from '../blocks.ts'
import { type PathEntry, parsePathEntry } from '../path-entry.ts'
import { parseLogrotate } from './logrotate.ts'
import type { FilterFiles, Os, ServiceState, Shown, Storage } from './os.ts'
import { readMapped, readTree } from './storage-tree.ts'

/** Reads section `os`. Undefined when its first block is missing: then nothing of it was printed as the script prints it. */
export function parseOs(stdout: string): Os | undefined {
  const blocks = readBlocks(stdout)
  const rows = (name: string): readonly BlockRow[] => (blocks.get(name) ?? []).flatMap((block) => block.rows)
  if (!blocks.has('sysctl')) return undefined
  const mapped = readMapped(rows('mapped'))
  const storage = (block: Block): Storage[] => readStorage(block, mapped)
  const nodes = rows('devices').flatMap(({ text, line }) => parsePathEntry(text, line) ?? [])
  return {
    sysctl: Object.fromEntries(rows('sysctl').flatMap(readSetting)),
    services: blocks.has('services') ? rows('services').flatMap(readService) : undefined,
    updateTimers: rows('timers').map(({ text, line }) => ({ value: text, line })),
    ssh: {
      ports: rows('ssh').flatMap(({ text, line }) => {
        const port = Number(/^listen (?!vsock)(?:\S*:)?(\d+) \(Stream\)$/.exec(text)?.[1])
        return port > 0 ? [{ value: port, line }] : []
      }),
      newer: rows('ssh').flatMap(({ text, line }) => (text.startsWith('newer ') ? [{ value: `/etc/ssh/${text.slice(6)}`, line }] : [])),
    },
    clockSynchronised: readFlag(rows('clock')[0], /^NTPSynchronized=(yes|no)$/, 'yes'),
    swaps: blocks.has('swaps') ? (blocks.get('swap') ?? []).flatMap(storage) : undefined,
    linked: (blocks.get('linked') ?? []).map((block) => ({
      path: block.words,
      real: block.rows[0]?.text ?? '',
      itself: block.rows.length > 1,
      line: block.line,
    })),
    fileSystems: (blocks.get('file-system') ?? []).flatMap(storage),
    folders: nodes.filter(({ type }) => type === 'directory'),
    devices: nodes.filter(({ type }) => type === 'device'),
    securityModules: shown(rows('security-modules')[0]),
    selinuxEnforcing: readFlag(rows('selinux-enforcing')[0], /^([01])$/, '1'),
    appArmorEnabled: readFlag(rows('apparmor-enabled')[0], /^([YN])$/, 'Y'),
    appArmorMode: shown(rows('apparmor-mode').filter(({ text }) => text !== '')[0]),
    lockdown: readLockdown(rows('lockdown')[0]),
    modulesSigned: readFlag(rows('modules-signed')[0], /^([YN])$/, 'Y'),
    secureBoot: readFlag(rows('secure-boot')[0], /^\s*([01])$/, '1'),
    journal: readJournal(blocks.get('journal')?.[0]),
    coredumpStorage: readStorageSetting(blocks.get('coredump')?.[0], 'external'),
    logrotate: parseLogrotate(blocks.get('logrotate')?.[0]),
    filter: readFilter(blocks, nodes),
    lacks: blocks
      .get('lacks')?.[0]
      ?.words.split(' ')
      .filter((tool) => tool !== ''),
    forwarding: rows('forwarding').map(({ text, line }) => ({ value: text.trim(), line })),
  }
}

function readFilter(blocks: ReadonlyMap<string, readonly Block[]>, nodes: readonly PathEntry[]): FilterFiles | undefined {
  const named = (name: string) => (blocks.get(name) ?? []).map(({ words, line }) => ({ value: words, line }))
  if (!blocks.has('filter')) return undefined
  const cut = new Set(named('filter-cut').map(({ value }) => value))
  return {
    files: (blocks.get('filter-file') ?? []).map(({ words, line, rows }) => ({
      path: words,
      line,
      whole: !cut.has(words),
      rows: rows.map((row) => ({ value: row.text, line: row.line })),
    })),
    sealed: named('filter-sealed'),
    places: named('filter-place'),
    // `test -x` says yes to root as soon as anybody may execute it.
    ufwScripts: nodes.flatMap(({ path, mode, line }) =>
      path.startsWith('/etc/ufw/') && (mode & 0o111) !== 0 ? [{ value: path, line }] : [],
    ),
  }
}

const shown = (row: BlockRow | undefined): Shown<string> | undefined => row && { value: row.text, line: row.line }

function readFlag(row: BlockRow | undefined, pattern: RegExp, yes: string): Shown<boolean> | undefined {
  const value = row && pattern.exec(row.text)?.[1]
  return row && value !== undefined ? { value: value === yes, line: row.line } : undefined
}

function readSetting({ text, line }: BlockRow): [string, Shown<string>][] {
  const match = /^([a-z0-9_/.@-]+) (.*)$/i.exec(text)
  return match?.[1] && !/^__proto__$/.test(match[1]) ? [[match[1], { value: (match[2] ?? '').trim(), line }]] : []
}

function readService({ text, line }: BlockRow): ServiceState[] {
  const [id, loadState, activeState, unitFileState, ...aliases] = text.split(' ')
  if (!id || !loadState || !activeState || !unitFileState) return []
  const state = { id, loadState, activeState, unitFileState: unitFileState === '-' ? '' : unitFileState, line }
  return [aliases.length === 0 ? state : { ...state, aliases }]
}

/** `partition /dev/sda2 - /dev/sda2`, `ext4 /dev/mapper/data /srv /srv/models`; the path comes last, it may hold blanks. */
function readStorage({ words, line, rows }: Block, mapped: ReadonlyMap<string, string>): Storage[] {
  const match = /^(\S+) (\S+) (\S+) (\/.*)$/.exec(words)
  if (!match) return []
  const [, kind = '', source = '', mountedOn = '', path = ''] = match
  return [
    {
      path,
      kind,
      source: source === '-' ? '' : source,
      mountedOn: mountedOn === '-' ? '' : mountedOn,
      devices: readTree(rows, mapped),
      line,
    },
  ]
}

/** The last assignment counts, as in all files of systemd. */
function readStorageSetting(block: Block | undefined, otherwise: string): Shown<string> | undefined {
  if (!block) return undefined
  const last = block.rows.at(-1)
  const value = last && /^\s*Storage\s*=\s*(\S*)/.exec(last.text)?.[1]
  return last && value ? { value: value.toLowerCase(), line: last.line } : { value: otherwise, line: block.line }
}

function readJournal(block: Block | undefined): Os['journal'] {
  const storage = readStorageSetting(block, 'auto')
  return storage && { value: { storage: storage.value, directory: block?.words === 'directory' }, line: storage.line }
}

/** The state in force stands in brackets: `none [integrity] confidentiality`. */
function readLockdown(row: BlockRow | undefined): Os['lockdown'] {
  const state = row && /\[(none|integrity|confidentiality)\]/.exec(row.text)?.[1]
  return row && state ? { value: state as 'none' | 'integrity' | 'confidentiality', line: row.line } : undefined
}
