import { type Audit, type AuditResults, type Change, type HostAudit, type HostBrief, wasMeasured } from '#shared/model/audit.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { AdvisoryBook } from '../advisories/advisory-book.ts'
import type { Decisions } from '../policy/decisions.ts'
import { controls } from '../policy/registry.ts'
import type { Clock, Log } from '../ports.ts'
import type { AuditRepo, AuditSummary, StoredNetwork } from '../store/audit.repo.ts'
import { judgeRecording } from './audit-host.ts'
import { changesBetween } from './changes.ts'
import { withDecisions } from './with-decisions.ts'

export interface LatestBrief {
  /** To ask with next time. */
  readonly sequence: number
  /** How the newest audit ended. */
  readonly outcome: Audit['outcome'] | null
  readonly hosts: HostBrief[]
}

/** What the store knows of a fleet, as people decided about it until now. Asks no host. */
export interface StoredResults {
  /** Newest result per host, put together. */
  latest(fleet: Fleet): AuditResults | null
  /** The same in brief, of hosts with results stored after `sequence` (all when there is none). */
  brief(fleet: Fleet, sequence: number | undefined): LatestBrief
  host(fleet: Fleet, name: string): HostAudit | null
  changes(fleet: Fleet): Change[]
  /** The flows of each host that was ever looked at. */
  networks(fleet: Fleet): (StoredNetwork & { readonly host: string })[]
  /** What the stored answers of the newest audits mean under the controls of today. Changes nothing that is stored. */
  reevaluate(fleet: Fleet): AuditResults | null
  history(fleet: Fleet): AuditSummary[]
}

export interface StoredResultsPorts {
  readonly clock: Clock
  readonly log: Log
  readonly repo: AuditRepo
  readonly version: string
  readonly decisions: (fleet: Fleet) => Decisions
  readonly advisories: () => AdvisoryBook
}

const HISTORY_LENGTH = 50

/** Results out of the store, with the decisions of now laid over them; a host that was not reached last shows what was measured before. */
export function createStoredResults({ clock, log, repo, version, decisions, advisories }: StoredResultsPorts): StoredResults {
  function host(fleet: Fleet, name: string): HostAudit | null {
    const newest = newestMeasured((limit) => repo.newest(fleet.name, name, limit).map(({ audit }) => audit))
    return newest && withDecisions(newest, decisions(fleet), clock.now())
  }

  function latest(fleet: Fleet): AuditResults | null {
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
  }

  return {
    latest,
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
      const stored = latest(fleet)
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
export const oneByOne = <T>(keys: readonly T[], read: (key: T) => HostAudit | null): Iterable<HostAudit> => ({
  *[Symbol.iterator]() {
    for (const key of keys) {
      const found = read(key)
      if (found !== null) yield found
    }
  },
})

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
