import { randomBytes } from 'node:crypto'
import type { ModelFormat } from '#shared/model/model-format.ts'
import type { ModelProgress } from '#shared/model/model-job.ts'
import type { OtherScan } from '#shared/model/scan-report.ts'
import type { HostSession } from '../../ports.ts'
import type { FileIdentity, ModelRepo, StoredFile, StoredScan } from '../../store/model.repo.ts'
import { mustScan, scanOf, scanShelf } from '../verify-model.ts'
import { type FoundScanner, readScannerAnswer, type ScannerAnswer, verdictOf } from './parse-scanners.ts'
import { MAX_OUTPUT_BYTES, type ScannerCall, scannerScript } from './scanner-script.ts'

/** What picklescan or modelscan can say something about, by the content that was found. */
const FORMATS: ReadonlySet<ModelFormat> = new Set([
  ...(['pickle', 'joblib', 'pytorch-zip', 'pytorch-legacy', 'pytorch-tar'] as const),
  ...(['npy', 'npz', 'keras-zip', 'hdf5', 'zip'] as const),
])
const CALLS_PER_EXEC = 10
const EXEC_TIMEOUT_MS = 15 * 60_000
/** Files of one host per look; the next look goes on. */
const MAX_FILES = 200

export interface OtherScannersRequest {
  readonly session: HostSession
  readonly fleet: string
  readonly host: string
  readonly repo: ModelRepo
  readonly signal: AbortSignal
  readonly onProgress: (progress: Partial<ModelProgress>) => void
}

interface Candidate {
  readonly stored: StoredFile
  readonly scan: StoredScan
}

/**
 * Asks picklescan and modelscan, where the host has them, about the files that they know, as the audit account, and stores what they say with our
 * report of the same bytes. They decide nothing: the outcome is that of our own scan. Never rejects; a host without them is asked once per look.
 */
export async function runOtherScanners(request: OtherScannersRequest): Promise<void> {
  const { session, fleet, host, repo, signal, onProgress } = request
  const candidates = candidatesOf(request)
  if (candidates.length === 0) return
  try {
    const { found } = await ask(session, [], signal)
    const open = candidates.flatMap((candidate) => found.filter((it) => !isAsked(candidate, it)).map((it) => ({ ...it, candidate })))
    for (const { candidate, ...scanner } of open) if (!scanner.safe) keep(candidate, refused(scanner))
    const calls = open.filter(({ safe }) => safe).slice(0, MAX_FILES * 2)
    for (let at = 0; at < calls.length; at += CALLS_PER_EXEC) {
      const some = calls.slice(at, at + CALLS_PER_EXEC)
      onProgress({ current: `${some[0]?.scanner}: ${some[0]?.candidate.stored.name}` })
      const asked = some.map(({ scanner, program, candidate }): ScannerCall => ({ scanner, program, path: candidate.stored.file.path }))
      const { runs } = await ask(session, asked, signal)
      for (const run of runs) {
        const call = some[run.index]
        if (!call) continue
        const { file } = call.candidate.stored
        // What they looked at is what was listed, or it is no opinion of it.
        if (run.before && run.after && same(run.before, file) && same(run.after, file))
          keep(call.candidate, { scanner: call.scanner, program: call.program, ...verdictOf(call.scanner, run) })
      }
    }
  } catch {
    // The next look asks again; a lost link shows in what comes next.
  }

  function keep({ stored }: Candidate, opinion: OtherScan): void {
    // Another scanner's may have come meanwhile.
    const scan = scanOf(stored.file, scanShelf(repo.scans(fleet, host)))
    if (!scan) return
    const others = [...(scan.report.others ?? []).filter(({ scanner }) => scanner !== opinion.scanner), opinion]
    repo.saveScan(fleet, host, { ...scan, report: { ...scan.report, others } })
  }
}

function candidatesOf({ fleet, host, repo }: OtherScannersRequest): Candidate[] {
  const shelf = scanShelf(repo.scans(fleet, host))
  const files = new Map<string, Candidate>()
  for (const model of repo.models(fleet)) {
    if (model.host !== host) continue
    for (const stored of repo.files(fleet, host, model.id)) {
      const scan = scanOf(stored.file, shelf)
      if (!scan || !mustScan(model.kind, stored.role) || !FORMATS.has(scan.report.format) || stored.file.pathBytes !== undefined) continue
      files.set(`${stored.file.device} ${stored.file.inode}`, { stored, scan })
    }
  }
  return [...files.values()]
}

const isAsked = ({ scan }: Candidate, { scanner, program, safe }: FoundScanner): boolean =>
  scan.report.others?.some((it) => it.scanner === scanner && it.program === program && (it.verdict !== 'not-run' || !safe)) === true

const refused = ({ scanner, program }: FoundScanner): OtherScan => ({
  ...{ scanner, program },
  verdict: 'not-run',
  detail: 'Others than root can change it, and would act as the audit account',
})

const same = (a: FileIdentity, b: FileIdentity): boolean =>
  a.device === b.device && a.inode === b.inode && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs

async function ask(session: HostSession, calls: readonly ScannerCall[], signal: AbortSignal): Promise<ScannerAnswer> {
  const nonce = randomBytes(16).toString('hex')
  const chunks: Buffer[] = []
  let bytes = 0
  await session.exec('/bin/sh', {
    stdin: scannerScript(calls, nonce),
    timeoutMs: EXEC_TIMEOUT_MS,
    signal,
    onStdout: (chunk) => {
      chunks.push(chunk)
      bytes += chunk.length
      return bytes < (MAX_OUTPUT_BYTES + 4_096) * (CALLS_PER_EXEC + 1)
    },
  })
  return readScannerAnswer(Buffer.concat(chunks).toString('utf8'), nonce)
}
