import { type Failure, failureOf } from '#shared/errors.ts'
import type { ModelFile } from '#shared/model/model-inventory.ts'
import type { ModelProgress } from '#shared/model/model-job.ts'
import type { ScanReport } from '#shared/model/scan-report.ts'
import { mapWithLimit } from '../../jobs/map-with-limit.ts'
import type { HostSession, RemoteFiles } from '../../ports.ts'
import type { ModelRepo, StoredFile } from '../../store/model.repo.ts'
import { scanModel } from '../scan/scan-model.ts'
import { mustScan, scanOf, scanShelf } from '../verify-model.ts'

/** Readers wait for the link most of the time; each holds a few megabytes. */
const FILES_AT_ONCE = 4

export interface ScanHostRequest {
  readonly session: HostSession
  readonly fleet: string
  readonly host: string
  readonly repo: ModelRepo
  readonly signal: AbortSignal
  readonly now: () => number
  /** Version of this program: a newer one knows more, and looks again. */
  readonly version: string
  readonly onProgress: (progress: Partial<ModelProgress>) => void
}

/** Every file of a model but pages beside it, by its content, however many names it has. */
function filesToScan({ repo, fleet, host, version }: ScanHostRequest): StoredFile[] {
  const shelf = scanShelf(repo.scans(fleet, host))
  const files = new Map<string, StoredFile>()
  for (const model of repo.models(fleet)) {
    if (model.host !== host) continue
    for (const stored of repo.files(fleet, host, model.id)) {
      const known = scanOf(stored.file, shelf)
      if (mustScan(model.kind, stored.role) && known?.gatehouse !== version) files.set(`${stored.file.device} ${stored.file.inode}`, stored)
    }
  }
  return [...files.values()]
}

/**
 * Scans the files of a host over SFTP: headers and what can hold code, never the tensors. Every report is stored at once, bound to the
 * identity of the file. A file that cannot be read is not cleared, with the reason. Never rejects; returns why it did not come to its end.
 */
export async function scanHost(request: ScanHostRequest): Promise<Failure | undefined> {
  const { session, fleet, host, repo, signal, now, version, onProgress } = request
  const files = filesToScan(request)
  let done = 0
  onProgress({
    filesDone: 0,
    filesTotal: files.length,
    bytesDone: 0,
    bytesTotal: 0,
    current: '',
    bytesPerSecond: 0,
    secondsLeft: undefined,
  })
  if (files.length === 0) return undefined
  let remote: RemoteFiles | undefined
  try {
    const sftp = await session.openFiles(signal)
    remote = sftp
    await mapWithLimit(files, FILES_AT_ONCE, async ({ name, file }) => {
      if (signal.aborted) return
      onProgress({ filesDone: done, current: name })
      const report = await scanOne(sftp, name, file, signal)
      done++
      const { device, inode, size, mtimeNs, ctimeNs } = file
      const scannedAt = new Date(now()).toISOString()
      repo.saveScan(fleet, host, { device, inode, size, mtimeNs, ctimeNs, gatehouse: version, scannedAt, report })
      onProgress({ filesDone: done })
    })
    signal.throwIfAborted()
    return undefined
  } catch (thrown) {
    return failureOf(thrown)
  } finally {
    remote?.close()
  }
}

async function scanOne(sftp: RemoteFiles, name: string, file: ModelFile, signal: AbortSignal): Promise<ScanReport> {
  const unread = (reason: string): ScanReport => ({
    path: name,
    sizeBytes: file.size,
    format: 'unknown',
    outcome: 'not-cleared',
    findings: [],
    gaps: [{ member: '', offset: null, reason }],
    facts: [],
    bytesRead: 0,
  })
  if (file.pathBytes !== undefined) return unread('Its name cannot be asked for over SFTP')
  try {
    const source = await sftp.open(file.path, signal)
    try {
      if (source.size !== file.size) return unread('It changed between the listing and the scan')
      return await scanModel({ path: name, size: source.size, read: (offset, length, own) => source.read(offset, length, own) }, { signal })
    } finally {
      await source.close()
    }
  } catch (thrown) {
    signal.throwIfAborted()
    const failure = failureOf(thrown)
    if (failure.code === 'ssh.connection-lost' || failure.code === 'ssh.jump-lost') throw thrown
    return unread(failure.detail)
  }
}
