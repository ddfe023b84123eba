import { parseArgs } from 'node:util'
import { DRILL_SECONDS } from '#core/push/transaction/recovery.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { interrupted, withFleet } from './open-services.ts'
import { hostOutcome, outcomeOf, resultText, writeJson } from './push-result.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

const options = {
  fleet: { type: 'string' },
  host: { type: 'string' },
  json: { type: 'boolean', default: false },
  data: { type: 'string' },
} as const

/** Lets the undo of a host fire once, after a code. Exit code 0 when it did by itself and all is as before. */
export async function runDrill(args: string[]): Promise<number> {
  const { fleet, host, json, data } = parseArgs({ args, options, allowPositionals: false }).values
  if (fleet === undefined || host === undefined) throw new UsageError('drill: expected --fleet FILE --host NAME')
  return withFleet(fleet, data, async (services) => {
    await stepUpOnTerminal(services.stepUp)
    process.stderr.write(`Waits about ${DRILL_SECONDS} s until the undo fires by itself.\n`)
    const result = await services.recovery.drill(services.fleet.require(), services.transport(), host, interrupted())
    if (json) writeJson(hostOutcome(result.id, outcomeOf(host, result)))
    else process.stdout.write(resultText(host, result))
    return result.verdict === 'rolled-back-proven' ? ExitCode.clean : ExitCode.couldNotRun
  })
}
