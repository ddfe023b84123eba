import { parseArgs } from 'node:util'
import { openFile } from '#core/models/file-source.ts'
import { scanModel } from '#core/models/scan/scan-model.ts'
import type { ScanReport } from '#shared/model/scan-report.ts'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { deployVerbs, runModelDeploy } from './model-deploy.command.ts'
import { runModelQuarantine } from './model-quarantine.command.ts'
import { registryVerbs, runModelRegistry } from './model-registry.command.ts'
import { runModelSbom } from './model-sbom.command.ts'
import { runModelStores } from './model-stores.command.ts'
import { describeFailure } from './words.ts'

const options = { json: { type: 'boolean', default: false } } as const

/** `gatehouse models VERB`. `scan` is of files here with paths, and of a fleet with `--fleet` or `--demo`. */
export async function runModels([verb, ...args]: string[]): Promise<number> {
  if (verb === 'quarantine') return runModelQuarantine(args)
  if (verb === 'sbom') return runModelSbom(args)
  if (verb !== undefined && deployVerbs.includes(verb)) return runModelDeploy(verb, args)
  if (verb !== undefined && registryVerbs.includes(verb)) return runModelRegistry(verb, args)
  if (verb !== 'scan' || args.some((word) => /^--(?:fleet|demo)(?:=|$)/.test(word))) return runModelStores(verb, args)
  return runScan(args)
}

/** `gatehouse models scan FILE…`: files on this computer, nothing is loaded or run. */
async function runScan(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  if (positionals.length === 0) throw new UsageError('models scan: expected at least one FILE')
  const reports: ScanReport[] = []
  let [unread, uncleared] = [0, 0]
  for (const path of positionals) {
    try {
      const report = await scanFile(path)
      if (report.outcome !== 'cleared') uncleared += 1
      if (values.json) reports.push(report)
      else process.stdout.write(printReport(report))
    } catch (error) {
      unread += 1
      process.stderr.write(describeFailure(error))
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`)
  if (unread > 0) return ExitCode.couldNotRun
  return uncleared > 0 ? ExitCode.findings : ExitCode.clean
}

async function scanFile(path: string): Promise<ScanReport> {
  const source = await openFile(path)
  try {
    return await scanModel(source)
  } finally {
    await source.close()
  }
}

const outcomeWords: Readonly<Record<ScanReport['outcome'], string>> = {
  dangerous: 'DANGEROUS',
  'not-cleared': 'NOT CLEARED',
  suspicious: 'SUSPICIOUS',
  cleared: 'cleared',
}

/** One line for the file, one for each finding and each part that was not judged. */
export function printReport({ path, format, outcome, findings, gaps, facts }: ScanReport): string {
  const where = (member: string, offset: number | null) =>
    [member, offset === null ? '' : `byte ${offset}`].filter((it) => it !== '').join(', ')
  const lines = [
    `${outcomeWords[outcome]}  ${visible(path)}  (${format})`,
    ...findings.map(
      (it) => `  ${it.severity}: ${it.title}: ${[it.detail, where(it.member, it.offset)].filter((part) => part !== '').join(', ')}`,
    ),
    ...gaps.map((it) => `  not judged: ${it.reason}${where(it.member, it.offset) === '' ? '' : `, ${where(it.member, it.offset)}`}`),
    ...facts.map((it) => `  ${it.name}: ${it.value}`),
  ]
  return lines.map((line) => `${line}\n`).join('')
}
