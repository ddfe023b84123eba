import { type Failure, GatehouseError } from '#shared/errors.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { ModelProgress } from '#shared/model/model-job.ts'
import type { Transport } from '../ports.ts'
import type { ModelRepo } from '../store/model.repo.ts'
import { hashHost } from './hashes/hash-host.ts'
import { type HashShell, openHashShell } from './hashes/hash-shell.ts'
import { listHost } from './inventory/list-host.ts'
import { runOtherScanners } from './other-scanners/run-scanners.ts'
import { scanHost } from './scans/scan-host.ts'

export interface LookRequest {
  /** All hosts when none are named. */
  readonly hosts: readonly string[]
  /** After listing: reads what the files are, those that were not read yet. */
  readonly scan: boolean
  /** And takes hashes of files without one. */
  readonly hash: boolean
  /** Hashes again what was hashed longer ago; 0 hashes everything anew. */
  readonly olderThanDays?: number | undefined
}

interface Look {
  readonly fleet: Fleet
  readonly host: Host
  readonly transport: Transport
  readonly repo: ModelRepo
  readonly request: LookRequest
  /** Of this program. */
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly signal: AbortSignal
  readonly onProgress: (progress: Partial<ModelProgress>) => void
  /** Each step that ended, or failed: what was stored until then stays. */
  readonly onStored: () => void
}

/** Lists the models of one host, and as wished reads and hashes their files; stores what it found as it goes. Rejects with why it did not come to its end. */
export async function lookAtModels({
  fleet,
  host,
  transport,
  repo,
  request,
  version,
  now,
  signal,
  onProgress,
  onStored,
}: Look): Promise<void> {
  const end = (failure: Failure | undefined) => {
    onStored()
    if (failure) throw new GatehouseError(failure)
  }
  onProgress({ stage: 'connecting' })
  const session = await transport.connect(host, { signal })
  let shell: HashShell | undefined
  const onBegun = () => {
    if (request.hash) shell = openHashShell(session, signal)
  }
  try {
    onProgress({ stage: 'listing' })
    const listed = await listHost({ session, host, fleet, signal, now, onBegun })
    repo.saveListing(fleet.name, listed.inventory, listed.models)
    end(listed.inventory.failure)
    const place = { fleet: fleet.name, host: host.name }
    if (request.scan) {
      const scanning = (progress: Partial<ModelProgress>) => onProgress({ stage: 'scanning', ...progress })
      end(await scanHost({ session, repo, signal, version, now, onProgress: scanning, ...place }))
      await runOtherScanners({ session, repo, signal, onProgress: scanning, ...place })
    }
    if (!request.hash) return
    const hashing = (progress: Partial<ModelProgress>) => onProgress({ stage: 'hashing', ...progress })
    const { olderThanDays } = request
    end(
      await hashHost({
        fleet,
        host,
        transport,
        signal,
        repo,
        shell,
        now,
        olderThanDays,
        onProgress: hashing,
        onSaved: () => onProgress({}),
      }),
    )
  } finally {
    shell?.close()
    session.close()
  }
}
