#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import { z } from 'zod'
import { ExitCode, UsageError } from './exit-code.ts'
import { version } from './version.ts'
import { describeFailure } from './words.ts'

z.config({ jitless: true })

// As in the engine: a listing of a hundred thousand files is garbage as soon as it is read, and need not make the heap grow.
setFlagsFromString('--heap-growing-percent=20')
setFlagsFromString('--semi-space-growth-factor=1')

type Command = (args: string[]) => Promise<number>

/** Each with its own part of the program, so that none waits for what another needs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  access: async () => (await import('./access.command.ts')).runAccess,
  advisories: async () => (await import('./advisories.command.ts')).runAdvisories,
  audit: async () => (await import('./audit.command.ts')).runAudit,
  compare: async () => (await import('./compare.command.ts')).runCompare,
  controls: async () => (await import('./controls.command.ts')).runControls,
  drift: async () => (await import('./drift.command.ts')).runDrift,
  drill: async () => (await import('./drill.command.ts')).runDrill,
  extend: async () => (await import('./extend.command.ts')).runExtend,
  history: async () => (await import('./history.command.ts')).runHistory,
  import: async () => (await import('./import.command.ts')).runImport,
  ledger: async () => (await import('./ledger.command.ts')).runLedger,
  models: async () => (await import('./models.command.ts')).runModels,
  operate: async () => (await import('./operate.command.ts')).runOperate,
  password: async () => (await import('./password.command.ts')).runPassword,
  plan: async () => (await import('./plan.command.ts')).runPlan,
  push: async () => (await import('./push.command.ts')).runPush,
  report: async () => (await import('./report.command.ts')).runReport,
  schema: async () => (await import('./schema.command.ts')).runSchema,
  'step-up': async () => (await import('./step-up.command.ts')).runStepUp,
  sudoers: async () => (await import('./sudoers.command.ts')).runSudoers,
  templates: async () => (await import('./templates.command.ts')).runTemplates,
  undo: async () => (await import('./undo.command.ts')).runUndo,
  verify: async () => (await import('./verify.command.ts')).runVerify,
  waiver: async () => (await import('./waiver.command.ts')).runWaiver,
  walkthrough: async () => (await import('./walkthrough.command.ts')).runWalkthrough,
}

/** Machine output goes to stdout, everything for people to stderr. Exit codes: 0 clean, 1 findings at or above the bar, 2 could not run. */
async function main(argv: readonly string[]): Promise<number> {
  const [name, ...args] = argv
  const asked = name !== undefined && ['help', '--help', '-h'].includes(name)
  if (name === undefined || (asked && args.length === 0)) {
    process.stdout.write((await import('./texts.ts')).helpText)
    return asked ? ExitCode.clean : ExitCode.couldNotRun
  }
  if (name === '--version' || name === 'version') {
    process.stdout.write(`gatehouse ${version}\n`)
    return ExitCode.clean
  }
  const [command = name, part] = asked ? args : argv
  const load = commands[command]
  if (load === undefined) throw new UsageError(`unknown command "${command}"; expected one of ${Object.keys(commands).join(', ')}`)
  if (!asked && !args.some((arg) => arg === '--help' || arg === '-h')) return (await load())(args)
  const { helpOf } = await import('./help.ts')
  process.stdout.write(helpOf(command, part) ?? (await import('./texts.ts')).helpText)
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
