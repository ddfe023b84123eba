import { writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { type ReportFormat, renderReport } from '#core/audit/report.ts'
import { createServices, type Services } from '#core/services.ts'
import { GatehouseError } from '#shared/errors.ts'
import type { AuditResults } from '#shared/model/audit.ts'
import { atOrAbove, type Severity, severities } from '#shared/status.ts'
import { consolePorts, defaultDataFolder } from './console-ports.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { printMatrix } from './matrix.ts'
import { invalidFleet, warnOfStore } from './open-services.ts'
import { createProgressLines } from './progress-lines.ts'
import { createTerminalPrompts } from './terminal-prompts.ts'

const options = {
  fleet: { type: 'string' },
  demo: { type: 'boolean', default: false },
  stored: { type: 'boolean', default: false },
  on: { type: 'string' },
  host: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  markdown: { type: 'boolean', default: false },
  html: { type: 'boolean', default: false },
  output: { type: 'string' },
  'fail-on': { type: 'string', default: 'low' },
  data: { type: 'string' },
} as const

/** Audits, or shows what is stored. Exit codes: `exitCodeOf`. Throws `UsageError` for words that do not go together. */
export async function runAudit(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options, allowPositionals: false })
  const bar = severityOf(values['fail-on'])
  const format = formatOf(values)
  if (values.demo === (values.fleet !== undefined)) throw new UsageError('audit: expected either --fleet FILE or --demo')
  if (values.on !== undefined && !values.stored) throw new UsageError('audit: --on needs --stored')
  if (values.host !== undefined && values.stored) throw new UsageError('audit: --stored judges all hosts; --host is for those to look at')
  if (values.output !== undefined && format === undefined) throw new UsageError('audit: --output needs --json, --markdown or --html')

  const progress = createProgressLines(process.stderr)
  const services = createServices(
    consolePorts(values.data ?? defaultDataFolder(), () => progress.update(services?.audits.job() ?? null)),
    createTerminalPrompts(),
  )
  try {
    warnOfStore(services)
    await openFleet(services, values.fleet)
    if (values.stored) {
      const open = services.fleet.require()
      const stored = values.on === undefined ? services.audits.reevaluate(open) : services.history.at(open, values.on, true)
      if (stored === null) throw new GatehouseError({ code: 'audit.not-found', detail: 'no host of this fleet has been audited' })
      await print(stored, format, values.output)
      return exitCodeOf(stored, bar)
    }
    const run = services.audits.start(services.fleet.require(), services.transport(), values.host ?? [])
    const stop = () => services.audits.cancel()
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    const audit = await run.done
    progress.end()
    await print(audit, format, values.output)
    return exitCodeOf(audit, bar)
  } finally {
    progress.end()
    await services.close()
  }
}

async function openFleet(services: Services, path: string | undefined): Promise<void> {
  const state = path === undefined ? await services.fleet.openDemo() : await services.fleet.load(path)
  if (state.problems.length > 0) throw invalidFleet(path, state.problems)
}

async function print(audit: AuditResults, format: ReportFormat | undefined, output: string | undefined): Promise<void> {
  const text = Readable.from(format === undefined ? [printMatrix(audit)] : renderReport(audit, format))
  if (output === undefined) await pipeline(text, process.stdout, { end: false })
  else {
    await writeFile(output, text)
    process.stderr.write(`${output} written\n`)
  }
}

/** A failed check at or above the bar is 1. A host that could not be looked at is 2, unless another has findings. */
export function exitCodeOf(audit: AuditResults, bar: Severity): number {
  const hosts = [...audit.hosts]
  const found = hosts.some(({ findings }) => findings.some(({ status, severity }) => status === 'fail' && atOrAbove(severity, bar)))
  if (found) return ExitCode.findings
  const unseen = audit.outcome === 'cancelled' || hosts.some(({ state }) => state !== 'connected' && state !== 'limited')
  return unseen ? ExitCode.couldNotRun : ExitCode.clean
}

function severityOf(text: string): Severity {
  const severity = severities.find((it) => it === text)
  if (severity === undefined) throw new UsageError(`audit: --fail-on is "${text}"; expected ${severities.join(', ')}`)
  return severity
}

function formatOf(values: Readonly<Record<ReportFormat, boolean>>): ReportFormat | undefined {
  const chosen = (['json', 'markdown', 'html'] as const).filter((format) => values[format])
  if (chosen.length > 1) throw new UsageError('audit: expected one of --json, --markdown and --html')
  return chosen[0]
}
