import { parseArgs } from 'node:util'
import type { SignerFiles } from '#core/models/expected/expected-service.ts'
import { createServices, type Services } from '#core/services.ts'
import type { ModelOverview, VerifiedFile } from '#shared/model/model-artifact.ts'
import type { ModelJob } from '#shared/model/model-job.ts'
import { visible } from '#shared/words.ts'
import { consolePorts, defaultDataFolder } from './console-ports.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { deployVerbs } from './model-deploy.command.ts'
import { createModelProgress } from './model-progress.ts'
import { registryVerbs } from './model-registry.command.ts'
import { modelLines } from './model-table.ts'
import { openFleet, warnOfStore } from './open-services.ts'
import { createTerminalPrompts } from './terminal-prompts.ts'

const options = {
  fleet: { type: 'string' },
  demo: { type: 'boolean', default: false },
  data: { type: 'string' },
  host: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  files: { type: 'boolean', default: false },
  stored: { type: 'boolean', default: false },
  again: { type: 'boolean', default: false },
  'older-than': { type: 'string' },
  model: { type: 'string' },
  url: { type: 'string', default: '' },
  key: { type: 'string' },
  identity: { type: 'string' },
  issuer: { type: 'string' },
  'trusted-root': { type: 'string' },
  'read-by': { type: 'string' },
  'read-on': { type: 'string' },
  withdraw: { type: 'boolean', default: false },
  reason: { type: 'string' },
} as const

type Action = 'list' | 'scan' | 'hash' | 'verify'
type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

/** What lies on the disks as models, and whether it is what it should be. Shares its data folder with the app. */
export async function runModelStores(action: string | undefined, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  if (action !== 'list' && action !== 'scan' && action !== 'hash' && action !== 'verify' && action !== 'expect')
    throw new UsageError(
      `models: expected list, hash, verify, expect, scan, sbom, quarantine, ${[...registryVerbs, ...deployVerbs].join(', ')}`,
    )
  if (values.demo === (values.fleet !== undefined)) throw new UsageError('models: expected either --fleet FILE or --demo')
  const progress = createModelProgress(process.stderr)
  const services = createServices(
    consolePorts(values.data ?? defaultDataFolder(), () => progress.update(services?.models.job() ?? null)),
    createTerminalPrompts(),
  )
  try {
    warnOfStore(services)
    await openFleet(services, values.fleet)
    if (action === 'expect') return await expect(services, values, positionals)
    const job = values.stored ? undefined : await look(services, action, values)
    progress.end()
    const overview = services.models.overview(services.fleet.require())
    print(services, overview, action, values)
    return exitCodeOf(overview, action, job)
  } finally {
    progress.end()
    await services.close()
  }
}

function look(services: Services, action: Action, values: Values): Promise<ModelJob> {
  const olderThanDays = values.again ? 0 : values['older-than'] === undefined ? undefined : Number(values['older-than'])
  if (olderThanDays !== undefined && !(Number.isInteger(olderThanDays) && olderThanDays >= 0))
    throw new UsageError('models: --older-than expects a number of days')
  const run = services.models.start(services.fleet.require(), services.transport(), {
    hosts: values.host ?? [],
    scan: action === 'scan' || action === 'verify',
    hash: action === 'hash' || action === 'verify',
    olderThanDays,
  })
  const stop = () => services.models.cancel()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  return run.done
}

/** A quarter of a million models are not one string. */
const PIECE_LENGTH = 65_536

function print(services: Services, overview: ModelOverview, action: Action, values: Values): void {
  const fleet = services.fleet.require()
  const chosen = values.host ?? []
  const artifacts = overview.artifacts.filter(({ places }) => chosen.length === 0 || places.some(({ host }) => chosen.includes(host)))
  const hosts = overview.hosts.filter(({ host }) => chosen.length === 0 || chosen.includes(host))
  const filesOf = services.models.reader(fleet)
  if (values.json) {
    const withFiles = artifacts.map((artifact) => ({
      ...artifact,
      places: artifact.places.map((place) => ({ ...place, files: filesOf(place.host, place.id) })),
    }))
    process.stdout.write(`${JSON.stringify({ artifacts: withFiles, hosts }, null, 2)}\n`)
    return
  }
  const told = ({ scan }: VerifiedFile) => scan !== undefined && scan.findings.length + scan.gaps.length + (scan.others?.length ?? 0) > 0
  const shown =
    values.files || action === 'verify'
      ? filesOf
      : action === 'scan'
        ? (host: string, id: string) => filesOf(host, id).filter(told)
        : undefined
  let piece = ''
  for (const line of modelLines(artifacts, hosts, shown)) {
    piece += `${line}\n`
    if (piece.length < PIECE_LENGTH) continue
    process.stdout.write(piece)
    piece = ''
  }
  process.stdout.write(piece)
}

/** A file that differs, is missing or is extra makes the exit code 1; a host that could not be looked at 2, unless another has findings. */
function exitCodeOf({ artifacts }: ModelOverview, action: string, job: ModelJob | undefined): number {
  if ((action === 'scan' || action === 'verify') && artifacts.some(({ scan }) => scan === 'dangerous')) return ExitCode.findings
  const wrong = artifacts.some(({ counts }) => counts.differs + counts['missing-file'] + counts['extra-file'] > 0)
  if (action === 'verify' && wrong) return ExitCode.findings
  return job?.hosts.some(({ stage }) => stage !== 'done') ? ExitCode.couldNotRun : ExitCode.clean
}

async function expect(services: Services, values: Values, [document, ...more]: string[]): Promise<number> {
  const { model, url } = values
  if (values.withdraw) return withdraw(services, model, values.reason, document)
  const readBy = values['read-by']
  if (document === undefined || more.length > 0 || model === undefined || readBy === undefined)
    throw new UsageError('models expect: expected --model NAME --read-by NAME and one DOCUMENT')
  const readOn = values['read-on'] ?? new Date().toISOString().slice(0, 10)
  if (!/^\d{4}-\d\d-\d\d$/.test(readOn)) throw new UsageError('models expect: --read-on expects YYYY-MM-DD')
  const opened = await services.expected.open(document)
  const signer = signerOf(values)
  const stated = signer === undefined ? opened : await services.expected.verify(opened.sha256, signer)
  const recorded = services.expected.record(services.fleet.require(), { document: stated.sha256, model, url, readBy, readOn })
  const notes = [stated.signatureNote, ...stated.skipped.map((name) => `left out: ${name}`)].filter((note) => note !== '')
  process.stderr.write(visible(`${digests(recorded.length)} recorded for ${model}\n`))
  for (const note of notes) process.stderr.write(`  ${visible(note)}\n`)
  return recorded.length === 0 ? ExitCode.couldNotRun : ExitCode.clean
}

const digests = (count: number): string => (count === 1 ? '1 digest' : `${count} digests`)

/** A key, or an identity with all that it takes. */
function signerOf({ key, identity, issuer, 'trusted-root': rootPath }: Values): SignerFiles | undefined {
  if (identity === undefined && issuer === undefined && rootPath === undefined) return key === undefined ? undefined : { keyPath: key }
  if (key !== undefined || !identity || !issuer || !rootPath)
    throw new UsageError('models expect: expected --key, or --identity, --issuer and --trusted-root together')
  return { rootPath, identity, issuer }
}

/** What stands for a model is no longer expected. */
function withdraw(services: Services, model: string | undefined, reason: string | undefined, document: string | undefined): number {
  if (model === undefined || reason === undefined || reason.trim() === '' || document !== undefined)
    throw new UsageError('models expect: --withdraw expects --model NAME and --reason TEXT, and no document')
  const count = services.expected.withdraw(services.fleet.require(), { model, reason: reason.trim() })
  process.stderr.write(visible(`${digests(count)} withdrawn for ${model}\n`))
  return ExitCode.clean
}
