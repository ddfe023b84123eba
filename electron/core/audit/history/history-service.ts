import { DAY_MS } from '#shared/day.ts'
import { GatehouseError } from '#shared/errors.ts'
import { type AuditResults, briefOf, type HostAudit, type HostBrief, wasMeasured } from '#shared/model/audit.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import { findingKey } from '#shared/model/finding.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { Comparison, Known, TrendPoint } from '#shared/model/history.ts'
import { score } from '#shared/model/score.ts'
import { dayFrom, isDay } from '#shared/model/validity.ts'
import { openOutcomes } from '#shared/status.ts'
import type { AdvisoryBook } from '../../advisories/advisory-book.ts'
import type { Decisions } from '../../policy/decisions.ts'
import { controls } from '../../policy/registry.ts'
import type { Clock, Log } from '../../ports.ts'
import type { AuditRepo } from '../../store/audit.repo.ts'
import type { HistoryRepo, StoredAuditHead } from '../../store/history.repo.ts'
import { judgeRecording } from '../audit-host.ts'
import { changesBetween } from '../changes.ts'
import { withDecisions } from '../with-decisions.ts'
import { decisionsAt } from './decisions-at.ts'
import { byDirection, directionOf } from './direction.ts'
import { trendOf } from './trend.ts'

export interface HistoryServicePorts {
  readonly clock: Clock
  readonly log: Log
  readonly repo: Pick<AuditRepo, 'outputs'>
  readonly history: HistoryRepo
  readonly decisions: (fleet: Fleet) => Decisions
  readonly advisories: () => AdvisoryBook
  readonly version: string
}

/** What was known when. Asks no host, changes nothing that is stored. */
export interface HistoryService {
  /** Oldest first. */
  trend(fleet: Fleet): TrendPoint[]
  /**
   * What is different between two moments: ids of audits (or their first characters), dates (`2026-11-24`: the end of that day, UTC), `today`,
   * `yesterday`, `latest` or `previous`. Throws `audit.not-found`.
   */
  compare(fleet: Fleet, before: string, after: string, again: boolean): Comparison
  /**
   * The fleet at one moment: as it was judged then, or, `again`, what its stored answers mean under the controls of today. Decisions are those
   * of the moment. Throws `audit.not-found`.
   */
  at(fleet: Fleet, moment: string, again: boolean): AuditResults
  /** The same in brief: what was open on which host. Throws `audit.not-found`. */
  known(fleet: Fleet, moment: string, again: boolean): Known
}

/** A moment that was found: an audit, and the time until which decisions count. */
interface Moment {
  readonly audit: StoredAuditHead
  readonly untilMs: number
}

/** Reads alone: what was stored is judged anew where that is asked for, and never written back. */
export function createHistoryService(ports: HistoryServicePorts): HistoryService {
  const { clock, log, repo, history, decisions, advisories, version } = ports

  function momentOf(fleet: Fleet, words: string): Moment {
    const text = dayOf(words, clock.now())
    const audits = history.audits(fleet.name).filter(({ sequence }) => sequence > 0)
    const found = chosen(audits, text)
    if (found === undefined) throw new GatehouseError({ code: 'audit.not-found', detail: `${text}: ${whatThereIs(audits, text)}` })
    const next = audits[audits.indexOf(found) + 1]
    const byDay = isDay(text) ? Date.parse(text) + DAY_MS - 1 : next === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(next.startedAt)
    return { audit: found, untilMs: Math.min(byDay, clock.now()) }
  }

  /** One host at a moment, with the decisions of the moment. */
  function hostAt(fleet: Fleet, name: string, { audit, untilMs }: Moment, again: boolean): HostAudit | undefined {
    const stored = history.resultAt(fleet.name, name, audit.sequence)
    if (stored === undefined) return undefined
    const host = auditedHosts(fleet).find((one) => one.name === name)
    const judged = again && host ? judgedAgain(fleet, host, stored.auditId, stored.audit) : stored.audit
    return withDecisions(judged, decisionsAt(decisions(fleet), untilMs), untilMs)
  }

  function judgedAgain(fleet: Fleet, host: Host, auditId: string, audit: HostAudit): HostAudit {
    const outputs = repo.outputs(auditId, host.name)
    if (outputs.size === 0) return audit
    const at = Date.parse(audit.startedAt)
    return { ...audit, ...judgeRecording({ host, fleet, outputs, controls, advisories: advisories(), at, log }) }
  }

  function briefAt(fleet: Fleet, name: string, moment: Moment, again: boolean): HostBrief | undefined {
    if (!again) {
      const brief = history.briefAt(fleet.name, name, moment.audit.sequence)
      return brief && withDecisions(brief, decisionsAt(decisions(fleet), moment.untilMs), moment.untilMs)
    }
    const whole = hostAt(fleet, name, moment, true)
    return whole && briefOf(whole)
  }

  const head = ({ audit }: Moment) => ({ audit: audit.id, startedAt: audit.startedAt })

  return {
    trend: (fleet) => trendOf(history.audits(fleet.name), history.trend(fleet.name)),
    compare(fleet, from, to, again) {
      const [before, after] = [momentOf(fleet, from), momentOf(fleet, to)]
      const names = new Set(auditedHosts(fleet).map(({ name }) => name))
      const totals = { before: { passed: 0, applicable: 0 }, after: { passed: 0, applicable: 0 } }
      const only: Comparison['only'] = { before: [], after: [] }
      const unreached = { before: [] as Unreached[], after: [] as Unreached[] }
      const changes: Comparison['changes'] = []
      const known = new Set([before, after].flatMap(({ audit }) => history.hostsAt(fleet.name, audit.sequence)))
      for (const name of known) {
        const [old, fresh] = [before, after].map((moment) => briefAt(fleet, name, moment, again))
        for (const [side, brief] of [
          ['before', old],
          ['after', fresh],
        ] as const) {
          const { passed, applicable } = score(brief?.items ?? [])
          totals[side].passed += passed
          totals[side].applicable += applicable
          const reason = brief && whyUnreached(brief)
          if (reason) unreached[side].push({ host: name, reason })
        }
        if (old === undefined && fresh) only.after.push(alone(fresh))
        else if (old && (fresh === undefined || !names.has(name))) only.before.push(alone(old))
        else if (old && fresh) changes.push(...compared(old, fresh))
      }
      return {
        before: { ...head(before), ...totals.before, unreached: unreached.before },
        after: { ...head(after), ...totals.after, unreached: unreached.after },
        again,
        changes: changes.sort(byDirection),
        only,
      }
    },
    known(fleet, text, again) {
      const moment = momentOf(fleet, text)
      const hosts = history.hostsAt(fleet.name, moment.audit.sequence).flatMap((name) => briefAt(fleet, name, moment, again) ?? [])
      const scores = hosts.map(({ items }) => score(items))
      return {
        ...{ ...head(moment), again },
        passed: scores.reduce((sum, { passed }) => sum + passed, 0),
        applicable: scores.reduce((sum, { applicable }) => sum + applicable, 0),
        hosts: hosts.map((host) => ({
          ...{ name: host.name, finishedAt: host.finishedAt, unreached: whyUnreached(host), items: host.items },
          open: host.findings.filter(({ status }) => openOutcomes.includes(status)),
        })),
      }
    },
    at(fleet, text, again) {
      const moment = momentOf(fleet, text)
      const { id, startedAt, outcome } = moment.audit
      const names = history.hostsAt(fleet.name, moment.audit.sequence)
      return {
        ...{ id, fleet: fleet.name, startedAt, finishedAt: startedAt, gatehouse: version, outcome },
        hosts: {
          *[Symbol.iterator]() {
            for (const name of names) {
              const host = hostAt(fleet, name, moment, again)
              if (host) yield host
            }
          },
        },
      }
    },
  }
}

type Unreached = Comparison['after']['unreached'][number]

const whyUnreached = (host: HostBrief): string | null => (wasMeasured(host) ? null : (host.failure?.detail ?? host.state))

function alone({ name, findings }: HostBrief): Comparison['only']['after'][number] {
  const open = findings.filter(({ status }) => status === 'fail' || status === 'warning')
  const critical = open.filter(({ status, severity }) => status === 'fail' && severity === 'critical')
  return { host: name, open: open.length, openCritical: critical.length }
}

function compared(old: HostBrief, fresh: HostBrief): Comparison['changes'] {
  const since = new Map(fresh.findings.map((finding) => [findingKey(finding), finding.lastChanged]))
  return changesBetween(old, fresh).map((change) => {
    const at = change.to === null ? undefined : since.get(findingKey(change))
    return { ...change, direction: directionOf(change.from, change.to), ...(at !== undefined && { since: at }) }
  })
}

/** `today` and `yesterday` as the days that they are, UTC. */
const dayOf = (text: string, now: number): string => (text === 'today' ? dayFrom(now, 0) : text === 'yesterday' ? dayFrom(now, -1) : text)

function chosen(audits: readonly StoredAuditHead[], text: string): StoredAuditHead | undefined {
  if (text === 'latest') return audits.at(-1)
  if (text === 'previous') return audits.at(-2)
  if (isDay(text)) return audits.findLast(({ startedAt }) => Date.parse(startedAt) < Date.parse(text) + DAY_MS)
  const found = text.length < 4 ? [] : audits.filter(({ id }) => id.startsWith(text))
  return found.length === 1 ? found[0] : undefined
}

const whatThereIs = (audits: readonly StoredAuditHead[], text: string): string =>
  audits.length === 0
    ? 'no host of this fleet has been audited'
    : text === 'previous'
      ? 'there is one audit, and none before it'
      : `expected latest, previous, today, yesterday, a day from ${audits[0]?.startedAt.slice(0, 10)} on, or at least 4 characters of the id of one of ${audits.length} audits`
