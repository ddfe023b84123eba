import { randomUUID } from 'node:crypto'
import { type Failure, failureOf, GatehouseError } from '#shared/errors.ts'
import { type AuditResults, type HostAudit, wasMeasured } from '#shared/model/audit.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { AuditJob, HostProgress } from '#shared/model/job.ts'
import type { AdvisoryBook } from '../advisories/advisory-book.ts'
import { shippedBook } from '../advisories/shipped.ts'
import type { Mark } from '../facts/secrets.ts'
import { mapWithLimit } from '../jobs/map-with-limit.ts'
import { throttled } from '../jobs/throttle.ts'
import type { Decisions } from '../policy/decisions.ts'
import type { Clock, HostSession, Log, Transport } from '../ports.ts'
import type { SectionOutput } from '../probe/section.ts'
import type { AuditRepo } from '../store/audit.repo.ts'
import type { Question } from '../wire/questions.ts'
import { auditHost } from './audit-host.ts'
import { createFleetKeys } from './fleet-keys.ts'
import { createStoredResults, oneByOne, type StoredResults } from './stored-results.ts'

/** Hosts looked at side by side. The transport throttles handshakes by itself; this bounds memory. */
const HOSTS_AT_ONCE = 8

/** The window redraws its progress, and its results, at most this often while an audit runs. */
const PROGRESS_INTERVAL_MS = 150
const RESULTS_INTERVAL_MS = 100

export interface AuditServicePorts {
  readonly clock: Clock
  readonly log: Log
  readonly repo: AuditRepo
  readonly version: string
  /** What people decided about a fleet: laid over what is handed out, never stored with it. */
  readonly decisions: (fleet: Fleet) => Decisions
  /** The advisory data of the moment; that of the release when left out. */
  readonly advisories?: () => AdvisoryBook
  /** What was recorded of a host before, as sections of its audit. */
  readonly recorded?: (fleet: Fleet, host: string) => readonly SectionOutput[]
  /** What else is asked of a host, over the same session. Never rejects. */
  readonly beside?: (session: HostSession, fleet: Fleet, host: Host, signal: AbortSignal) => Promise<SectionOutput | undefined>
  /** Asked once for each audit; what is stored tells secrets apart by it. */
  readonly mark?: () => Mark | undefined
  readonly changed: (event: 'job:changed' | 'audit:changed' | 'connection:changed') => void
}

export interface AuditRun {
  readonly job: AuditJob
  /** Resolves with the stored audit; never rejects. */
  readonly done: Promise<AuditResults>
}

/** Runs audits, one at a time, and answers for their results. */
export interface AuditService extends StoredResults {
  /** Starts an audit of the named hosts (all when none are named). Throws `audit.running`, or `fleet.no-host` for an unknown host. */
  start(fleet: Fleet, transport: Transport, hosts?: readonly string[]): AuditRun
  /** Stops the running audit: connections it opened are closed, finished hosts stay. */
  cancel(): void
  job(): AuditJob | null
}

/** One audit at a time. What runs is kept in memory, and each host is stored as it ends: a console that is killed loses the hosts under way alone. */
export function createAuditService({
  clock,
  log,
  repo,
  version,
  decisions,
  advisories = shippedBook,
  recorded = () => [],
  beside,
  mark = () => undefined,
  changed,
}: AuditServicePorts): AuditService {
  let current: { job: AuditJob; readonly abort: AbortController } | undefined
  const told = throttled(() => changed('job:changed'), PROGRESS_INTERVAL_MS)
  const toldResults = throttled(() => changed('audit:changed'), RESULTS_INTERVAL_MS)
  /** What the audit before asked each host over the network, by fleet and host: asked again beside the probe. */
  const asked = new Map<string, readonly Question[]>()
  const stored = createStoredResults({ clock, log, repo, version, decisions, advisories })
  const iso = () => new Date(clock.now()).toISOString()

  async function run(
    fleet: Fleet,
    transport: Transport,
    chosen: readonly Host[],
    abort: AbortController,
    id: string,
  ): Promise<AuditResults> {
    const startedAt = iso()
    const marked = mark()
    repo.begin({ id, fleet: fleet.name, startedAt, gatehouse: version })
    const keys = createFleetKeys({ repo, log, advisories }, fleet, id)
    await mapWithLimit(chosen, HOSTS_AT_ONCE, async (host) => {
      const key = JSON.stringify([fleet.name, host.name])
      const { audit, outputs, ...wire } = await auditHost({
        host,
        fleet,
        expected: asked.get(key),
        transport,
        advisories: advisories(),
        recorded: recorded(fleet, host.name),
        compared: (outputs) => keys.compared(host, outputs),
        beside: beside && ((session, signal) => beside(session, fleet, host, signal)),
        now: clock.now,
        mark: marked,
        signal: abort.signal,
        log,
        onProgress: (progress) => update({ host: host.name, ...progress }),
      })
      asked.set(key, wire.asked)
      repo.saveHost(id, fleet.name, audit, outputs)
      update({ host: host.name, ...finalProgress(audit) })
      toldResults()
    })
    await keys.settle()
    const outcome = abort.signal.aborted ? 'cancelled' : 'complete'
    const finishedAt = iso()
    repo.finish(id, finishedAt, outcome)
    const names = chosen.map(({ name }) => name)
    return {
      id,
      fleet: fleet.name,
      startedAt,
      finishedAt,
      gatehouse: version,
      outcome,
      hosts: oneByOne(names, (name) => stored.host(fleet, name)),
    }
  }

  function update(progress: Partial<HostProgress> & { readonly host: string }): void {
    if (current === undefined) return
    const { job } = current
    current.job = { ...job, hosts: job.hosts.map((host) => (host.host === progress.host ? { ...host, ...progress } : host)) }
    told()
  }

  /** What still runs could not be kept, so it ends as well. */
  function breakOff(failure: Failure, abort: AbortController): void {
    abort.abort()
    if (current !== undefined) current.job = { ...current.job, failure }
  }

  function finish(): void {
    if (current === undefined) return
    current.job = { ...current.job, state: 'finished' }
    changed('job:changed')
    changed('audit:changed')
    changed('connection:changed')
  }

  return {
    ...stored,
    start(fleet, transport, names) {
      if (current !== undefined && current.job.state !== 'finished')
        throw new GatehouseError({ code: 'audit.running', detail: `started ${current.job.startedAt}` })
      const chosen = chooseHosts(fleet, names)
      const abort = new AbortController()
      const id = randomUUID()
      const waiting = chosen.map(
        (host): HostProgress => ({ host: host.name, stage: 'waiting', sectionsDone: 0, sectionsTotal: 0, current: '' }),
      )
      current = { abort, job: { id, startedAt: iso(), state: 'running', hosts: waiting } }
      changed('job:changed')
      const done = run(fleet, transport, chosen, abort, id)
        .catch((error: unknown) => {
          breakOff(failureOf(error), abort)
          throw error
        })
        .finally(finish)
      done.catch((error: unknown) => log('error', 'audit failed', { detail: failureOf(error).detail }))
      return { job: current.job, done }
    },
    cancel() {
      if (current === undefined || current.job.state !== 'running') return
      current.job = { ...current.job, state: 'cancelling' }
      current.abort.abort()
      changed('job:changed')
    },
    job: () => current?.job ?? null,
  }
}

function chooseHosts(fleet: Fleet, names: readonly string[] | undefined): readonly Host[] {
  if (names === undefined || names.length === 0) return auditedHosts(fleet)
  const missing = names.filter((name) => !auditedHosts(fleet).some((host) => host.name === name))
  if (missing.length > 0) {
    const known = auditedHosts(fleet)
      .map((host) => host.name)
      .join(', ')
    throw new GatehouseError({ code: 'fleet.no-host', detail: `no host named ${missing.join(', ')}; the fleet file names ${known}` })
  }
  return auditedHosts(fleet).filter((host) => names.includes(host.name))
}

function finalProgress(audit: HostAudit): Pick<HostProgress, 'stage' | 'failure' | 'current'> {
  const { state, failure } = audit
  if (wasMeasured(audit)) return { stage: 'done', current: '', failure }
  return { stage: state === 'cancelled' ? 'cancelled' : 'failed', failure, current: '' }
}
