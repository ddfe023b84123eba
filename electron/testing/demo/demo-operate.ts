import { createHash } from 'node:crypto'
import { operateProgram } from '#core/operate/operate-program.ts'
import { logsProgram } from '#core/operate/read-logs.ts'
import { operateVerbs } from '#shared/model/operate.ts'
import { portsOf } from './demo-container.ts'
import { journalOf } from './demo-journal.ts'
import { isOfUnit } from './demo-machine.ts'
import type { DemoMachine } from './machine-model.ts'

/** How the programs of operator work end: what the shell of a simulated host waits for. */
export const END_OF_OPERATE = 'gh_say end\n}\ngh_main </dev/null\n'
export const END_OF_LOGS = ' end %s\\n\' "$?"\n}\ngh_main </dev/null\n'

/** What the host says to a look or a verb; undefined when this build would not send this very text. Without root it can be looked at only. */
export function serveOperate(machine: DemoMachine, script: string, root: boolean): string | undefined {
  const nonce = /^gh_k='([0-9a-f]{32})'$/m.exec(script)?.[1] ?? ''
  const unit = /^gh_unit='([^']+)'$/m.exec(script)?.[1] ?? ''
  const verb = (['look', ...operateVerbs] as const).find(
    (one) => nonce !== '' && operateProgram({ unit, verb: one, sudo: false }, nonce) === script,
  )
  if (verb === undefined || (verb !== 'look' && !root)) return undefined
  const say = (lines: readonly string[]) => lines.map((line) => `${nonce} ${line}\n`).join('')
  if (verb === 'look') return say([...shown(machine, unit), 'end'])
  if (verb !== 'start') machine.stop(unit)
  if (verb !== 'stop') machine.start(unit)
  return say(['exit 0', 'end'])
}

/** As `systemctl show` and /proc/net/tcp say it. */
function shown(machine: DemoMachine, unit: string): string[] {
  const { units, processes } = machine.now()
  const described = units.find(({ id }) => id === unit)?.properties
  const main = processes.find((one) => isOfUnit(unit, one))
  const active = described?.ActiveState ?? (main ? 'active' : 'inactive')
  const run = createHash('sha256')
    .update(`${unit} ${machine.runs.get(unit) ?? 0}`)
    .digest('hex')
    .slice(0, 32)
  return [
    `show LoadState=${described || main || machine.runs.has(unit) || machine.said.some((one) => one.unit === unit) ? 'loaded' : 'not-found'}`,
    `show ActiveState=${active}`,
    `show SubState=${active === 'active' ? 'running' : 'dead'}`,
    `show MainPID=${described?.MainPID ?? main?.pid ?? 0}`,
    `show InvocationID=${active === 'active' ? run : ''}`,
    'show Result=success',
    `show UnitFileState=${described?.UnitFileState ?? 'enabled'}`,
    'show Job=',
    'show TriggeredBy=',
    'sockets',
    ...portsOf(machine.now()),
  ]
}

/** The journal of a unit; undefined when this build would not send this very text. */
export function serveLogs(machine: DemoMachine, script: string, root: boolean): string | undefined {
  const nonce = /\\n([0-9a-f]{32}) begin/.exec(script)?.[1] ?? ''
  const unit = /'--unit=([^']+)'/.exec(script)?.[1] ?? ''
  if (nonce === '' || !root || logsProgram(unit, false, nonce) !== script) return undefined
  return `\n${nonce} begin\n${journalOf(machine, unit)}\n${nonce} end 0\n`
}
