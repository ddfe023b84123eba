import { engineNames, type InferenceService, type ServiceBind } from '#shared/model/inference-service.ts'
import { printBind } from '#shared/model/listener.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { unseenFlags } from '../../../facts/services/flags.ts'
import type { Unit } from '../../../facts/units/units.ts'
import type { Verdict } from '../../control.ts'

/** As findings have it: several of one engine are told apart by their id. */
export const serviceName = (service: InferenceService): string => `${engineNames[service.engine]} (${service.id})`

export const noServices: readonly Verdict[] = [
  {
    status: 'not-applicable',
    subject: '',
    title: 'No inference server on this host',
    reason: 'No inference server was found among processes, units and containers.',
    cite: [],
  },
]

/** Line of a server's first process in section `processes`, where its flags stand. */
export const processLine = (service: InferenceService, processes: FactResult<readonly Process[]>): number | undefined =>
  processes.known ? processes.value.find(({ pid }) => pid === service.pids[0])?.line : undefined

type Unread = Pick<Verdict, 'status' | 'title' | 'reason'>

/** Of a server whose words nobody saw: they decide, so nothing is said. */
export const commandLineUnread = (service: InferenceService): Unread => ({
  status: 'not-evaluated',
  title: "The server's command line could not be read",
  reason: `The command line of ${serviceName(service)} could not be read.`,
})

/** Of vLLM whose command does not show all that sets it. Undefined where it does. */
export function settingsElsewhere(service: InferenceService): Unread | undefined {
  const elsewhere = unseenFlags(service.argv)
  if (elsewhere === undefined) return undefined
  const reason = `${serviceName(service)}: ${elsewhere} may set what no flag does.`
  return { status: 'not-evaluated', title: 'Not all settings of the server are in sight', reason }
}

/** Judges the servers that run. What a stopped one would do when it starts is `inference-bound-to-loopback`'s to say. */
export function judgeRunning(services: readonly InferenceService[], judge: (service: InferenceService) => Verdict): readonly Verdict[] {
  if (services.length === 0) return noServices
  const running = services.filter((service) => service.running)
  return running.length === 0 ? noneRuns : running.map(judge)
}

const noneRuns: readonly Verdict[] = [
  {
    status: 'not-applicable',
    subject: '',
    title: 'No inference server runs',
    reason: 'Inference servers are installed, but none runs.',
    cite: [],
  },
]

/** `every interface (0.0.0.0:11434)`, `10.0.0.5:8000`. */
export const printBinds = (binds: readonly ServiceBind[]): string =>
  [...new Set(binds.map((bind) => (bind.scope === 'wildcard' ? `every interface (${printBind(bind)})` : printBind(bind))))]
    .slice(0, 6)
    .join(', ')

/** An address of a card counts as well as all of them; who gets to it is the firewall's question. */
export const isExposed = ({ scope }: ServiceBind): boolean => scope !== 'loopback'

/** Lines that show binds; `note` marks them as offending. */
export const citeBinds = (binds: readonly ServiceBind[], note?: (bind: ServiceBind) => string): readonly Citation[] =>
  binds.filter(({ line }) => line > 0).map((bind) => ({ section: bind.section, line: bind.line, token: bind.token, note: note?.(bind) }))

/** A sentence for people, which begins and ends it. */
export const foundAndExpected = (bind: ServiceBind): string =>
  `${bind.scope === 'wildcard' ? 'Bound to every interface' : `Bound to ${printBind(bind)}`}. Expected 127.0.0.1:${bind.port}.`

/** For people, where only the owner of a socket is missing. */
export const ownersHint = 'Let the audit account run ss as root; gatehouse sudoers prints the exact line.'

/** What would show where it listens; undefined where nothing is known to help. */
export const hintFor = (service: InferenceService): string | undefined =>
  service.awaitedBinds
    ? 'Audit again once it answers.'
    : /owners of sockets|no listening socket/.test(service.bindUnknown ?? '')
      ? ownersHint
      : undefined

/** By what systemd starts a unit that nobody asks for: its sockets, timers and paths, and other units that name it (systemd.unit(5)). Of one without [Install] its state says `static`. */
const STARTED_BY = ['TriggeredBy', 'WantedBy', 'RequiredBy', 'BoundBy', 'UpheldBy'] as const

/** Does systemd start it without being asked, at boot, on a trigger or with another unit? */
export const startsByItself = (unit: Unit): boolean =>
  /^(?:enabled|enabled-runtime)$/.test(unit.unitFileState) || STARTED_BY.some((property) => (unit.properties[property] ?? '') !== '')

/** Line of a property or variable in section `units`. */
export function citeUnit(unit: Unit, name: string, extra: Pick<Citation, 'note' | 'token'> = {}): readonly Citation[] {
  const line = unit.lines[name]
  return line === undefined ? [] : [{ section: 'units', line, ...extra }]
}

/** The same list where all run, so that what is remembered of it is found. */
export const runningOf = (services: readonly InferenceService[]): readonly InferenceService[] =>
  services.every(({ running }) => running) ? services : services.filter(({ running }) => running)
