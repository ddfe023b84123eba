import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { aboutPlan, planText } from '#core/push/plan/plan-text.ts'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { withFleet } from './open-services.ts'
import { type HostOutcome, hostOutcome, outcomeOf, resultText, writeJson } from './push-result.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

const options = {
  fleet: { type: 'string' },
  output: { type: 'string' },
  json: { type: 'boolean', default: false },
  data: { type: 'string' },
} as const

/** Ends what is open, after a code; plans to take back what was committed. Exit code 2 when nobody can say what is true on a host. */
export async function runUndo(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const { fleet, output, json, data } = values
  const [id, ...more] = positionals
  if (fleet === undefined || more.length > 0) throw new UsageError('undo: expected --fleet FILE [ID]')
  return withFleet(fleet, data, async ({ recovery, templates, fleet, transport, stepUp }) => {
    const open = recovery.open(fleet.require()).filter(({ record }) => id === undefined || record.subject === id)
    if (id !== undefined && open.length === 0) {
      const plan = recovery.takeBack(id)
      if (json) writeJson(plan)
      else process.stdout.write(planText(plan, aboutPlan(plan, templates)))
      if (output !== undefined) {
        await writeFile(output, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 })
        process.stderr.write(`${output} written\n`)
      }
      return ExitCode.clean
    }
    if (open.length > 0) await stepUpOnTerminal(stepUp)
    else if (!json) process.stdout.write('No push of this console is open.\n')
    let worst: number = ExitCode.clean
    const outcomes: HostOutcome[] = []
    // What came later on a host hides what was before.
    for (const { record } of open.toReversed()) {
      // A host that is not reached is waited for, for minutes.
      process.stderr.write(
        visible(`${record.host}  is asked what became of ${record.subject}; what was not committed is undone`).concat('\n'),
      )
      const result = await recovery.finish(fleet.require(), transport(), record.subject)
      if (json) outcomes.push(hostOutcome(record.subject, outcomeOf(record.host, result)))
      else process.stdout.write(resultText(record.host, result))
      if (result.verdict === 'unknown' || result.verdict === 'rolled-back-not-proven') worst = ExitCode.couldNotRun
    }
    if (json) writeJson(outcomes)
    return worst
  })
}
