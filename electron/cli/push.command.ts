import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { templateOf } from '#core/push/plan.ts'
import type { PushResult } from '#core/push/transaction.ts'
import { GatehouseError } from '#shared/errors.ts'
import { type PushPlan, pushPlanSchema, verdictWords } from '#shared/model/push-plan.ts'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { interrupted, withFleet } from './open-services.ts'
import { planText } from './plan-text.ts'

const options = {
  fleet: { type: 'string' },
  plan: { type: 'string' },
  yes: { type: 'boolean', default: false },
  'undo-after': { type: 'string' },
  data: { type: 'string' },
} as const

/** Carries a saved plan out. Asks for the name of the host on a terminal; without one, `--yes` says it. */
export async function runPush(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options, allowPositionals: false })
  if (values.fleet === undefined || values.plan === undefined) throw new UsageError('push: expected --fleet FILE --plan FILE')
  if (!values.yes && !process.stdin.isTTY) throw new UsageError('push: nobody can be asked here; a saved plan is carried out with --yes')
  const undoAfterSeconds = secondsOf(values['undo-after'])
  const plan = await readPlan(values.plan)
  return withFleet(values.fleet, values.data, async (services) => {
    for (const { record } of services.recovery.open(services.fleet.require()))
      process.stderr.write(visible(`Open: push ${record.subject} on ${record.host} has no end yet; gatehouse undo finds out.`).concat('\n'))
    if (services.recovery.drilled(plan.host) === undefined)
      process.stderr.write(visible(`No drill has shown yet that the undo of ${plan.host} fires by itself: gatehouse drill.`).concat('\n'))
    process.stderr.write(planText(plan, templateOf(plan.template.id).manifest.about))
    if (!values.yes && !(await confirmed(plan))) {
      process.stderr.write('Nothing was changed.\n')
      return ExitCode.couldNotRun
    }
    const result = await services.pushes.push(services.fleet.require(), services.transport(), plan, {
      undoAfterSeconds,
      signal: interrupted(),
      onStep: (step, detail) => process.stderr.write(visible(`${step.padEnd(9)} ${detail}`).concat('\n')),
    })
    process.stdout.write(resultText(plan.host, result))
    return exitCodes[result.verdict]
  })
}

const exitCodes: Readonly<Record<PushResult['verdict'], number>> = {
  'committed-proven': ExitCode.clean,
  'rolled-back-proven': ExitCode.findings,
  'rolled-back-not-proven': ExitCode.findings,
  unknown: ExitCode.couldNotRun,
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (!/^\d{2,3}$/.test(text) || seconds < 30 || seconds > 900) throw new UsageError(`push: --undo-after is "${text}"; expected 30 to 900`)
  return seconds
}

async function readPlan(path: string): Promise<PushPlan> {
  const invalid = (detail: string) => new GatehouseError({ code: 'push.plan-invalid', detail: `${path}: ${detail}` })
  try {
    const parsed = pushPlanSchema.safeParse(JSON.parse(await readFile(path, 'utf8')))
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw invalid(`${issue?.path.join('.')}: ${issue?.message}`)
  } catch (error) {
    throw error instanceof GatehouseError ? error : invalid(error instanceof Error ? error.message : String(error))
  }
}

async function confirmed({ host }: PushPlan): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await terminal.question(`Type the name of the host to push (${host}): `)).trim() === host
  } finally {
    terminal.close()
  }
}

export function resultText(host: string, { verdict, reason, readBack, advice }: PushResult): string {
  const lines = [`${host}: ${verdictWords[verdict]}`, reason && `because   ${reason}`, `read back ${readBack}`, advice]
  return `${lines
    .filter((line) => line !== '')
    .map(visible)
    .join('\n')}\n`
}
