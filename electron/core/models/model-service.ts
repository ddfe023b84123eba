import { randomUUID } from 'node:crypto'
import { type Failure, failureOf, GatehouseError } from '#shared/errors.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { ModelOverview, VerifiedFile } from '#shared/model/model-artifact.ts'
import type { ExpectedOrigin, ExpectedValue, StatedDigests } from '#shared/model/model-expected.ts'
import type { ModelJob, ModelProgress } from '#shared/model/model-job.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import { mapWithLimit } from '../jobs/map-with-limit.ts'
import { throttled } from '../jobs/throttle.ts'
import type { Clock, Transport } from '../ports.ts'
import type { SectionOutput } from '../probe/section.ts'
import type { ModelRepo, StoredFile } from '../store/model.repo.ts'
import { hashHost } from './hashes/hash-host.ts'
import { type HashShell, openHashShell } from './hashes/hash-shell.ts'
import { listHost } from './inventory/list-host.ts'
import { runOtherScanners } from './other-scanners/run-scanners.ts'
import { contentOf } from './registry/content.ts'
import { approvalOf } from './registry/place-approval.ts'
import { scanHost } from './scans/scan-host.ts'
import { verifiedSection } from './verified-section.ts'
import { artifactsOf, byModel, type HostKnowledge, hashBook, scanShelf, type VerifiedPlace, verifyModel } from './verify-model.ts'

const HOSTS_AT_ONCE = 8
const PROGRESS_INTERVAL_MS = 200

export interface ModelServicePorts {
  readonly clock: Clock
  readonly repo: ModelRepo
  readonly registrations: (fleet: Fleet) => readonly Registration[]
  /** Of this program. */
  readonly version: string
  /** Account of the person at this console. */
  readonly by: string
  readonly changed: (event: 'models:changed' | 'model-job:changed') => void
}

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

export interface ModelRun {
  readonly job: ModelJob
  /** Resolves with the job as it ended; never rejects. */
  readonly done: Promise<ModelJob>
}

/** What is done on one host. Rejects with why it did not come to its end. */
export type HostWork = (host: Host, onProgress: (progress: Partial<ModelProgress>) => void, signal: AbortSignal) => Promise<void>

/** Lists the models of a fleet, takes their hashes, and holds them against what they should be. One run at a time. */
export interface ModelService {
  /** Throws `models.running`, or `fleet.no-host` for an unknown host. */
  start(fleet: Fleet, transport: Transport, request: LookRequest): ModelRun
  /** Runs something else on hosts with the progress of a look. Throws as `start`. */
  run(fleet: Fleet, hosts: readonly string[], kind: ModelJob['kind'], work: HostWork): ModelRun
  /** Ends what runs on the hosts; hashes that were finished stay. */
  cancel(): void
  job(): ModelJob | null
  overview(fleet: Fleet): ModelOverview
  /** Files of a model on one host. Throws `models.not-found`. */
  files(fleet: Fleet, host: string, model: string): VerifiedFile[]
  /** The same for many models, one after the other: what is known of a host is read once, so it is of now. */
  reader(fleet: Fleet): (host: string, model: string) => VerifiedFile[]
  /** Records what a document states for a model; returns what stands now. */
  expect(fleet: Fleet, model: string, stated: StatedDigests, origin: Pick<ExpectedOrigin, 'url' | 'readBy' | 'readOn'>): ExpectedValue[]
  expected(fleet: Fleet): ExpectedValue[]
  /** What is known of one host, as a section of its audit; nothing while its models were never listed. */
  recorded(fleet: Fleet, host: string): readonly SectionOutput[]
  withdrawExpected(fleet: Fleet, model: string): number
}

export function createModelService({ clock, repo, registrations, version, by, changed }: ModelServicePorts): ModelService {
  let current: { job: ModelJob; readonly abort: AbortController } | undefined
  const told = throttled(() => changed('model-job:changed'), PROGRESS_INTERVAL_MS)
  const iso = () => new Date(clock.now()).toISOString()

  function update(host: string, progress: Partial<ModelProgress>): void {
    if (!current) return
    current.job = { ...current.job, hosts: current.job.hosts.map((it) => (it.host === host ? { ...it, ...progress } : it)) }
    told()
  }

  /** Rejects with why it did not come to its end. */
  async function look(fleet: Fleet, transport: Transport, host: Host, request: LookRequest, signal: AbortSignal): Promise<void> {
    const end = (failure: Failure | undefined) => {
      changed('models:changed')
      if (failure) throw new GatehouseError(failure)
    }
    update(host.name, { stage: 'connecting' })
    const session = await transport.connect(host, { signal })
    let shell: HashShell | undefined
    const onBegun = () => {
      if (request.hash) shell = openHashShell(session, signal)
    }
    try {
      update(host.name, { stage: 'listing' })
      const listed = await listHost({ session, host, fleet, signal, now: clock.now, onBegun })
      repo.saveListing(fleet.name, listed.inventory, listed.models)
      end(listed.inventory.failure)
      if (request.scan) {
        const onProgress = (progress: Partial<ModelProgress>) => update(host.name, { stage: 'scanning', ...progress })
        end(await scanHost({ session, repo, signal, version, now: clock.now, onProgress, fleet: fleet.name, host: host.name }))
        await runOtherScanners({ session, repo, signal, onProgress, fleet: fleet.name, host: host.name })
      }
      if (!request.hash) return
      const failure = await hashHost({
        fleet,
        host,
        transport,
        signal,
        repo,
        shell,
        now: clock.now,
        olderThanDays: request.olderThanDays,
        onProgress: (progress) => update(host.name, { stage: 'hashing', ...progress }),
        onSaved: told,
      })
      end(failure)
    } finally {
      shell?.close()
      session.close()
    }
  }

  function run(fleet: Fleet, names: readonly string[], kind: ModelJob['kind'], work: HostWork): ModelRun {
    if (current && current.job.state !== 'finished')
      throw new GatehouseError({ code: 'models.running', detail: `started ${current.job.startedAt}` })
    const unknown = names.find((name) => !fleet.hosts.some((host) => host.name === name))
    if (unknown !== undefined) throw new GatehouseError({ code: 'fleet.no-host', detail: `no host is named ${unknown}` })
    const chosen = fleet.hosts.filter(({ name }) => names.length === 0 || names.includes(name))
    const abort = new AbortController()
    const waiting = { stage: 'waiting', filesDone: 0, filesTotal: 0, bytesDone: 0, bytesTotal: 0, current: '', bytesPerSecond: 0 } as const
    const hosts = chosen.map(({ name }): ModelProgress => ({ host: name, ...waiting }))
    const started = { abort, job: { id: randomUUID(), kind, startedAt: iso(), state: 'running', hosts } as ModelJob }
    current = started
    changed('model-job:changed')
    const one = async (host: Host) => {
      try {
        await work(host, (progress) => update(host.name, progress), abort.signal)
        update(host.name, { stage: 'done', current: '', bytesPerSecond: 0 })
      } catch (error) {
        const failure = failureOf(error)
        if (abort.signal.aborted || failure.code === 'job.cancelled') update(host.name, { stage: 'cancelled' })
        else update(host.name, { stage: 'failed', failure: { ...failure, host: failure.host ?? host.name } })
      }
    }
    const done = mapWithLimit(chosen, HOSTS_AT_ONCE, one).then(() => {
      started.job = { ...started.job, state: 'finished' }
      changed('model-job:changed')
      changed('models:changed')
      return started.job
    })
    return { job: started.job, done }
  }

  const knowledge = (fleet: string, host: string): HostKnowledge => ({
    hashes: hashBook(repo.hashes(fleet, host)),
    scans: scanShelf(repo.scans(fleet, host)),
  })

  /** Of one host, or of all that are in the fleet. */
  function* placesOf(fleet: Fleet, only?: string): Generator<VerifiedPlace> {
    const expected = byModel(repo.expected(fleet.name))
    const inFleet = new Set(fleet.hosts.map(({ name }) => name))
    const registered = registrations(fleet)
    let known: (HostKnowledge & { readonly host: string; readonly filesOf: (model: string) => StoredFile[] }) | undefined
    // By host, so that what is known of one is read once.
    for (const model of repo.models(fleet.name)) {
      if (only === undefined ? !inFleet.has(model.host) : model.host !== only) continue
      const { host } = model
      if (known?.host !== host) known = { host, ...knowledge(fleet.name, host), filesOf: filesInOrder(repo, fleet.name, host) }
      const stored = known.filesOf(model.id)
      const { approval, registration } = approvalOf(model, contentOf(stored, known.hashes), registered, fleet.policy)
      yield {
        model,
        files: verifyModel(model, stored, expected.get(model.name) ?? [], known),
        approval: { approval, registration: registration?.id ?? '' },
      }
    }
  }

  function reader(fleet: Fleet): (host: string, model: string) => VerifiedFile[] {
    const expected = byModel(repo.expected(fleet.name))
    let known: (HostKnowledge & { readonly host: string }) | undefined
    return (host, id) => {
      const model = repo.model(fleet.name, host, id)
      if (!model) throw new GatehouseError({ code: 'models.not-found', detail: id, host })
      if (known?.host !== host) known = { host, ...knowledge(fleet.name, host) }
      return verifyModel(model, repo.files(fleet.name, host, id), expected.get(model.name) ?? [], known)
    }
  }

  return {
    run,
    start: (fleet, transport, request) =>
      run(fleet, request.hosts, request.hash ? 'hash' : request.scan ? 'scan' : 'list', (host, _, signal) =>
        look(fleet, transport, host, request, signal),
      ),
    cancel() {
      if (current?.job.state !== 'running') return
      current.job = { ...current.job, state: 'cancelling' }
      current.abort.abort(new GatehouseError({ code: 'job.cancelled', detail: 'stopped by the admin' }))
      changed('model-job:changed')
    },
    job: () => current?.job ?? null,
    overview(fleet) {
      const inFleet = new Set(fleet.hosts.map(({ name }) => name))
      return {
        artifacts: artifactsOf(placesOf(fleet)),
        hosts: repo.listings(fleet.name).filter(({ host }) => inFleet.has(host)),
      }
    },
    files: (fleet, host, id) => reader(fleet)(host, id),
    reader,
    expect(fleet, model, stated, { url, readBy, readOn }) {
      const { form, revision, signature, signatureNote } = stated
      const origin: ExpectedOrigin = { form, url, revision, readBy, readOn, signature, signatureNote }
      const values = stated.digests.map(
        ({ file, algorithm, digest }): ExpectedValue => ({
          id: randomUUID(),
          model,
          file,
          algorithm,
          digest,
          origin,
          statedAt: iso(),
          statedBy: by,
        }),
      )
      repo.expect(fleet.name, values)
      changed('models:changed')
      return values
    },
    recorded(fleet, host) {
      const inventory = repo.listings(fleet.name).find((listing) => listing.host === host)
      return inventory ? [verifiedSection(inventory, [...placesOf(fleet, host)])] : []
    },
    expected: (fleet) => repo.expected(fleet.name),
    withdrawExpected(fleet, model) {
      const count = repo.withdrawExpected(fleet.name, model, by, iso())
      changed('models:changed')
      return count
    },
  }
}

/** Files of the models of one host, by one query where they are asked for in the order in which they are stored; else by one each. */
function filesInOrder(repo: ModelRepo, fleet: string, host: string): (model: string) => StoredFile[] {
  const groups = repo.filesByModel(fleet, host)
  let ahead = groups.next()
  return (model) => {
    if (ahead.done || ahead.value.model !== model) return repo.files(fleet, host, model)
    const { files } = ahead.value
    ahead = groups.next()
    return files
  }
}
