import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createServices } from '#core/services.ts'
import { GatehouseError } from '#shared/errors.ts'
import { consolePorts, defaultDataFolder } from './console-ports.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { createTerminalPrompts } from './terminal-prompts.ts'

const options = {
  fleet: { type: 'string' },
  demo: { type: 'boolean', default: false },
  pack: { type: 'string' },
  data: { type: 'string' },
} as const

/** Writes the evidence pack of the newest stored results. Connects to no host. */
export async function runReport(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options, allowPositionals: false })
  if (values.demo === (values.fleet !== undefined)) throw new UsageError('report: expected either --fleet FILE or --demo')
  if (!values.pack?.endsWith('.zip')) throw new UsageError('report: expected --pack FILE.zip')
  const services = createServices(
    consolePorts(values.data ?? defaultDataFolder(), () => undefined),
    createTerminalPrompts(),
  )
  try {
    const { problems } = values.fleet === undefined ? await services.openDemo() : await services.fleet.load(values.fleet)
    const [problem] = problems
    if (problem) throw new GatehouseError({ code: 'fleet.invalid', detail: `${values.fleet}:${problem.line}: ${problem.message}` })
    const { zip, folder, files, bytes } = await services.packs.build(services.fleet.require(), resolve(values.pack))
    process.stdout.write(`${zip}\n${folder}\n`)
    process.stderr.write(
      `${files} files, ${(bytes / 1_048_576).toFixed(1)} MiB. VERIFY.md says how to check it.\nNo report.pdf: only the app can print it (Audit, Build evidence pack).\n`,
    )
    return ExitCode.clean
  } finally {
    await services.close()
  }
}
