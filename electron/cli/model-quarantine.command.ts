import { parseArgs } from 'node:util'
import { typedText } from '#shared/model/waiver.ts'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { interrupted, withFleet } from './open-services.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

const options = {
  fleet: { type: 'string' },
  data: { type: 'string' },
  host: { type: 'string' },
  path: { type: 'string' },
  reason: { type: 'string' },
} as const

/** `gatehouse models quarantine [release ID]`: lists, moves a file aside, or puts one back. What changes a host is done after a code. */
export async function runModelQuarantine(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const { fleet: file, host, path } = values
  const [verb, id] = positionals
  if (file === undefined || (verb !== undefined && (verb !== 'release' || id === undefined)))
    throw new UsageError('models quarantine: expected --fleet FILE [--host NAME --path FILE --reason TEXT | release ID]')
  return withFleet(file, values.data, async (services) => {
    const fleet = services.fleet.require()
    if (verb === undefined && path === undefined) {
      const rows = services.quarantine
        .list(fleet)
        .map((it) => visible(`${it.id}  ${it.host}:${it.path}  ${it.at.slice(0, 10)}, ${it.by}: ${it.reason}\n`))
      process.stdout.write(rows.length === 0 ? 'Nothing is in quarantine.\n' : rows.join(''))
      return ExitCode.clean
    }
    if (id !== undefined) {
      await stepUpOnTerminal(services.stepUp)
      await services.quarantine.release(fleet, services.transport(), id, interrupted())
      process.stderr.write(`${id} is back in its place\n`)
      return ExitCode.clean
    }
    const reason = typedText(1000).safeParse(values.reason)
    if (host === undefined || path === undefined || !reason.success)
      throw new UsageError('models quarantine: expected --host, --path and --reason')
    await stepUpOnTerminal(services.stepUp)
    const taken = await services.quarantine.take(fleet, services.transport(), { host, path, reason: reason.data }, interrupted())
    process.stderr.write(visible(`${taken.id} ${host}:${path} is in quarantine\n`))
    return ExitCode.clean
  })
}
