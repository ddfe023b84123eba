#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import { z } from 'zod'
import { runAccess } from './access.command.ts'
import { runAdvisories } from './advisories.command.ts'
import { runAudit } from './audit.command.ts'
import { runCompare } from './compare.command.ts'
import { runControls } from './controls.command.ts'
import { runDrift } from './drift.command.ts'
import { runDrill } from './drill.command.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { runExtend } from './extend.command.ts'
import { helpOf } from './help.ts'
import { runHistory } from './history.command.ts'
import { runImport } from './import.command.ts'
import { runLedger } from './ledger.command.ts'
import { runModels } from './models.command.ts'
import { runOperate } from './operate.command.ts'
import { runPassword } from './password.command.ts'
import { runPlan } from './plan.command.ts'
import { runPush } from './push.command.ts'
import { runReport } from './report.command.ts'
import { runSchema } from './schema.command.ts'
import { runStepUp } from './step-up.command.ts'
import { runSudoers } from './sudoers.command.ts'
import { runTemplates } from './templates.command.ts'
import { helpText, version } from './texts.ts'
import { runUndo } from './undo.command.ts'
import { runVerify } from './verify.command.ts'
import { runWaiver } from './waiver.command.ts'
import { runWalkthrough } from './walkthrough.command.ts'
import { describeFailure } from './words.ts'

z.config({ jitless: true })

// As in the engine: a listing of a hundred thousand files is garbage as soon as it is read, and need not make the heap grow.
setFlagsFromString('--heap-growing-percent=20')
setFlagsFromString('--semi-space-growth-factor=1')

const commands: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
  access: runAccess,
  advisories: runAdvisories,
  audit: runAudit,
  compare: runCompare,
  controls: runControls,
  drift: runDrift,
  drill: runDrill,
  extend: runExtend,
  history: runHistory,
  import: runImport,
  ledger: runLedger,
  models: runModels,
  operate: runOperate,
  password: runPassword,
  plan: runPlan,
  push: runPush,
  report: runReport,
  schema: runSchema,
  'step-up': runStepUp,
  sudoers: runSudoers,
  templates: runTemplates,
  undo: runUndo,
  verify: runVerify,
  waiver: runWaiver,
  walkthrough: runWalkthrough,
}

/** Machine output goes to stdout, everything for people to stderr. Exit codes: 0 clean, 1 findings at or above the bar, 2 could not run. */
async function main(argv: readonly string[]): Promise<number> {
  const [name, ...args] = argv
  const asked = name !== undefined && ['help', '--help', '-h'].includes(name)
  if (name === undefined || (asked && args.length === 0)) {
    process.stdout.write(helpText)
    return asked ? ExitCode.clean : ExitCode.couldNotRun
  }
  if (name === '--version' || name === 'version') {
    process.stdout.write(`gatehouse ${version}\n`)
    return ExitCode.clean
  }
  const [command = name, part] = asked ? args : argv
  const run = commands[command]
  if (run === undefined) throw new UsageError(`unknown command "${command}"; expected one of ${Object.keys(commands).join(', ')}`)
  if (!asked && !args.some((arg) => arg === '--help' || arg === '-h')) return run(args)
  process.stdout.write(helpOf(command, part) ?? helpText)
  return ExitCode.clean
}

// Whoever reads may stop early (`| head`): that is no failure of the command, and there is nobody to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(ExitCode.clean)
})

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(
    describeFailure(
      error,
      Object.keys(commands).find((name) => name === process.argv[2]),
    ),
  )
  process.exitCode = ExitCode.couldNotRun
}
