import { basename } from 'node:path/posix'
import type { Process } from '../processes/processes.ts'

/** A program that started a server, and starts it again or keeps its terminal, as its own settings say. */
export interface Keeper {
  readonly name: string
  /** A terminal that stays open starts nothing again. */
  readonly restarts: boolean
  readonly process: Process
}

/** By comm, which is the program's name cut at 15 characters, or what it calls itself (proc(5)). */
const byName: readonly (readonly [RegExp, string, boolean])[] = [
  [/^supervisord$/, 'supervisord', true],
  [/^runsv(?:dir)?$/, 'runit', true],
  [/^s6-(?:supervise|svscan)$/, 's6', true],
  [/^svscan$|^supervise$/, 'daemontools', true],
  [/^supervise-daemo/, 'OpenRC', true],
  [/^PM2 v/, 'PM2', true],
  [/^circusd$/, 'Circus', true],
  [/^monit$/, 'Monit', true],
  [/^immortal$/, 'immortal', true],
  [/^dinit$/, 'dinit', true],
  [/^tmux(?:: server)?$/, 'tmux', false],
  [/^(?:screen|SCREEN)$/, 'GNU Screen', false],
  [/^zellij$/, 'zellij', false],
]

/** What started a server, other than systemd: the nearest of them above its process. */
export function keeperOf(pid: number | undefined, processes: readonly Process[]): Keeper | undefined {
  const byPid = new Map(processes.map((process) => [process.pid, process]))
  const seen = new Set<number>()
  let at = pid === undefined ? undefined : byPid.get(pid)?.ppid
  while (at !== undefined && at > 1 && !seen.has(at)) {
    seen.add(at)
    const process = byPid.get(at)
    if (!process) return undefined
    // A script of Python or Node has the interpreter's name for comm.
    const names = [process.name, ...process.argv.slice(0, 2).map((word) => basename(word))]
    const found = byName.find(([pattern]) => names.some((name) => pattern.test(name)))
    if (found) return { name: found[1], restarts: found[2], process }
    at = process.ppid
  }
  return undefined
}
