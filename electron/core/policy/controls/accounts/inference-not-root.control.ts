import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { Program, ProgramKind } from '../../../facts/programs/programs.ts'
import { unwrap } from '../../../facts/services/launchers.ts'
import { isSandbox } from '../../../facts/services/sandboxes.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeUnit, noServices, serviceName, startsByItself } from '../inference/service-words.ts'

interface Uses {
  readonly processes: FactResult<readonly Process[]>
  readonly units: FactResult<readonly Unit[]>
  readonly containers: FactResult<Containers>
}

export default defineControl({
  id: 'inference-not-root',
  item: 'INF-5',
  severity: 'high',
  title: 'Model servers, interfaces and notebooks do not run as root',
  rationale:
    'A model file or a request that takes over the server then owns the machine: every model, key and GPU on it. Engines parse untrusted model formats and have had remote code execution more than once.',
  needs: ['services'],
  uses: ['processes', 'units', 'containers', 'programs'],
  remediation: { template: 'service-account', also: ['system-account'] },
  references: ['NIST-800-53:AC-6', 'NIST-800-53:AC-6(10)', 'CIS-8:5.4', 'ISO-27001:A.8.2'],
  evaluate: ({ services, programs, ...uses }) => {
    const verdicts = [
      ...services.map((service) => (service.running ? judgeRunning(service, uses) : judgeStopped(service, uses))),
      ...(programs.known ? programs.value : []).flatMap((program) => judgeProgram(program, uses)),
    ]
    return verdicts.length > 0 ? verdicts : noServices
  },
})

/** What serves models beside the engines that are known in depth, takes requests for them, or runs code for whoever uses it. Others are root's by trade. */
const KINDS: readonly ProgramKind[] = ['inference', 'interface', 'notebook']

function judgeProgram(program: Program, { processes }: Uses): readonly Verdict[] {
  const { id, name, kind, container } = program
  if (!KINDS.includes(kind)) return []
  const base = { subject: id }
  const own = processes.known ? processOf(program, processes.value) : undefined
  if (own === undefined || own.uid < 0) {
    const reason = `The account that ${name} runs as could not be read.`
    return [{ ...base, status: 'not-evaluated', title: 'The account of a program could not be read', reason, cite: citeProcess(own) }]
  }
  if (own.uid !== 0) {
    const reason = `${name} runs as ${own.user} (uid ${own.uid}).`
    return [{ ...base, status: 'pass', title: 'Runs without root', reason, cite: citeProcess(own) }]
  }
  return [
    {
      ...base,
      // An interface parses no models; behind a boundary of its own that weighs less.
      ...(kind === 'interface' && container !== undefined ? { status: 'warning', severity: 'medium' } : { status: 'fail' }),
      title: `${name.slice(0, 33)} runs as root`,
      reason: `${name} runs as root${container === undefined ? '' : ` in its container ${container}`} (process ${own.pid}). Expected an account of its own.`,
      hint: container === undefined ? 'Give its unit User= with a system account of its own, and that account its files.' : inContainer,
      template: null,
      cite: citeProcess(own, 'Runs as root. Expected a service account.'),
    },
  ]
}

/** The program itself, and neither what started it as somebody else (`sudo -u`, an init of a container) nor what somebody starts from it. */
function processOf({ pids }: Program, processes: readonly Process[]): Process | undefined {
  const members = pids.flatMap((pid) => processes.find((process) => process.pid === pid && !isSandbox(process)) ?? [])
  return members.find(({ argv }) => unwrap(argv).some(({ wrapped }) => !wrapped)) ?? members[0]
}

const inContainer = 'Start it with --user, or switch on user namespaces (userns-remap, rootless).'

function judgeRunning(service: InferenceService, { processes, containers }: Uses): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  const seen = processes.known ? processes.value.filter(({ pid }) => service.pids.includes(pid)) : []
  const members = seen.filter((process) => !isSandbox(process))
  const told = members.length < seen.length ? citeContainer(service, containers) : []
  const root = members.find(({ uid }) => uid === 0)
  const main = members.find(({ pid }) => pid === service.pids[0])
  if (root || service.uid === 0) {
    const shown = root ?? main
    const inside = service.how === 'container'
    return {
      ...base,
      status: 'fail',
      title: inside ? 'The container runs its server as root' : 'The inference server runs as root',
      reason: `${name} runs as root${shown && shown.pid !== service.pids[0] ? ` in process ${shown.pid}` : ''}. Expected a service account of its own.`,
      ...(inside && {
        rationale:
          'Root inside a container without a user namespace is root on the host as soon as one boundary fails: a mounted socket, a device driver, a flaw in the container toolkit.',
        hint: service.pod
          ? 'Set runAsNonRoot and runAsUser in the securityContext of its pod.'
          : service.madeFrom?.quadlet
            ? `Set User=, or UserNS=auto, in ${service.madeFrom.path}, then systemctl daemon-reload and restart ${service.madeFrom.unit}.`
            : inContainer,
      }),
      cite: [...told, ...citeProcess(shown, 'Runs as root. Expected a service account.')],
    }
  }
  if (service.uid === undefined || (members.length > 0 && members.some(({ uid }) => uid < 0))) {
    const reason = `The account that ${name} runs as could not be read.`
    return {
      ...base,
      status: 'not-evaluated',
      title: 'The service account could not be read',
      reason,
      cite: [...told, ...citeProcess(main)],
    }
  }
  const reason = `${name} runs as ${service.user ?? 'an account without name'} (uid ${service.uid}).`
  return { ...base, status: 'pass', title: 'Runs without root', reason, cite: [...told, ...citeProcess(main)] }
}

/** What runs in a sandbox is no process of the host; its container names the account. */
const citeContainer = ({ container }: InferenceService, containers: FactResult<Containers>): readonly Citation[] =>
  (containers.known ? containers.value.containers : [])
    .filter(({ name }) => name === container)
    .map(({ line }) => ({ section: 'containers', line }))

const citeProcess = (process: Process | undefined, note?: string): readonly Citation[] =>
  process ? [{ section: 'processes', line: process.line, token: process.user, note }] : []

function judgeStopped(service: InferenceService, { units }: Uses): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
  if (unit && !startsByItself(unit)) {
    const reason = `${name} is installed, stopped and not enabled.`
    return { ...base, status: 'not-applicable', title: 'The server is switched off', reason, cite: [] }
  }
  if (unit && service.uid === 0) {
    const reason = `${name} does not run now; its unit names no other account than root.`
    const cite = citeUnit(unit, 'User', { note: 'Empty means root. Expected a service account.' })
    return { ...base, status: 'warning', title: 'A stopped server would run as root', reason, cite }
  }
  if (unit?.commands?.some(({ setting, asRoot }) => setting === 'ExecStart' && asRoot)) {
    const reason = `${name} does not run now; its unit starts it with + or !, as root, whatever User= says.`
    const cite = citeUnit(unit, 'ExecStartEx', { note: 'As root. Expected a service account.' })
    return { ...base, status: 'warning', title: 'A stopped server would run as root', reason, cite }
  }
  if (unit && (service.user || unit.dynamicUser)) {
    const reason = `${name} does not run now; its unit starts it as ${service.user || 'a dynamic account'}.`
    return { ...base, status: 'pass', title: 'Stopped, and configured without root', reason, cite: citeUnit(unit, 'User') }
  }
  const reason = `${name} is stopped, and the account that it would run as is not known.`
  return { ...base, status: 'not-evaluated', title: 'Account of the stopped server is not known', reason, cite: [] }
}
