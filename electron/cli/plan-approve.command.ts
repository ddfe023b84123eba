import { parseArgs } from 'node:util'
import { aboutPlan, planText } from '#core/push/plan/plan-text.ts'
import { typedText } from '#shared/model/waiver.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { openServices } from './open-services.ts'
import { hostsTyped, readPlans } from './plan-file.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

const options = { note: { type: 'string' }, data: { type: 'string' } } as const

/** Signs saved plans, so that `push --yes` carries them out where nobody can be asked. Connects to no host. */
export async function runPlanApprove(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [file, ...more] = positionals
  const note = typedText(1000).safeParse(values.note)
  if (file === undefined || more.length > 0 || !note.success) throw new UsageError('plan approve: expected FILE --note TEXT')
  if (!process.stdin.isTTY) throw new UsageError('plan approve: nobody can be asked here; it needs a terminal')
  const plans = await readPlans(file)
  return openServices(values.data, async ({ templates, stepUp, planApprovals }) => {
    for (const plan of plans) process.stderr.write(planText(plan, aboutPlan(plan, templates)))
    if (!(await hostsTyped(plans, 'approve'))) {
      process.stderr.write('Nothing was approved.\n')
      return ExitCode.couldNotRun
    }
    await stepUpOnTerminal(stepUp)
    stepUp.require()
    for (const plan of plans) planApprovals.approve(plan, note.data)
    process.stderr.write('Approved for seven days, as it is in the file.\n')
    return ExitCode.clean
  })
}
