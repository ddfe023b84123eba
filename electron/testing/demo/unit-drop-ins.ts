import { splitQuoted } from '#core/facts/units/words.ts'
import type { DemoUnit } from './demo-host.ts'
import { exposureOf } from './unit-exposure.ts'

/** A drop-in of a unit: its path and its text. */
export type DropIn = readonly [path: string, content: string]

/** Lists of systemd.exec(5) and systemd.resource-control(5): each assignment adds, an empty one takes away what was there. */
const lists = [
  'ReadWritePaths',
  'SupplementaryGroups',
  'DeviceAllow',
  'RestrictAddressFamilies',
  'CapabilityBoundingSet',
  'AmbientCapabilities',
]

/** What DynamicUser= brings with it (systemd.exec(5)). */
const dynamicUser = [
  ['NoNewPrivileges', 'yes'],
  ['RestrictSUIDSGID', 'yes'],
  ['PrivateTmp', 'yes'],
  ['ProtectSystem', 'strict'],
  ['ProtectHome', 'read-only'],
] as const

/** Settings of which the last assignment holds. */
const singles = [
  ...['UMask', 'NoNewPrivileges', 'PrivateTmp', 'PrivateDevices', 'ProtectSystem', 'ProtectHome'],
  ...['ProtectKernelTunables', 'ProtectKernelModules', 'ProtectKernelLogs', 'ProtectControlGroups', 'ProtectClock', 'ProtectHostname'],
  ...['ProtectProc', 'RestrictNamespaces', 'RestrictRealtime', 'RestrictSUIDSGID', 'LockPersonality', 'DevicePolicy', 'LimitCORE'],
  ...['SystemCallArchitectures', 'SystemCallFilter', 'User', 'Group', 'DynamicUser'],
]

/**
 * The unit as systemd loads it with these drop-ins, in the order of their names (systemd.unit(5)). What `systemd-analyze security` says is
 * worked out anew when one of them sets more than the environment and the command line.
 */
export function withDropIns(unit: DemoUnit, dropIns: readonly DropIn[]): DemoUnit {
  const sorted = dropIns.toSorted(([a], [b]) => (a < b ? -1 : 1))
  const assigned = sorted.flatMap(([, content]) => assignments(content))
  const set = new Map(Object.entries(unit.properties))
  for (const [name, value] of assigned) {
    if (singles.includes(name)) set.set(name, value)
    if (name === 'DynamicUser' && value === 'yes') for (const [key, implied] of dynamicUser) set.set(key, implied)
    if (lists.includes(name)) set.set(name, value === '' ? '' : `${set.get(name) ?? ''} ${value}`.trim())
  }
  const paths = [...(unit.properties.DropInPaths ?? '').split(' ').filter((path) => path !== ''), ...sorted.map(([path]) => path)]
  set.set('DropInPaths', paths.sort().join(' '))
  set.set('Environment', environment(unit, assigned))
  if (assigned.some(([name]) => name === 'EnvironmentFile')) set.set('EnvironmentFiles', environmentFiles(unit, assigned))
  const command = commandOf(dropIns)
  if (command) set.set('ExecStart', shownCommand(command))
  const loaded: DemoUnit = { ...unit, properties: Object.fromEntries(set) }
  const confines = assigned.some(([name]) => name !== 'LimitCORE' && (singles.includes(name) || lists.includes(name)))
  return confines ? { ...loaded, security: exposureOf(loaded) } : loaded
}

/** The command line that drop-ins put in place of that of the unit file; undefined when none does. */
export function commandOf(dropIns: readonly DropIn[]): readonly string[] | undefined {
  const commands = dropIns
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, content]) => assignments(content))
    .filter(([name, value]) => name === 'ExecStart' && value !== '')
  const [, last] = commands.at(-1) ?? []
  return last === undefined ? undefined : splitQuoted(last)
}

/** ExecStart= as `systemctl show` prints it. */
export const shownCommand = (words: readonly string[]): string =>
  `{ path=${words[0]} ; argv[]=${words.join(' ')} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`

/** The same variable again replaces the one before. */
const environment = ({ properties }: DemoUnit, assigned: readonly Assignment[]): string => {
  const words = [
    ...(properties.Environment ?? '').split(' '),
    ...assigned.flatMap(([name, value]) => (name === 'Environment' ? splitQuoted(value) : [])),
  ]
  return [...new Map(words.filter((word) => word.includes('=')).map((word) => [word.slice(0, word.indexOf('=')), word])).values()].join(' ')
}

/** As `systemctl show` prints them, a line each: a `-` before the path excuses a file that is not there (systemd.exec(5)). */
function environmentFiles({ properties }: DemoUnit, assigned: readonly Assignment[]): string {
  const all = (properties.EnvironmentFiles ?? '').split('\n').filter((line) => line !== '')
  for (const [name, value] of assigned) {
    if (name !== 'EnvironmentFile') continue
    if (value === '') all.length = 0
    else all.push(`${value.replace(/^-/, '')} (ignore_errors=${value.startsWith('-') ? 'yes' : 'no'})`)
  }
  return all.join('\n')
}

/** Paths of the files that a unit takes variables from. */
export const environmentFilesOf = ({ properties }: DemoUnit): readonly string[] =>
  (properties.EnvironmentFiles ?? '').split('\n').flatMap((line) => /^(\S+) \(/.exec(line)?.[1] ?? [])

/** Variables that the unit itself sets. */
export const variablesOf = ({ properties }: DemoUnit): ReadonlyMap<string, string> =>
  new Map(
    (properties.Environment ?? '')
      .split(' ')
      .flatMap((word) => (word.includes('=') ? [[word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]] : [])),
  )

type Assignment = readonly [name: string, value: string]

/** Assignments of `[Service]`, in their order. */
function assignments(content: string): readonly Assignment[] {
  let section = ''
  // A line that ends with a backslash goes on (systemd.syntax(7)).
  return content
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line): readonly Assignment[] => {
      section = /^\[(.+)\]$/.exec(line)?.[1] ?? section
      const [, name, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? []
      return section === 'Service' && name !== undefined && value !== undefined ? [[name, value]] : []
    })
}
