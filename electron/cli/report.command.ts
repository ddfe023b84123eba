import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ExitCode, UsageError } from './exit-code.ts'
import { withFleet } from './open-services.ts'

const options = {
  fleet: { type: 'string' },
  demo: { type: 'boolean', default: false },
  pack: { type: 'string' },
  data: { type: 'string' },
} as const

/** Writes the evidence pack of the newest stored results. Connects to no host. */
export async function runReport(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options, allowPositionals: false })
  const { pack } = values
  if (values.demo === (values.fleet !== undefined)) throw new UsageError('report: expected either --fleet FILE or --demo')
  if (!pack?.endsWith('.zip')) throw new UsageError('report: expected --pack FILE.zip')
  return withFleet(values.fleet, values.data, async (services) => {
    const { zip, folder, files, bytes } = await services.packs.build(services.fleet.require(), resolve(pack))
    process.stdout.write(`${zip}\n${folder}\n`)
    process.stderr.write(
      `${files} files, ${(bytes / 1_048_576).toFixed(1)} MiB. VERIFY.md says how to check it.\nNo report.pdf: only the app can print it (Audit, Build evidence pack).\n`,
    )
    return ExitCode.clean
  })
}
