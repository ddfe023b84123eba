import type { Unit } from '../../../facts/units/units.ts'
import { pathOf, splitQuoted } from '../../../facts/units/words.ts'
import { isWithin } from '../../../is-within.ts'
import { plain } from './system-folders.ts'
import { isRoot } from './unit-subjects.ts'

/** Folders that systemd makes below these, and opens (systemd.exec(5), RuntimeDirectory= and the like). */
const directories = {
  RuntimeDirectory: '/run',
  StateDirectory: '/var/lib',
  CacheDirectory: '/var/cache',
  LogsDirectory: '/var/log',
  ConfigurationDirectory: '/etc',
} as const

/** A path that the unit names for writing. */
export interface NamedPath {
  readonly property: string
  /** As it stands in the property. */
  readonly token: string
  readonly path: string
  /** Where it is, behind links. */
  readonly real: string
  /** Where the unit sees it. */
  readonly seen: string
}

const wordsOf = ({ properties }: Unit, property: string): readonly string[] => splitQuoted(properties[property] ?? '')

/** `/a:/b:rbind`: what is seen at the second. */
const boundAt = (word: string): string => pathOf(word.split(':')[1] ?? word)

/**
 * Paths that a unit opens for its service by its settings (systemd.exec(5)): as they are written, where links lead, and where the service
 * sees them.
 */
export function namedPaths(unit: Unit): readonly NamedPath[] {
  const named = (property: string, token: string, path: string, seen?: string): NamedPath => {
    const real = unit.links?.[path] ?? path
    return { property, token, path, real, seen: plain(seen ?? real) }
  }
  return [
    ...wordsOf(unit, 'ReadWritePaths').map((word) => named('ReadWritePaths', pathOf(word), pathOf(word))),
    ...wordsOf(unit, 'BindPaths').map((word) => named('BindPaths', pathOf(word), pathOf(word), boundAt(word))),
    ...Object.entries(directories).flatMap(([property, above]) =>
      wordsOf(unit, property).map((name) => named(property, name, `${above}/${name}`)),
    ),
  ]
}

/**
 * Those that systemd makes the account's own, whatever is there and whoever it was of: of a folder that is another's, all below it with it. Settings it leaves to
 * whom they are of (systemd 252).
 */
export const ownedPaths = (unit: Unit, named: readonly NamedPath[]): readonly NamedPath[] =>
  isRoot(unit) ? [] : named.filter(({ property }) => property in directories && property !== 'ConfigurationDirectory')

const HOMES = ['/home', '/root', '/run/user']

/**
 * Does such a path open what other settings close (systemd.exec(5))? Of the folders that these name the deepest one counts. Where
 * ReadWritePaths= names the very folder that is closed, it stays closed, and below what is hidden, or where something else is mounted, it opens nothing
 * (systemd 252 and 257); `tmpfs` gives way.
 */
export function openedBy(unit: Unit): (named: NamedPath) => boolean {
  const { ProtectSystem: system = '', ProtectHome: home = '', ProtectKernelTunables, ProtectControlGroups = '' } = unit.properties
  const at = (property: string) => wordsOf(unit, property).map((word) => plain(pathOf(word)))
  const bound = (property: string) => wordsOf(unit, property).map((word) => [plain(pathOf(word)), plain(boundAt(word))] as const)
  const hidden = [...at('InaccessiblePaths'), ...(home === 'yes' ? HOMES : [])]
  const readOnly = [...at('ReadOnlyPaths'), ...bound('BindReadOnlyPaths').map(([, seen]) => seen)]
  const emptied = [...at('TemporaryFileSystem'), ...(home === 'tmpfs' ? HOMES : [])]
  const covered = [...bound('BindPaths'), ...bound('BindReadOnlyPaths')].flatMap(([source, seen]) => (source === seen ? [] : seen))
  const closed = [
    ...hidden,
    ...readOnly,
    ...(system === 'strict' ? ['/'] : ['/usr', '/boot', '/efi', ...(system === 'full' ? ['/etc'] : [])]),
    ...(home === 'read-only' ? HOMES : []),
    ...(ProtectKernelTunables === 'yes' ? ['/sys', '/proc/sys'] : []),
    ...(/^(?:|no)$/.test(ProtectControlGroups) ? [] : ['/sys/fs/cgroup']),
  ]
  const open = [...(system === 'strict' ? ['/dev', '/proc', '/sys'] : []), ...(/^(?:|no)$/.test(home) ? HOMES : [])]
  return ({ property, real, seen }) => {
    if (hidden.some((folder) => isWithin(seen, folder)) || readOnly.includes(seen)) return false
    const path = plain(real)
    const [deepest] = [...closed, ...open].filter((folder) => isWithin(path, folder)).sort((a, b) => b.length - a.length)
    const isClosed = deepest === undefined ? emptied.includes(path) : closed.includes(deepest)
    if (property === 'BindPaths') return isClosed || closed.some((folder) => isWithin(folder, path))
    const isElsewhere = [...emptied, ...covered].some((folder) => folder !== path && isWithin(path, folder))
    return isClosed && deepest !== path && !isElsewhere
  }
}
