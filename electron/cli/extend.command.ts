import { parseArgs } from 'node:util'
import { EXTEND_SECONDS } from '#core/push/transaction/extend-undo.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { interrupted, withFleet } from './open-services.ts'

const options = { fleet: { type: 'string' }, by: { type: 'string' }, data: { type: 'string' } } as const

/** Puts the undo of a push off that is under way at this console, in another terminal or in the window. */
export async function runExtend(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [id, ...more] = positionals
  const { fleet, by = String(EXTEND_SECONDS), data } = values
  if (fleet === undefined || id === undefined || more.length > 0) throw new UsageError('extend: expected ID --fleet FILE')
  const seconds = Number(by)
  if (!/^\d{2,3}$/.test(by) || seconds < 30 || seconds > 900) throw new UsageError(`extend: --by is "${by}"; expected 30 to 900`)
  return withFleet(fleet, data, async (services) => {
    const left = await services.pushes.extend(services.fleet.require(), services.transport(), id, seconds, interrupted())
    process.stdout.write(`The undo runs by itself in ${left} s.\n`)
    return ExitCode.clean
  })
}
