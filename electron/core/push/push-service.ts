import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { PushConflict } from '#shared/model/push-conflict.ts'
import type { PushDraft } from '#shared/model/push-draft.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import type { AdvisoryBook } from '../advisories/advisory-book.ts'
import { type AuditHostRequest, auditHost } from '../audit/audit-host.ts'
import { probeContextOf, readFacts } from '../facts/registry.ts'
import { changeIdentityOf, hostOf } from '../fleet/named-host.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { sha256Of } from '../ledger/record.ts'
import type { Clock, HostSession, Log, Transport } from '../ports.ts'
import type { HostAnswer } from './host/answer.ts'
import { holderWords } from './host/earlier-push.ts'
import type { HostPush, HostStep } from './host/program.ts'
import type { ChangeWay } from './host/settle.ts'
import { runStep } from './host/step-lane.ts'
import { openPushes, startedBefore } from './journal/history.ts'
import type { PlanArchive } from './journal/plan-archive.ts'
import { lookOf } from './look/compare.ts'
import { namesOf } from './look/doors.ts'
import { RecentLooks } from './look/recent-looks.ts'
import { filters, wayInOf } from './look/way-in.ts'
import { conflictsOf } from './plan/conflicts.ts'
import { parametersFor } from './plan/defaults.ts'
import { knownHindrance } from './plan/known-hindrance.ts'
import { publishedPortsOf } from './plan/network-defaults.ts'
import { hostPushOf, makePlan, pushOfPlan } from './plan/plan.ts'
import { nginxHindrance } from './plan/planned-nginx.ts'
import { generatedFor } from './templates/generated.ts'
import type { HostFile } from './templates/host-file.ts'
import { kinds } from './templates/kinds.ts'
import { checkGiven, render } from './templates/render.ts'
import type { TemplateShelf } from './templates/template-shelf.ts'
import { extendUndo } from './transaction/extend-undo.ts'
import { hostPushOfKept, pushOfRevert } from './transaction/revert.ts'
import { type PushResult, runTransaction } from './transaction/transaction.ts'
import { unreadPaths, withDigests } from './transaction/unread.ts'

export interface PushServicePorts {
  readonly clock: Clock
  readonly log: Log
  readonly ledger: Ledger
  readonly version: string
  /** The person at this console, and the console: what another console is told while a push is open. */
  readonly who: string
  readonly advisories: () => AdvisoryBook
  readonly plans: PlanArchive
  readonly templates: Pick<TemplateShelf, 'pushable'>
}

export interface PushService {
  /** Looks at the host and says what a push would change. Changes nothing there. Throws `push.not-possible` or why it was not reached. */
  plan(fleet: Fleet, transport: Transport, choice: PushDraft, signal: AbortSignal): Promise<PushPlan>
  /** Why a push may not start: the host is not reached, its service is down, or a file is not as it was planned. Empty when it may. Never rejects. */
  ready(fleet: Fleet, transport: Transport, plan: PushPlan, signal: AbortSignal): Promise<string>
  /** Carries a plan out. Throws only when nothing was changed; what came of it otherwise is the verdict. */
  push(
    fleet: Fleet,
    transport: Transport,
    plan: PushPlan,
    options: {
      /** After which the undo runs by itself; by default 120, longer where the look before took long. */
      readonly undoAfterSeconds?: number | undefined
      readonly signal: AbortSignal
      /** The undo runs by itself `undoAfterSeconds` after the step `arm`. */
      readonly onStep: (step: string, detail: string, undoAfterSeconds: number) => void
    },
  ): Promise<PushResult>
  /** What of a plan is not so any more, with the three texts of each file, once it was refused as a conflict. Empty where that is not seen. Never rejects. */
  conflicts(fleet: Fleet, transport: Transport, plan: PushPlan, signal: AbortSignal): Promise<readonly PushConflict[]>
  /**
   * Puts the undo of a push that is under way off by `seconds`, but never further than 15 minutes from now. In how many seconds it runs at least, from
   * when it was asked. Throws `push.not-extended` where the host did not say so: the undo then runs when it was due.
   */
  extend(fleet: Fleet, transport: Transport, id: string, seconds: number, signal: AbortSignal): Promise<number>
}

/** Keeps the look that a plan was made from for five minutes, so that the push that follows need not look again before it. */
export function createPushService({ clock, log, ledger, version, who, advisories, plans, templates }: PushServicePorts): PushService {
  const lookAt = async (
    fleet: Fleet,
    transport: Transport,
    host: Host,
    fresh: boolean,
    signal: AbortSignal,
    more: Pick<AuditHostRequest, 'loginAfter' | 'expected' | 'names'> = {},
  ) => {
    const request = { host, fleet, transport, advisories: advisories(), now: clock.now, signal, log, onProgress: () => undefined }
    return auditHost({ ...request, fresh, ...more })
  }
  const recent = new RecentLooks()

  return {
    async plan(fleet, transport, choice, signal) {
      const host = hostOf(fleet, choice.host)
      const template = templates.pushable(choice.template)
      const { manifest } = template
      checkGiven(manifest, choice.parameters)
      changeIdentityOf(fleet, host)
      const askedMs = performance.now()
      const audited = await lookAt(fleet, transport, host, false, signal)
      const { audit, outputs } = audited
      recent.keep(fleet, host.name, lookOf(audited, performance.now() - askedMs), askedMs)
      if (audit.state !== 'connected' && audit.state !== 'limited')
        throw new GatehouseError(audit.failure ?? { code: 'push.not-possible', detail: `the host is ${audit.state}`, host: host.name })
      const probe = probeContextOf(fleet, host)
      const facts = readFacts(new Map(outputs.map((output) => [output.id, output])), probe, log)
      const values = parametersFor(manifest, { fleet, host, audit, facts }, choice.parameters)
      const rendered = renderedOr(
        () => knownHindrance(manifest, { audit, facts, values }),
        host.name,
        () => render(manifest, values, generatedFor(fleet, host)),
      )
      const { session, user, step } = await readerOf(fleet, transport, host, rendered.files, signal)
      try {
        const read = await runStep(session, step, hostPushOf('plan', rendered, [], 0), user, signal)
        return makePlan({
          fleet,
          host,
          template,
          audit,
          rendered,
          published: publishedPortsOf({ audit, facts }) ?? [],
          nginxHindrance: nginxHindrance({
            manifest,
            rendered,
            outputs,
            probe,
            policy: { fleet, host, now: clock.now(), advisories: advisories() },
          }),
          read,
          wayIn: rendered.files.some(({ kind }) => filters.includes(kind)) ? await wayInOf(session, signal) : undefined,
          gatehouse: version,
          now: clock.now(),
        })
      } finally {
        session.close()
      }
    },
    async ready(fleet, transport, plan, signal) {
      try {
        const host = hostOf(fleet, plan.host)
        const before = startedBefore(ledger.read().records, plan.id)
        if (before !== '') return before
        const session = await transport.connect(host, { signal })
        try {
          const { user } = host.identity ?? fleet.identities.audit
          const read = await runStep(session, 'read', hostPushOfKept(plan), user, signal)
          const { ended, unit, files, open } = read
          if (!ended) return 'it did not say what its files are'
          if (open !== undefined) return holderWords(read)
          if (unit !== 'active') return `${plan.unit} is ${unit || 'not there'}`
          // What the audit account may not read, root compares when the push begins.
          const moved = plan.files.find(({ before }, index) => {
            const now = files.get(index + 1) ?? ''
            return now !== before && now !== 'unreadable' && (before.startsWith('unread:') || !now.startsWith('unread:'))
          })
          return moved === undefined ? '' : `${moved.path} is not as it was planned`
        } finally {
          session.close()
        }
      } catch (error) {
        return failureOf(error).detail
      }
    },
    async push(fleet, transport, planned, { undoAfterSeconds, signal, onStep }) {
      const toldOf = (plan: PushPlan) =>
        plan.reverts === undefined
          ? pushOfPlan(plan, fleet, undoAfterSeconds ?? 120, templates.pushable)
          : pushOfRevert(plan, fleet, ledger, plans)
      const { host } = toldOf(planned)
      const before = startedBefore(ledger.read().records, planned.id)
      if (before !== '') throw new GatehouseError({ code: 'push.not-possible', detail: before, host: host.name })
      const identity = changeIdentityOf(fleet, host)
      const way: ChangeWay = {
        user: identity.user,
        connect: (fresh, until) => transport.connect({ ...host, identity }, { signal: until, fresh }),
      }
      const unread = unreadPaths(planned)
      if (unread.length > 0)
        ledger.append({
          action: 'plan.digests',
          host: host.name,
          subject: planned.id,
          detail: `has the change account read ${unread.join(', ')}`,
        })
      const plan = await withDigests(planned, way, signal)
      const { push } = toldOf(plan)
      let seen = recent.take(fleet, host.name)
      const look = async (fresh: boolean, until: AbortSignal, loginAfter?: Promise<void>) => {
        const askedMs = performance.now()
        const audited = await lookAt(fleet, transport, host, fresh, until, { loginAfter, expected: seen?.asked, names: namesOf(plan) })
        return lookOf(audited, performance.now() - askedMs)
      }
      plans.keep(plan)
      return runTransaction({
        plan,
        planSha256: sha256Of(JSON.stringify(plan)),
        push: { ...push, who },
        undoAfterSeconds,
        host,
        ...way,
        before: async () => {
          seen ??= await look(false, signal)
          return seen
        },
        look: (until, loginAfter) => look(true, until, loginAfter),
        ledger,
        onStep,
        signal,
      })
    },
    async conflicts(fleet, transport, plan, signal) {
      try {
        const host = hostOf(fleet, plan.host)
        return conflictsOf(plan, await readFiles(fleet, transport, host, hostPushOfKept(plan), signal))
      } catch {
        return []
      }
    },
    extend: async (fleet, transport, id, seconds, signal) => {
      const plan = plans.find(id)
      const isOpen = openPushes(ledger.read().records).some(({ subject }) => subject === id)
      if (plan?.fleet !== fleet.name || !isOpen)
        throw new GatehouseError({ code: 'push.not-extended', detail: `no push ${id} is under way here` })
      const host = hostOf(fleet, plan.host)
      const identity = changeIdentityOf(fleet, host)
      const way: ChangeWay = {
        user: identity.user,
        connect: (fresh, until) => transport.connect({ ...host, identity }, { signal: until, fresh }),
      }
      return extendUndo({ way, ledger, plan, seconds, signal })
    },
  }
}

/** A value may be missing since the host could not say it: then why comes first, not what to type in its place. */
function renderedOr<T>(hindrance: () => string, host: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    const why = hindrance()
    throw why === '' ? error : new GatehouseError({ code: 'push.not-possible', detail: why, host })
  }
}

/** Who reads the files of a plan: what root alone may read the change account reads. It changes nothing by it. */
async function readerOf(
  fleet: Fleet,
  transport: Transport,
  host: Host,
  files: readonly Pick<HostFile, 'kind'>[],
  signal: AbortSignal,
): Promise<{ readonly session: HostSession; readonly user: string; readonly step: HostStep }> {
  const isClosed = files.some(({ kind }) => kinds[kind].closed)
  const identity = isClosed ? changeIdentityOf(fleet, host) : (host.identity ?? fleet.identities.audit)
  const session = await transport.connect(isClosed ? { ...host, identity } : host, { signal })
  return { session, user: identity.user, step: isClosed ? 'inspect' : 'read' }
}

async function readFiles(fleet: Fleet, transport: Transport, host: Host, push: HostPush, signal: AbortSignal): Promise<HostAnswer> {
  const { session, user, step } = await readerOf(fleet, transport, host, push.files, signal)
  try {
    return await runStep(session, step, push, user, signal)
  } finally {
    session.close()
  }
}
