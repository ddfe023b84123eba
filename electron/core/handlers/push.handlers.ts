import { GatehouseError } from '#shared/errors.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'
import { pushesUnderWay } from '#shared/model/pushes-under-way.ts'
import { pushRecords } from '../push/journal/history.ts'
import { parametersFor } from '../push/plan/defaults.ts'
import { knownHindrance } from '../push/plan/known-hindrance.ts'
import { loginOf, makePassword } from '../push/plan/login.ts'
import type { Services } from '../services.ts'
import { auditAgain } from './audit-again.ts'
import { steppedUp, unlessOperating, unlessPushing } from './change-guards.ts'
import type { Handlers } from './handler.ts'

/** The undo of a drill fires after 15 s; what takes longer did not come. */
const DRILL_TIMEOUT_MS = 240_000
const ADOPT_TIMEOUT_MS = 60_000

/** Templates, plans, pushes and what guards them. */
export function pushHandlers(services: Services): Handlers {
  const { fleet, audits, pushJobs, waveJobs, recovery, stepUp, templates } = services
  /** Hosts that are being drilled, with when their undo fires once it is armed. */
  const drills = new Map<string, string | null>()

  /** The results of a host are not what they were once it was changed: it is audited again. */
  function startPush({ plan, typedHost }: Input<'push:start'>): Output<'push:start'> {
    const of = fleet.require()
    const over = services.transport()
    const { job, done } = pushJobs.start(of, over, plan, typedHost)
    void done.then(({ result }) => result && auditAgain(services, of, over, job.plan.host))
    return job
  }

  function startWaves(choice: Input<'push:start-many'>): Output<'push:start-many'> {
    const of = fleet.require()
    const over = services.transport()
    const { job, done } = waveJobs.start(of, over, choice)
    void done.then(({ hosts }) => {
      const touched = hosts.filter(({ outcome }) => outcome !== 'refused' && outcome !== 'not-started').map(({ plan }) => plan.host)
      if (touched.length > 0) void auditAgain(services, of, over, ...touched)
    })
    return job
  }

  function decideTemplate({ decision, id, sha256, note }: Input<'template:decide'>): Output<'template:decide'> {
    stepUp.require()
    const entry = templates.decide(decision, id, sha256, note)
    services.changed('template:changed')
    return entry
  }

  function pushHistory(): Output<'push:history'> {
    return { pushes: pushRecords(services.ledger.read().records, services.plans.find) }
  }

  function openPushes(): Output<'push:open'> {
    const underWay = pushesUnderWay(pushJobs.job(), waveJobs.job())
    const open = new Set(recovery.open(fleet.state().fleet).map(({ record }) => record.subject))
    const { records, broken } = services.ledger.read()
    return {
      pushes: pushRecords(records, () => undefined)
        .filter(({ id }) => open.has(id) && !underWay.has(id))
        .map(({ id, host, state, end }) => ({ id, host, state, end })),
      brokenLedger: broken ? `${services.ledger.path}: record ${broken.line} ${broken.reason}` : null,
    }
  }

  async function finishPush(id: string): Promise<Output<'push:finish'>> {
    const of = fleet.require()
    const over = services.transport()
    const host = recovery.open(of).find(({ record }) => record.subject === id)?.record.host
    const result = await recovery.finish(of, over, id)
    if (host !== undefined) void auditAgain(services, of, over, host)
    return result
  }

  /** Nothing is filled from a host that was never looked at. */
  function pushParameters({ host, template, parameters }: Input<'push:parameters'>): Output<'push:parameters'> {
    const { manifest } = templates.find(template)
    const opened = fleet.require()
    const audit = audits.host(opened, host)
    const of = opened.hosts.find(({ name }) => name === host)
    const seen =
      audit &&
      of &&
      services.views.show(opened, host, ({ facts }) => {
        const values = parametersFor(manifest, { fleet: opened, host: of, audit, facts }, parameters)
        return { values, hindrance: knownHindrance(manifest, { audit, facts, values }) }
      })
    const standing = Object.entries(manifest.parameters).flatMap(([name, parameter]) =>
      parameter.default === undefined ? [] : [[name, parameter.default] as const],
    )
    return { values: { ...Object.fromEntries(standing), ...parameters, ...seen?.values }, hindrance: seen?.hindrance ?? '' }
  }

  function originOf({ host, path }: Input<'push:origin'>): Output<'push:origin'> {
    const plan = services.drift.watched(fleet.require(), host).find((file) => file.path === path)?.plan
    // What took a push back has the bytes of the host, not those of a template.
    return plan === undefined || plan.reverts !== undefined ? null : { template: plan.template.id, parameters: plan.parameters }
  }

  /** Throws `push.running` where one is being drilled: both would write the same file. */
  async function drill(host: string): Promise<Output<'push:drill'>> {
    if (drills.has(host)) throw new GatehouseError({ code: 'push.running', detail: `a drill of ${host}`, host })
    const tell = (firesAt: string | null) => {
      drills.set(host, firesAt)
      services.changed('push:changed')
    }
    tell(null)
    try {
      const signal = AbortSignal.timeout(DRILL_TIMEOUT_MS)
      return await recovery.drill(fleet.require(), services.transport(), host, signal, (firesAt) => tell(firesAt.toISOString()))
    } finally {
      drills.delete(host)
    }
  }

  function drilled(host: string): Output<'push:drilled'> {
    const firesAt = drills.get(host)
    return { at: recovery.drilled(host)?.at ?? null, underWay: firesAt === undefined ? null : { firesAt } }
  }

  /** The finding is judged anew: the host is audited again. */
  async function adopt({ host, path }: Input<'push:adopt'>): Promise<string> {
    stepUp.require()
    const of = fleet.require()
    const over = services.transport()
    const state = await services.drift.adopt(of, over, host, path, AbortSignal.timeout(ADOPT_TIMEOUT_MS))
    void auditAgain(services, of, over, host)
    return state
  }

  return {
    'push:templates': () => templates.list(),
    'template:decide': decideTemplate,
    'push:parameters': pushParameters,
    'push:login': async ({ name }) => {
      const password = makePassword()
      return { login: await loginOf(name, password), password }
    },
    'push:plan': (choice) => pushJobs.plan(fleet.require(), services.transport(), choice),
    'push:stop-planning': () => {
      pushJobs.stopPlanning()
      return null
    },
    'push:start': (request) => unlessPushing(services, () => unlessOperating(services, () => startPush(request))),
    'push:plan-many': ({ hosts, ...draft }) => waveJobs.plan(fleet.require(), services.transport(), hosts, draft),
    'push:start-many': (choice) => unlessPushing(services, () => unlessOperating(services, () => startWaves(choice))),
    'push:waves': () => waveJobs.job(),
    'push:stop-waves': () => {
      waveJobs.stop()
      return null
    },
    'push:undo-one': ({ host }) => {
      waveJobs.undo(host)
      return null
    },
    'push:extend-one': ({ host }) => waveJobs.extend(fleet.require(), services.transport(), host),
    'push:undo': () => {
      pushJobs.undo()
      return null
    },
    'push:extend': () => pushJobs.extend(fleet.require(), services.transport()),
    'push:take-back': ({ id }) => pushJobs.keep(recovery.takeBack(id)),
    'push:finish': ({ id }) => steppedUp(services, () => finishPush(id)),
    'push:origin': originOf,
    'push:adopt': adopt,
    'push:drilled': ({ host }) => drilled(host),
    'push:drill': ({ host }) => steppedUp(services, () => drill(host)),
    'push:job': () => pushJobs.job(),
    'push:history': pushHistory,
    'push:open': openPushes,
    'step-up:state': () => stepUp.state(),
    'step-up:enrol': () => stepUp.enrol(),
    'step-up:confirm': ({ code }) => stepUp.confirm(code),
    'step-up:lock': () => stepUp.lock(),
  }
}
