import type { DemoFile, DemoHost, DemoListener, DemoProcess, DemoUnit } from '../../demo/demo-host.ts'
import type { LookedAtHost, Sin } from '../corpus-host.ts'

/** Small changes that other sins are made of. */

export const on = (host: (host: LookedAtHost) => LookedAtHost): Sin => ({ host })

/** What the console knows from before: another text of a section, for one that stands there. */
export const knownBefore = (section: string, stdout: string): Sin =>
  on((host) => ({ ...host, recorded: { ...host.recorded, [section]: stdout } }))

export const withFirewall = (firewall: DemoHost['firewall']): Sin => on((host) => ({ ...host, firewall }))

/** Adds or replaces files; undefined removes one. */
export const withFiles = (files: Readonly<Record<string, DemoFile | undefined>>): Sin =>
  on((host) => {
    const changed = new Map(host.files)
    for (const [path, file] of Object.entries(files)) {
      if (file === undefined) changed.delete(path)
      else changed.set(path, file)
    }
    return { ...host, files: changed }
  })

/** Changes every file below a directory, and the directory itself. */
export const below = (path: string, change: (file: DemoFile) => DemoFile): Sin =>
  on((host) => ({
    ...host,
    files: new Map([...host.files].map(([name, file]) => [name, name === path || name.startsWith(`${path}/`) ? change(file) : file])),
  }))

export const withUnit = (id: string, properties: Readonly<Record<string, string>>): Sin =>
  on((host) => ({
    ...host,
    units: host.units.map((unit): DemoUnit => (unit.id === id ? { ...unit, properties: { ...unit.properties, ...properties } } : unit)),
  }))

export const withListener = (listener: DemoListener): Sin => on((host) => ({ ...host, listeners: [...host.listeners, listener] }))

export const withoutListener = (port: number): Sin =>
  on((host) => ({ ...host, listeners: host.listeners.filter((listener) => listener.port !== port) }))

export const withProcess = (process: DemoProcess): Sin => on((host) => ({ ...host, processes: [...host.processes, process] }))

/** Changes the words of one process, and of the unit that starts it. */
export const withWords = (pid: number, change: (argv: readonly string[]) => readonly string[]): Sin =>
  on((host) => ({
    ...host,
    processes: host.processes.map((process) => (process.pid === pid ? { ...process, argv: change(process.argv) } : process)),
    units: host.units.map((unit) =>
      unit.properties.MainPID === String(pid)
        ? { ...unit, properties: { ...unit.properties, ExecStart: execStart(unit.properties.ExecStart ?? '', change) } }
        : unit,
    ),
  }))

/** `{ path=… ; argv[]=… ; … }` of systemctl show, with other words. */
function execStart(line: string, change: (argv: readonly string[]) => readonly string[]): string {
  return line.replace(/argv\[\]=(.*?) ;/, (_, words: string) => `argv[]=${change(words.split(' ')).join(' ')} ;`)
}

/** The word after a flag. */
export const flag =
  (name: string, value: string) =>
  (argv: readonly string[]): readonly string[] =>
    argv.includes(name) ? argv.map((word, index) => (argv[index - 1] === name ? value : word)) : [...argv, name, value]
