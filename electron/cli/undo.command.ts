import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { aboutPlan, planText } from '#core/push/plan-text.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { withFleet } from './open-services.ts'
import { resultText } from './push.command.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

const options = { fleet: { type: 'string' }, output: { type: 'string' }, data: { type: 'string' } } as const

/** Ends what is open, after a code; plans to take back what was committed. Exit code 2 when nobody can say what is true on a host. */
export async function runUndo(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const { fleet, output, data } = values
  const [id, ...more] = positionals
  if (fleet === undefined || more.length > 0) throw new UsageError('undo: expected --fleet FILE [ID]')
  return withFleet(fleet, data, async ({ recovery, templates, fleet, transport, stepUp }) => {
    const open = recovery.open(fleet.require()).filter(({ record }) => id === undefined || record.subject === id)
    if (id !== undefined && open.length === 0) {
      const plan = recovery.takeBack(id)
      process.stdout.write(planText(plan, aboutPlan(plan, templates)))
      if (output !== undefined) {
        await writeFile(output, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 })
        process.stderr.write(`${output} written\n`)
      }
      return ExitCode.clean
    }
    if (open.length === 0) process.stdout.write('No push is open.\n')
    else await stepUpOnTerminal(stepUp)
    let worst: number = ExitCode.clean
    // What came later on a host hides what was before.
    for (const { record } of open.toReversed()) {
      const result = await recovery.finish(fleet.require(), transport(), record.subject)
      process.stdout.write(resultText(record.host, result))
      if (result.verdict === 'unknown' || result.verdict === 'rolled-back-not-proven') worst = ExitCode.couldNotRun
    }
    return worst
  })
}
