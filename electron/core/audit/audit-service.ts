import { randomUUID } from 'node:crypto'
import { type Failure, failureOf, GatehouseError } from '#shared/errors.ts'
import { type Audit, type AuditResults, type Change, type HostAudit, type HostBrief, wasMeasured } from '#shared/model/audit.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { AuditJob, HostProgress } from '#shared/model/job.ts'
import type { AdvisoryBook } from '../advisories/advisory-book.ts'
import { shippedBook } from '../advisories/shipped.ts'
import type { Mark } from '../facts/secrets.ts'
import { mapWithLimit } from '../jobs/map-with-limit.ts'
import { throttled } from '../jobs/throttle.ts'
import type { Decisions } from '../policy/decisions.ts'
import { controls } from '../policy/registry.ts'
import type { Clock, HostSession, Log, Transport } from '../ports.ts'
import type { SectionOutput } from '../probe/section.ts'
import type { AuditRepo, AuditSummary, StoredNetwork } from '../store/audit.repo.ts'
import type { Question } from '../wire/questions.ts'
import { auditHost, judgeRecording } from './audit-host.ts'
import { changesBetween } from './changes.ts'
import { createFleetKeys } from './fleet-keys.ts'
import { withDecisions } from './with-decisions.ts'

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

export interface LatestBrief {
  /** To ask with next time. */
  readonly sequence: number
  /** How the newest audit ended. */
  readonly outcome: Audit['outcome'] | null
  readonly hosts: HostBrief[]
}

/** Runs audits, one at a time, and answers for their results. */
export interface AuditService {
  /** Starts an audit of the named hosts (all when none are named). Throws `audit.running`, or `fleet.no-host` for an unknown host. */
  start(fleet: Fleet, transport: Transport, hosts?: readonly string[]): AuditRun
  /** Stops the running audit: connections it opened are closed, finished hosts stay. */
  cancel(): void
  job(): AuditJob | null
  /** Newest result per host, put together, as decided until now. */
  latest(fleet: Fleet): AuditResults | null
  /** The same in brief, of hosts with results stored after `sequence` (all when there is none). */
  brief(fleet: Fleet, sequence: number | undefined): LatestBrief
  host(fleet: Fleet, name: string): HostAudit | null
  changes(fleet: Fleet): Change[]
  /** The flows of each host that was ever looked at. */
  networks(fleet: Fleet): (StoredNetwork & { readonly host: string })[]
  /** What the stored answers of the newest audits mean under the controls of today. Asks no host, changes nothing that is stored. */
  reevaluate(fleet: Fleet): AuditResults | null
  history(fleet: Fleet): AuditSummary[]
}

const HISTORY_LENGTH = 50

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
  const results = (fleet: string, host: string, limit: number) => repo.newest(fleet, host, limit).map(({ audit }) => audit)
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
      hosts: oneByOne(names, (name) => host(fleet, name)),
    }
  }

  function host(fleet: Fleet, name: string): HostAudit | null {
    const newest = newestMeasured((limit) => results(fleet.name, name, limit))
    return newest && withDecisions(newest, decisions(fleet), clock.now())
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
    latest(fleet) {
      const briefs = auditedHosts(fleet).flatMap(({ name }) => repo.briefs(fleet.name, name, 1))
      const startedAt = briefs.map((brief) => brief.startedAt).sort()[0]
      const finishedAt = briefs
        .map((brief) => brief.finishedAt)
        .sort()
        .at(-1)
      if (startedAt === undefined || finishedAt === undefined) return null
      const last = repo.list(fleet.name, 1)[0]
      return {
        id: last?.id ?? '',
        fleet: fleet.name,
        startedAt,
        finishedAt,
        gatehouse: version,
        outcome: last?.outcome ?? 'complete',
        hosts: oneByOne(
          briefs.map(({ name }) => name),
          (name) => host(fleet, name),
        ),
      }
    },
    brief(fleet, sequence) {
      const changed = sequence === undefined ? undefined : repo.changedAfter(fleet.name, sequence)
      const asked = auditedHosts(fleet).filter((host) => changed?.has(host.name) ?? true)
      const decided = decisions(fleet)
      const hosts = asked.flatMap((host) => {
        const newest = newestMeasured((limit) => repo.briefs(fleet.name, host.name, limit))
        return newest === null ? [] : [withoutDigests(withDecisions(newest, decided, clock.now()))]
      })
      return {
        sequence: repo.sequence(),
        outcome: repo.lastOutcome(fleet.name),
        hosts,
      }
    },
    reevaluate(fleet) {
      const stored = this.latest(fleet)
      if (stored === null) return null
      const decided = decisions(fleet)
      const judgedAgain = (host: Host): HostAudit | null => {
        const [newest] = repo.newest(fleet.name, host.name, 1)
        if (newest === undefined) return null
        const outputs = repo.outputs(newest.auditId, host.name)
        if (outputs.size === 0) return withDecisions(newest.audit, decided, clock.now())
        const judged = judgeRecording({
          host,
          fleet,
          outputs,
          controls,
          advisories: advisories(),
          at: Date.parse(newest.audit.startedAt),
          log,
        })
        return withDecisions({ ...newest.audit, ...judged }, decided, clock.now())
      }
      return { ...stored, hosts: oneByOne(auditedHosts(fleet), judgedAgain) }
    },
    host,
    changes(fleet) {
      const decided = decisions(fleet)
      return auditedHosts(fleet).flatMap(({ name }) => {
        const [after, before] = repo.briefs(fleet.name, name, 2).map((brief) => withDecisions(brief, decided, clock.now()))
        return after && before ? changesBetween(before, after) : []
      })
    },
    networks: (fleet) =>
      auditedHosts(fleet).flatMap(({ name }) => {
        const stored = repo.network(fleet.name, name)
        return stored === undefined ? [] : [{ host: name, ...stored }]
      }),
    history: (fleet) => repo.list(fleet.name, HISTORY_LENGTH),
  }
}

/** Reads each when it is its turn, and again each time it is gone through. */
const oneByOne = <T>(keys: readonly T[], read: (key: T) => HostAudit | null): Iterable<HostAudit> => ({
  *[Symbol.iterator]() {
    for (const key of keys) {
      const found = read(key)
      if (found !== null) yield found
    }
  },
})

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

/** Decisions are laid over here; the window has no use for what they hold for. */
const withoutDigests = (host: HostBrief): HostBrief => ({ ...host, findings: host.findings.map(({ digest: _, ...finding }) => finding) })

/** How far back results are looked for, when the newest audits of a host could not look at it. */
const LOOK_BACK = 20

/** The newest result of a host, out of as many as are asked for. When it could not look, the newest that measured goes with it as last known. */
function newestMeasured<T extends Pick<HostBrief, 'state' | 'finishedAt' | 'items' | 'findings'>>(
  read: (limit: number) => readonly T[],
): (T & { lastKnown?: Pick<T, 'finishedAt' | 'items' | 'findings'> }) | null {
  const [newest] = read(1)
  if (newest === undefined || wasMeasured(newest)) return newest ?? null
  const known = read(LOOK_BACK).find(wasMeasured)
  if (known === undefined) return newest
  return { ...newest, lastKnown: { finishedAt: known.finishedAt, items: known.items, findings: known.findings } }
}
