import { createHash, randomBytes } from 'node:crypto'
import { edited, uidOf, withAccountFiles } from './account-files.ts'
import { withConfigurationFiles } from './configuration-files.ts'
import { containerStarted, containerStopped } from './demo-container.ts'
import type { DemoFile, DemoHost, DemoProcess, DemoUnit } from './demo-host.ts'
import { socketOf } from './engine-sockets.ts'
import type { DemoMachine } from './machine-model.ts'
import { commandOf, type DropIn, variablesOf, withDropIns } from './unit-drop-ins.ts'

export function demoMachine(first: DemoHost): DemoMachine {
  let host = withConfigurationFiles(withAccountFiles(first))
  const runs = new Map<string, number>()
  const said: { at: number; unit: string; text: string }[] = []
  const say = (unit: string, text: string) => void said.push({ at: Date.now(), unit, text })
  return {
    runs,
    said,
    open: undefined,
    kept: new Map(),
    aside: new Map(),
    arriving: new Map(),
    now: () => host,
    state({ path, before, after }) {
      const file = host.files.get(path)
      if (file === undefined) return 'absent'
      if (file.type === 'symlink') return `link:${createHash('sha256').update(`${file.target}\n`).digest('hex')}`
      if (file.type !== 'file' || file.content === undefined) return 'other'
      const kept = /^kept:/.test(before) || /^kept:/.test(after)
      return `${kept ? 'kept' : createHash('sha256').update(file.content).digest('hex')}:${ownedBy(host, file)}`
    },
    made({ path, content: given, random, uid, gid, mode, after, edit }) {
      if (after === 'absent') return undefined
      if (after.startsWith('link:')) return linkTo(given.trimEnd())
      const owner = host.accounts.find((account) => account.uid === uid)?.name ?? String(uid)
      const group = gid === 0 ? 'root' : (host.groups.find((one) => one.gid === gid)?.name ?? String(gid))
      const whole = random ? `${given}${randomBytes(32).toString('hex')}\n` : given
      const fresh = edit ? edited(host.files.get(path)?.content ?? '', edit).text : whole
      const content = (after.startsWith('kept:') ? host.files.get(path)?.content : undefined) ?? fresh
      const size = Buffer.byteLength(content)
      return { type: 'file', owner: uid === 0 ? 'root' : owner, group, mode: Number.parseInt(mode, 8), size, content }
    },
    put(files) {
      const next = new Map(host.files)
      for (const [path, file] of files) {
        if (file === undefined) next.delete(path)
        else next.set(path, file)
      }
      host = { ...host, files: next }
    },
    restart(unit) {
      host = restarted(first, host, unit)
      runs.set(unit, (runs.get(unit) ?? 0) + 1)
    },
    stop(unit) {
      host = stopped(host, unit)
      say(unit, `Stopped ${unit}.`)
    },
    start(unit) {
      host = restarted(first, withProcessesOf(first, host, unit), unit)
      runs.set(unit, (runs.get(unit) ?? 0) + 1)
      say(unit, `Started ${unit}.`)
    },
    runContainer(id, begins) {
      host = begins ? containerStarted(first, host, id) : containerStopped(host, id)
      if (begins) runs.set(id, (runs.get(id) ?? 0) + 1)
    },
  }
}

const linkTo = (target: string): DemoFile => ({ type: 'symlink', owner: 'root', group: 'root', mode: 0o777, size: target.length, target })

export function ownedBy({ accounts, groups }: DemoHost, { owner, group, mode }: DemoFile): string {
  const uid = owner === 'root' ? 0 : (accounts.find(({ name }) => name === owner)?.uid ?? owner)
  const gid = group === 'root' ? 0 : (groups.find(({ name }) => name === group)?.gid ?? group)
  return `${uid}:${gid}:${mode.toString(8)}`
}

export const isOfUnit = (unit: string, { cgroup }: DemoProcess): boolean => cgroup.split('/').includes(unit)

function stopped(host: DemoHost, id: string): DemoHost {
  const pids = new Set(host.processes.filter((one) => isOfUnit(id, one)).map(({ pid }) => pid))
  return {
    ...host,
    ...(host.nginx && id === 'nginx.service' ? { nginx: { ...host.nginx, running: false } } : {}),
    units: host.units.map((unit) =>
      unit.id === id ? { ...unit, properties: { ...unit.properties, ActiveState: 'inactive', SubState: 'dead', MainPID: '0' } } : unit,
    ),
    processes: host.processes.filter(({ pid }) => !pids.has(pid)),
    listeners: host.listeners.filter(({ pid }) => !pids.has(pid)),
  }
}

/** What is there already stays. */
function withProcessesOf(first: DemoHost, host: DemoHost, id: string): DemoHost {
  if (host.processes.some((one) => isOfUnit(id, one))) return host
  const processes = first.processes.filter((one) => isOfUnit(id, one))
  const pids = new Set(processes.map(({ pid }) => pid))
  return {
    ...host,
    ...(first.nginx && id === 'nginx.service' ? { nginx: first.nginx } : {}),
    units: host.units.map((unit) => (unit.id === id ? (first.units.find((one) => one.id === id) ?? unit) : unit)),
    processes: [...host.processes, ...processes],
    listeners: [...host.listeners, ...first.listeners.filter(({ pid }) => pids.has(pid))],
  }
}

/** systemd.unit(5): drop-ins apply on top of what the unit had; then its program runs with the command line and listens where they say. */
function restarted(first: DemoHost, host: DemoHost, id: string): DemoHost {
  const main = (one: DemoProcess): boolean => one.ppid === 1 && isOfUnit(id, one)
  const started = first.processes.find(main)
  const old = host.processes.find(main)
  if (started === undefined || old === undefined) return host
  const dropIns = [...host.files].flatMap(([path, { content = '' }]): DropIn[] =>
    path.startsWith(`/etc/systemd/system/${id}.d/`) && path.endsWith('.conf') ? [[path, content]] : [],
  )
  const command = commandOf(dropIns)
  const argv = command ? runBy(started, command, id) : started.argv
  const fresh = old.pid + 4
  const original = first.units.find((unit) => unit.id === id)
  const loaded = original && withDropIns(original, dropIns)
  const unit: DemoUnit | undefined = loaded && { ...loaded, properties: { ...loaded.properties, MainPID: String(fresh) } }
  const variables = unit ? variablesOf(unit) : new Map<string, string>()
  return {
    ...host,
    units: host.units.map((one) => (unit && one.id === id ? unit : one)),
    processes: host.processes.map((one) =>
      one === old ? { ...one, ...accountOf(host, started, unit), argv, pid: fresh } : one.ppid === old.pid ? { ...one, ppid: fresh } : one,
    ),
    listeners: host.listeners.map((one) => (one.pid === old.pid ? { ...socketOf(one, argv, variables), pid: fresh } : one)),
  }
}

/** First of the numbers that systemd gives to accounts which last as long as their unit runs (systemd, docs/UIDS-GIDS.md). */
const FIRST_DYNAMIC_UID = 61_184

/** As whom the program of a unit runs: as before where the unit names nobody. */
function accountOf(host: DemoHost, { user, uid }: DemoProcess, unit: DemoUnit | undefined): Pick<DemoProcess, 'user' | 'uid'> {
  const { User: name = '', DynamicUser } = unit?.properties ?? {}
  if (name === '') return { user, uid }
  const known = uidOf(host, name)
  if (known !== undefined) return { user: name, uid: known }
  return DynamicUser === 'yes' ? { user: name, uid: FIRST_DYNAMIC_UID } : { user, uid }
}

/** A command as the process list shows it: behind the interpreter of its script, where it has one, with what systemd puts for its variable. */
function runBy({ argv }: DemoProcess, command: readonly string[], unit: string): readonly string[] {
  const at = argv.indexOf(command[0] ?? '')
  const words = command.map((word) => word.replace(/\$\{CREDENTIALS_DIRECTORY\}/, `/run/credentials/${unit}`))
  return [...argv.slice(0, Math.max(0, at)), ...words]
}
