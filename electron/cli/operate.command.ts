import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { hostOf } from '#core/fleet/named-host.ts'
import type { Services } from '#core/services.ts'
import { wasMeasured } from '#shared/model/audit.ts'
import { type OperateVerb, operateVerbs, type UnitState } from '#shared/model/operate.ts'
import type { LogLine } from '#shared/model/service-log.ts'
import { operateMeaning, pieceText } from '#shared/operate-words.ts'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { interrupted, withFleet } from './open-services.ts'

const options = {
  fleet: { type: 'string' },
  demo: { type: 'boolean', default: false },
  data: { type: 'string' },
  host: { type: 'string' },
  unit: { type: 'string' },
  yes: { type: 'boolean', default: false },
} as const

const isVerb = (word: string | undefined): word is OperateVerb => operateVerbs.some((verb) => verb === word)
const say = (line: string): void => void process.stderr.write(`${visible(line)}\n`)

/** `gatehouse operate list | status | start | stop | restart | logs`. What changes a host is confirmed on the terminal, or said with `--yes`. */
export async function runOperate(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const { fleet: file, demo, host, unit, yes } = values
  const [verb, ...more] = positionals
  if (demo === (file !== undefined)) throw new UsageError('operate: expected either --fleet FILE or --demo')
  if (more.length > 0 || (verb !== 'list' && verb !== 'status' && verb !== 'logs' && !isVerb(verb)))
    throw new UsageError('operate: expected list, status, start, stop, restart or logs')
  if (host === undefined || (unit === undefined && verb !== 'list'))
    throw new UsageError(`operate ${verb}: expected --host NAME${verb === 'list' ? '' : ' --unit UNIT'}`)
  if (isVerb(verb) && !yes && !process.stdin.isTTY) throw new UsageError('operate: nobody can be asked here; --yes says it')
  return withFleet(file, values.data, async (services) => {
    const fleet = services.fleet.require()
    if (demo) await services.audits.start(fleet, services.transport(), [host]).done
    if (unit === undefined) {
      const units = services.operate.units(fleet, hostOf(fleet, host).name)
      if (units.length === 0) {
        const audit = services.audits.host(fleet, host)
        const measured = audit !== null && wasMeasured(audit)
        say(
          `${host}: ${measured ? 'the last audit knows no service' : audit === null ? 'no audit has looked at it yet' : `no audit could look at it: ${audit.failure?.detail ?? audit.state}`}`,
        )
        // Nothing is known: that is not a host without services.
        if (!measured) return ExitCode.couldNotRun
      }
      for (const one of units)
        process.stdout.write(
          visible(
            `${one.unit}  ${one.name}  ${one.ports.join(', ') || 'no TCP port'}${one.unavailable ? `  not from here: ${one.unavailable}` : ''}\n`,
          ),
        )
      return ExitCode.clean
    }
    if (verb === 'logs') {
      const log = await services.operate.logs(fleet, services.transport(), host, unit, interrupted())
      for (const line of log.lines) process.stdout.write(`${lineText(line)}\n`)
      if (log.unreadable > 0) say(`${log.unreadable} lines could not be read`)
      return ExitCode.clean
    }
    if (!isVerb(verb)) {
      const state = await services.operate.status(fleet, services.transport(), host, unit, interrupted())
      process.stdout.write(visible(`${host} ${unit}: ${stateText(state)}\n`))
      return state.activeState === 'active' ? ExitCode.clean : ExitCode.findings
    }
    return operate(services, { host, unit, verb }, yes)
  })
}

async function operate(
  services: Services,
  request: { readonly host: string; readonly unit: string; readonly verb: OperateVerb },
  yes: boolean,
): Promise<number> {
  const { host, unit, verb } = request
  const fleet = services.fleet.require()
  const { unit: found } = services.operate.find(fleet, host, unit)
  if (
    !yes &&
    !(await confirmed(`${verb} ${unit} (${found.name}) on ${host}? ${operateMeaning(verb, found)} Type the name of the host: `, host))
  ) {
    say('Nothing was changed.')
    return ExitCode.couldNotRun
  }
  const { outcome, detail } = await services.operate.run(fleet, services.transport(), request, { signal: interrupted(), onStep: say })
  process.stdout.write(visible(`${host}: ${outcome}: ${detail}\n`))
  return outcome === 'proven' ? ExitCode.clean : outcome === 'failed' ? ExitCode.findings : ExitCode.couldNotRun
}

async function confirmed(question: string, host: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await terminal.question(visible(question))).trim() === host
  } finally {
    terminal.close()
  }
}

const lineText = ({ at, by, pieces }: LogLine): string => visible(`${at ?? 'no time'} ${by}: ${pieces.map(pieceText).join('')}`)

const stateText = ({ activeState, subState, mainPid, unitFileState, listening }: UnitState): string =>
  [
    `${activeState} (${subState})`,
    ...(mainPid > 0 ? [`process ${mainPid}`] : []),
    ...(unitFileState === '' ? [] : [unitFileState]),
    listening === null ? 'sockets not read' : listening.length > 0 ? `listens on ${listening.join(', ')}` : 'listens on none of its ports',
  ].join(', ')
