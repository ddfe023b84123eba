import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { errorCatalogue } from '#shared/error-catalogue.ts'
import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { OperableUnit, OperateRequest, OperateResult, OperateVerb, UnitState } from '#shared/model/operate.ts'
import type { ServiceLog } from '#shared/model/service-log.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Clock, Transport } from '../ports.ts'
import type { SudoProgram } from '../probe/section.ts'
import { hostServices } from '../views/services-view.ts'
import type { ViewService } from '../views/view-service.ts'
import { type Desk, deskOf } from './desk.ts'
import { withMissingRight } from './missing-right.ts'
import { isOperable, operableContainers } from './operable-containers.ts'
import { operableUnits, whyNotOperable } from './operable-units.ts'
import { operateAccountOf } from './operate-identity.ts'
import { operateSudoers } from './operate-sudoers.ts'
import { isAnotherRun, settle } from './settle.ts'

export interface OperatePorts {
  readonly clock: Clock
  readonly views: ViewService
  readonly ledger: Pick<Ledger, 'append'>
}

/** A large model is read for minutes before its server listens. */
const LIMIT_MS = 600_000
/** Whoever follows a log asks every few seconds. */
const NOTED_MS = 600_000
const LOOK_EVERY_MS = 1000
const AWAY_EVERY_MS = 2000
/** A host that goes down refuses log-ins for a moment, and systemd that is loaded anew does not answer. */
const MAX_REFUSALS = 3

/** Operator work: services that the last look knows are started, stopped and restarted, and looked at afterwards. */
export interface OperateService {
  /** What may be operated on a host; empty where it was never looked at. */
  units(fleet: Fleet, host: string): OperableUnit[]
  /** Throws `operate.unknown-unit`. */
  find(fleet: Fleet, host: string, unit: string): { readonly host: Host; readonly unit: OperableUnit }
  /** What sudo must allow the accounts that operate; empty where the fleet file names none. */
  sudoers(fleet: Fleet, host?: string, program?: SudoProgram): string
  status(fleet: Fleet, transport: Transport, host: string, unit: string, signal: AbortSignal): Promise<UnitState>
  /** The newest lines of the journal, content taken out. In the ledger once per service and ten minutes. Rejects like `run`. */
  logs(fleet: Fleet, transport: Transport, host: string, unit: string, signal: AbortSignal): Promise<ServiceLog>
  /**
   * In the ledger before and after. Rejects with `operate.not-possible` and `operate.not-allowed` when nothing was done. Once the command was sent, what
   * came of it is found by looking, over a new connection where the old one broke: `signal` ends the looking, never what systemd does.
   */
  run(
    fleet: Fleet,
    transport: Transport,
    request: OperateRequest,
    options: { readonly signal: AbortSignal; readonly onStep?: (words: string) => void },
  ): Promise<OperateResult>
}

/** What may be operated is taken from the newest audit of a host, and asked of the host itself before anything is done. */
export function createOperateService({ clock, views, ledger }: OperatePorts): OperateService {
  /** When the logs of a service were last noted as read. */
  const read = new Map<string, number>()
  const units = (fleet: Fleet, host: string): OperableUnit[] =>
    views.show(fleet, host, (sources) => {
      const { services } = hostServices(sources)
      const all = [...operableUnits({ services }), ...operableContainers({ services, containers: sources.facts.containers })]
      const of = fleet.hosts.find(({ name }) => name === host)
      return of === undefined ? all : withMissingRight(all, fleet, of, sources.facts, clock.now())
    }) ?? []

  function find(fleet: Fleet, host: string, unit: string) {
    const of = fleet.hosts.find(({ name }) => name === host)
    const known = units(fleet, host)
    const found = known.find((one) => one.unit === unit && isOperable(one))
    if (of === undefined || found === undefined) {
      const named = `container:${unit.replace(/^(?:docker|podman|container):/, '')}`
      const why =
        known.find((one) => one.unit === named)?.unavailable ??
        views.show(fleet, host, (sources) => whyNotOperable(hostServices(sources), unit))
      throw new GatehouseError({
        code: 'operate.unknown-unit',
        detail:
          why ??
          `expected one of ${
            known
              .filter(isOperable)
              .map((one) => one.unit)
              .join(', ') || 'none: the host was not looked at, or nothing of it is a unit or a container'
          }`,
        host,
      })
    }
    return { host: of, unit: found }
  }

  return {
    units,
    find,
    sudoers: (fleet, host, program) => operateSudoers(fleet, (name) => units(fleet, name).filter(isOperable), host, program),
    status: async (fleet, transport, name, id, signal) => {
      const { host, unit } = find(fleet, name, id)
      return (await deskOf(fleet, transport, host, unit).look(signal)).state
    },
    async logs(fleet, transport, name, id, signal) {
      const { host, unit } = find(fleet, name, id)
      const account = operateAccountOf(fleet, host)
      const desk = deskOf(fleet, transport, host, unit)
      const key = `${fleet.name} ${name} ${id}`
      const now = clock.now()
      if (now - (read.get(key) ?? Number.NEGATIVE_INFINITY) >= NOTED_MS) {
        ledger.append({ action: 'operate.logs', host: name, subject: randomUUID(), detail: `${desk.subject} as ${account.identity.user}` })
        read.set(key, now)
      }
      return desk.logs(signal)
    },
    async run(fleet, transport, { host: name, unit: id, verb }, { signal, onStep = () => undefined }) {
      const { host, unit } = find(fleet, name, id)
      const account = operateAccountOf(fleet, host)
      const desk = deskOf(fleet, transport, host, unit)
      onStep('looking at it')
      const { state: before, refused: never } = await desk.look(signal, verb)
      const refused = never === undefined ? whyNot(verb, id, desk, before) : `${id}: ${never}`
      if (refused !== undefined) throw new GatehouseError({ code: 'operate.not-possible', detail: refused, host: name })
      const subject = randomUUID()
      const note = (action: string, detail: string) => ledger.append({ action: `operate.${action}`, host: name, subject, detail })
      note(verb, `${desk.subject} as ${account.identity.user}`)
      onStep(`${desk.by === 'systemd' ? 'systemctl' : desk.by} ${verb}`)
      try {
        await desk.send(verb, signal)
      } catch (error) {
        const { code, detail } = failureOf(error)
        if (errorCatalogue[code].retry === 'now') onStep('no answer came; what came of it is found by looking')
        else {
          note('refused', `${verb} ${desk.subject}: ${detail}`.slice(0, 4000))
          throw error
        }
      }
      const result = await watch(
        { clock, signal, onStep, by: desk.by, look: async (until) => (await desk.look(until)).state },
        { verb, unit, before },
      )
      note(result.outcome, `${verb} ${desk.subject}: ${result.detail}`.slice(0, 4000))
      return result
    },
  }
}

/** What would change nothing is not sent. */
function whyNot(verb: OperateVerb, unit: string, { by }: Pick<Desk, 'by'>, { activeState, mainPid, job }: UnitState): string | undefined {
  if (job) return `${by} is at work on ${unit} already`
  if (verb === 'start' && activeState === 'active') return `${unit} runs already`
  if (verb === 'stop' && activeState !== 'active' && mainPid === 0 && activeState !== 'activating')
    return `${unit} is ${activeState} already`
  return undefined
}

interface Watch {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onStep: (words: string) => void
  readonly by: Desk['by']
  readonly look: (signal: AbortSignal) => Promise<UnitState>
}

async function watch(
  { clock, signal, onStep, by, look }: Watch,
  { verb, unit, before }: { readonly verb: OperateVerb; readonly unit: OperableUnit; readonly before: UnitState },
): Promise<OperateResult> {
  const sentAt = clock.now()
  let last: UnitState | undefined
  let steadySince = sentAt
  let waits = ''
  let refusals = 0
  const unknown = (why: string): OperateResult => ({
    ...{ outcome: 'unknown', before, after: last ?? null },
    detail: `${unit.unit}: ${why}${waits === '' ? '' : `; waited for: ${waits}`}`,
  })
  const say = (words: string) => {
    if (words !== waits) onStep(words)
    waits = words
  }
  for (;;) {
    if (signal.aborted) return unknown('nobody waited for the end')
    try {
      const now = await look(AbortSignal.any([signal, AbortSignal.timeout(30_000)]))
      const at = clock.now()
      if (last === undefined || isAnotherRun(last, now) || now.mainPid !== last.mainPid) steadySince = at
      last = now
      refusals = 0
      const settled = settle({
        ...{ verb, by, unit: unit.unit, ports: unit.ports, before, now },
        sinceMs: at - sentAt,
        steadyMs: at - steadySince,
      })
      if ('outcome' in settled) return { ...settled, before, after: now }
      say(settled.waitsFor)
    } catch (error) {
      const { code, detail } = failureOf(error)
      if (errorCatalogue[code].retry !== 'now' && ++refusals >= MAX_REFUSALS) return unknown(detail)
      say(`the host does not answer (${errorCatalogue[code].title})`)
      await pause(AWAY_EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
    if (clock.now() - sentAt >= LIMIT_MS) return unknown(`not done after ${LIMIT_MS / 60_000} minutes`)
    await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}
