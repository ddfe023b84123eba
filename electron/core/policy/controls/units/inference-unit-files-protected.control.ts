import type { AclEntry } from '../../../facts/access/access.ts'
import type { Accounts } from '../../../facts/accounts/accounts.ts'
import type { PathEntry } from '../../../facts/path-entry.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { onHost } from '../../../facts/processes/seen-files.ts'
import { containerOfUnit } from '../../../facts/services/container-run.ts'
import { recogniseStart } from '../../../facts/services/launch.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { aclsOf, onlyTrusted, openEntries, printMode } from '../../path-writers.ts'
import { judgeUnits } from './unit-subjects.ts'

export default defineControl({
  id: 'inference-unit-files-protected',
  item: 'INF-5',
  severity: 'high',
  title: 'Only root can change the units and programs of inference servers',
  rationale:
    'Whoever writes a unit file, a drop-in, an environment file or the program decides what runs at the next start, with the keys and GPUs of the server. A directory on the way is enough: its writer can put another file in place.',
  steps:
    'Read what stands in it, then give it to root alone (chown root:root, chmod go-w), with the folders on its way, and run systemctl daemon-reload.',
  needs: ['services'],
  uses: ['units', 'accounts', 'processes', 'access'],
  references: ['NIST-800-53:AC-6', 'NIST-800-53:CM-5', 'CIS-8:3.3', 'ISO-27001:A.8.9'],
  evaluate: ({ services, units, accounts, processes, access }) => {
    const known = accounts.known ? accounts.value : undefined
    const mainOf = ({ mainPid }: Unit) => (processes.known ? processes.value : []).find(({ pid }) => pid === mainPid)
    const acls = aclsOf(access)
    const files = units.known ? units.value : []
    const made = services.flatMap(({ madeFrom }) => files.find(({ id }) => id === madeFrom?.unit) ?? [])
    const others = services.filter(({ madeFrom }) => !made.some(({ id }) => id === madeFrom?.unit))
    return [
      ...made.map((unit) => ({ subject: unit.id, ...judge(unit, known, acls, mainOf(unit)) })),
      ...(made.length > 0 && others.length === 0
        ? []
        : judgeUnits(others, units, (unit) => judge(unit, known, acls, mainOf(unit)), 'files')),
    ]
  },
})

function judge(unit: Unit, known: Accounts | undefined, acls: readonly AclEntry[], main: Process | undefined): Omit<Verdict, 'subject'> {
  const files = filesOf(unit)
  // The service may own its program and environment: a virtual environment in its home is common, and gives it nothing it has not.
  const open = files.flatMap(({ path, own }) =>
    openEntries(path, unit.paths, own && unit.user ? ['root', unit.user] : ['root'], known, acls),
  )
  const [first] = open
  if (first)
    return {
      status: 'fail',
      title: 'Others can change what the unit starts',
      reason: `${unit.id}: ${[...new Set(open.map(({ who, entry }) => `${who.replace(/ it$/, ` ${entry.path}`)} (${printMode(entry)})`))].slice(0, 4).join('; ')}. Expected root alone.`,
      cite: [...new Map(open.map(({ entry }) => [entry.path, entry])).values()].slice(0, 4).map((entry) => ({
        section: 'units',
        line: entry.line,
        token: entry.path,
        note: `${printMode(entry)}. Expected root alone.`,
      })),
    }
  const unseen = files.filter(({ path, optional }) => !isSettled(path, optional, unit, known))
  if (files.length === 0 || unseen.length > 0) {
    const reason = `Owner and mode of ${unseen.map(({ path }) => path).join(', ') || `the files of ${unit.id}`} could not be seen.`
    return { status: 'not-evaluated', title: 'Some files of the unit could not be seen', reason, cite: [] }
  }
  if (unit.program !== undefined && onHost(unit.program, main?.seenFiles) !== unit.program) {
    const reason = `What ${unit.id} starts as ${unit.program} is another file than the host's: its process has a root or mounts of its own. It was not looked at.`
    return { status: 'not-evaluated', title: 'What its program starts was not seen', reason, cite: [] }
  }
  // What a container runs comes with its image.
  if (containerOfUnit(unit) === undefined && recogniseStart(unit.execStart)?.wrapped !== false) {
    const reason = `The files of ${unit.id} and ${unit.program} are closed to others, but ${unit.program} starts the server, whose own files were not looked at.`
    return { status: 'not-evaluated', title: 'What its program starts was not seen', reason, cite: [] }
  }
  return {
    status: 'pass',
    title: 'Only root can change its files',
    reason: `${files
      .map(({ path }) => path)
      .slice(0, 5)
      .join(
        ', ',
      )} and all directories above belong to ${unit.user && !unit.dynamicUser ? `root or ${unit.user}` : 'root'}, closed to others.`,
    cite: unit.paths.filter(({ path }) => files.some((file) => file.path === path)).map(({ line }) => ({ section: 'units', line })),
  }
}

interface UnitFile {
  readonly path: string
  /** May the service itself own it? */
  readonly own: boolean
  /** EnvironmentFile= with a dash, or a glob, need not exist. */
  readonly optional: boolean
}

function filesOf(unit: Unit): readonly UnitFile[] {
  const files: UnitFile[] = [
    { path: unit.fragmentPath, own: false, optional: false },
    ...(unit.sourcePath ? [{ path: unit.sourcePath, own: false, optional: false }] : []),
    // Whoever may write this folder lays his own words over a Quadlet (podman-systemd.unit(5)).
    ...(unit.sourcePath ? [{ path: `${unit.sourcePath}.d`, own: false, optional: true }] : []),
    ...unit.dropIns.map((path) => ({ path, own: false, optional: false })),
    ...unit.environmentFiles.map((path) => ({ path, own: true, optional: true })),
    { path: unit.program, own: true, optional: false },
    ...(unit.sought ?? []).map((path) => ({ path, own: true, optional: true })),
    // What runs as root beside a service that may write it makes that service root.
    ...(unit.commands ?? []).flatMap(({ program, scripts, asRoot, optional }) => [
      { path: program, own: !asRoot, optional },
      ...scripts.map((path) => ({ path, own: !asRoot, optional: true })),
    ]),
  ]
  // A path that systemctl could not print stays, and is then not settled.
  return files.filter(({ path }) => path !== '')
}

/**
 * Was it seen, or can nobody else get at it? Below an open directory a file that was not seen does not exist; below one that only root and
 * the service enter, its own mode does not matter.
 */
function isSettled(path: string, optional: boolean, unit: Unit, accounts: Accounts | undefined): boolean {
  const way = unit.paths.filter((entry) => path === entry.path || path.startsWith(entry.path === '/' ? '/' : `${entry.path}/`))
  if (way.some((entry) => entry.path === path)) return true
  const last = way.reduce<PathEntry | undefined>(
    (deepest, entry) => (deepest && deepest.path.length > entry.path.length ? deepest : entry),
    undefined,
  )
  if (last?.type !== 'directory') return false
  return (last.mode & 0o001) !== 0 ? optional : onlyTrusted(last.group, ['root', unit.user], accounts)
}
