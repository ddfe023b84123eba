import { createHash } from 'node:crypto'
import { containerProgram } from '#core/operate/container-program.ts'
import { operateVerbs } from '#shared/model/operate.ts'
import type { DemoContainer, DemoHost, DemoProcess } from './demo-host.ts'
import { linesOf } from './demo-journal.ts'
import type { DemoMachine } from './machine-model.ts'

/** How the program that reads the log of a container ends. */
export const END_OF_CONTAINER_LOGS = " next } { print }'\n}\ngh_main </dev/null\n"

const verbs = ['look', 'logs', ...operateVerbs] as const

/** What Docker of the host says to root; undefined when this build would not send this very text. Nobody else of the demo may ask it. */
export function serveContainer(machine: DemoMachine, script: string, root: boolean): string | undefined {
  const nonce = /^gh_k='([0-9a-f]{32})'$/m.exec(script)?.[1] ?? ''
  const found = machine.now().containers.find(({ id }) => script.includes(`'${id}'`) || script.includes(` ${id} `))
  if (!root || nonce === '' || found === undefined) return undefined
  const container = { runtime: 'docker', id: found.id } as const
  const verb = verbs.find((one) => containerProgram({ container, verb: one, sudo: false }, nonce) === script)
  if (verb === undefined) return undefined
  const say = (lines: readonly string[]) => lines.map((line) => `${nonce} ${line}\n`).join('')
  if (verb === 'look') return say(['exit 0', stateOf(machine, found), 'sockets', ...portsOf(machine.now()), 'end'])
  if (verb === 'logs') return `\n${nonce} begin\n${logOf(found)}\n${nonce} end 0\n`
  if (verb !== 'start') machine.runContainer(found.id, false)
  if (verb !== 'stop') machine.runContainer(found.id, true)
  return say(['exit 0', 'end'])
}

const stateOf = ({ runs }: DemoMachine, { id, pid }: DemoContainer): string =>
  `state ${pid > 0 ? 'running' : 'exited'}|${pid}|${pid > 0 ? 0 : 137}|unless-stopped|false|run ${runs.get(id) ?? 0}|`

export const portsOf = ({ listeners }: DemoHost): string[] =>
  listeners.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => `port ${port.toString(16).toUpperCase().padStart(4, '0')}`)

const logOf = ({ name }: DemoContainer): string =>
  linesOf(name)
    .map(({ at, text }) => `${new Date(at).toISOString()} ${text}`)
    .join('\n')

const isIn = (id: string, { cgroup }: DemoProcess): boolean => cgroup.includes(id)
/** docker-proxy holds a port that the container publishes (docs.docker.com/engine/network/port-publishing). */
const holds = (container: DemoContainer, port: number): boolean => container.ports.some(({ hostPort }) => hostPort === port)

export function containerStopped(host: DemoHost, id: string): DemoHost {
  const container = host.containers.find((one) => one.id === id)
  if (container === undefined) return host
  const closed = host.listeners.filter(({ process, port }) => process === 'docker-proxy' && holds(container, port))
  const pids = new Set(closed.map(({ pid }) => pid))
  return {
    ...host,
    containers: host.containers.map((one) => (one.id === id ? { ...one, pid: 0 } : one)),
    processes: host.processes.filter((one) => !isIn(id, one) && !pids.has(one.pid)),
    listeners: host.listeners.filter((one) => !closed.includes(one)),
  }
}

/** As the host had it at first, with another process. */
export function containerStarted(first: DemoHost, host: DemoHost, id: string): DemoHost {
  const container = first.containers.find((one) => one.id === id)
  if (container === undefined || host.processes.some((one) => isIn(id, one))) return host
  const opened = first.listeners.filter(({ process, port }) => process === 'docker-proxy' && holds(container, port))
  const pids = new Set(opened.map(({ pid }) => pid))
  const fresh = Number.parseInt(createHash('sha256').update(`${id} ${Date.now()}`).digest('hex').slice(0, 4), 16) + 4000
  const own = first.processes.filter((one) => isIn(id, one)).map((one) => (one.pid === container.pid ? { ...one, pid: fresh } : one))
  return {
    ...host,
    containers: host.containers.map((one) => (one.id === id ? { ...container, pid: fresh } : one)),
    processes: [...host.processes, ...first.processes.filter(({ pid }) => pids.has(pid)), ...own],
    listeners: [...host.listeners, ...opened],
  }
}
