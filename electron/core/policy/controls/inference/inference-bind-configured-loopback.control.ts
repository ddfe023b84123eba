import type { InferenceService } from '#shared/model/inference-service.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { unreadStarts } from '../../../facts/programs/unread-starts.ts'
import { keeperOf } from '../../../facts/services/keepers.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeBinds, citeUnit, foundAndExpected, isExposed, noServices, printBinds, serviceName } from './service-words.ts'

export default defineControl({
  id: 'inference-bind-configured-loopback',
  item: 'INF-1',
  severity: 'high',
  title: 'A restart keeps inference servers on this machine',
  rationale:
    'What listens on loopback today can be open tomorrow: a unit or drop-in that was edited after the server started takes effect at the next restart or reboot, when nobody looks.',
  steps: 'Set 127.0.0.1 where the unit has the address (OLLAMA_HOST, --host, or a file of variables), then run systemctl daemon-reload.',
  needs: ['services'],
  uses: ['units', 'processes'],
  references: ['NIST-800-53:CM-2', 'NIST-800-53:CM-6', 'CIS-8:4.1', 'ISO-27001:A.8.9'],
  evaluate: ({ services, units, processes }) => {
    const running = services.filter((service) => service.running)
    const unread = units.known ? unreadStarts(units.value, services).map(judgeUnread) : []
    const judged = running.map((service) => judge(service, units, processes.known ? processes.value : []))
    if (judged.length > 0 || unread.length > 0) return [...judged, ...unread]
    if (services.length === 0) return noServices
    const reason = 'Inference servers are installed, but none runs.'
    return [{ status: 'not-applicable', subject: '', title: 'No inference server runs', reason, cite: [] }]
  },
})

/** A script that does not run now, or runs again and again and fails. */
const judgeUnread = (unit: Unit): Verdict => ({
  status: 'not-evaluated',
  subject: unit.id,
  title: 'What the unit would start is not known',
  reason: `${unit.id} (${unit.unitFileState || 'no state'}, ${unit.activeState}) names an inference engine and starts ${unit.execStart.slice(0, 3).join(' ')}, which does not say what it listens on. No server of it runs now.`,
  hint: 'Start it and audit again, or let the unit start the server itself.',
  cite: citeUnit(unit, 'ExecStart'),
})

function judge(service: InferenceService, units: FactResult<readonly Unit[]>, processes: readonly Process[]): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  if (service.pod) {
    const reason = `The cluster decides what a new pod of ${name} listens on; inference-bound-to-loopback judges the one that runs.`
    return { ...base, status: 'not-applicable', title: 'A cluster decides its ports', reason, cite: [] }
  }
  if (service.how === 'container') {
    const reason = `Ports of ${name} are fixed when its container is made; inference-bound-to-loopback judges them.`
    return { ...base, status: 'not-applicable', title: 'A container keeps its published ports', reason, cite: [] }
  }
  if (service.how === 'process') {
    const own = ownUnit(service, processes)
    if (own) {
      const open = service.binds.some(isExposed)
      const reason = open
        ? `${name} is open now; inference-bound-to-loopback judges it.`
        : `${own.who} starts ${name} again, with settings that were not read: what it listens on then is not known.`
      const title = open ? 'The port is open now' : 'What a restart brings is not known'
      return { ...base, status: open ? 'not-applicable' : 'not-evaluated', title, reason, cite: [{ section: 'processes', line: own.line }] }
    }
    const reason = `${name} was started by hand, so no unit decides what a restart would bring.`
    return { ...base, status: 'not-applicable', title: 'No unit starts this server', reason, cite: [] }
  }
  const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
  if (unit?.properties.NeedDaemonReload === 'yes') {
    const reason = `The files of ${unit.id} changed after systemd read them, so what a restart brings is not known.`
    const cite = citeUnit(unit, 'NeedDaemonReload', { token: 'NeedDaemonReload=yes' })
    return {
      ...base,
      status: 'not-evaluated',
      title: 'The unit on disk is newer than the loaded',
      reason,
      hint: 'Run systemctl daemon-reload.',
      cite,
    }
  }
  if (unit && (unit.properties.PrivateNetwork === 'yes' || (unit.properties.NetworkNamespacePath ?? '') !== '')) {
    const reason = `${unit.id} gives ${name} a network of its own, whatever address it is configured for; inference-bound-to-loopback judges what leads there.`
    const name1 = unit.properties.PrivateNetwork === 'yes' ? 'PrivateNetwork' : 'NetworkNamespacePath'
    return { ...base, status: 'not-applicable', title: 'A restart keeps its own network', reason, cite: citeUnit(unit, name1) }
  }
  const configured = service.configuredBinds
  if (configured === undefined) {
    const reason = `What ${service.unit} starts ${name} with could not be read to the end (a wrapper script, or an unreadable environment file).`
    return {
      ...base,
      status: 'not-evaluated',
      title: 'The configured address is not known',
      reason,
      cite: unit ? citeUnit(unit, 'ExecStart') : [],
    }
  }
  const exposed = configured.filter(isExposed)
  if (exposed.length > 0 && service.binds.some(isExposed)) {
    const reason = `${name} is open now, as configured; inference-bound-to-loopback judges it.`
    return { ...base, status: 'not-applicable', title: 'The open port is as configured', reason, cite: [] }
  }
  if (exposed.length > 0) {
    return {
      ...base,
      status: 'fail',
      title: 'A restart would open the inference port',
      reason: `${name} is configured for ${printBinds(exposed)}, although it listens elsewhere now. Expected 127.0.0.1 only.`,
      cite: citeBinds(exposed, foundAndExpected),
    }
  }
  const where = configured.length === 0 ? 'no TCP port' : printBinds(configured)
  return {
    ...base,
    status: 'pass',
    title: 'Configured for this machine only',
    reason: `${name} is configured for ${where}.`,
    cite: citeBinds(configured),
  }
}

/** What else starts it again: a unit of a person's manager (`user@1000.service/app.slice/chat.service`), or a supervisor. */
function ownUnit({ pids }: InferenceService, processes: readonly Process[]): { readonly who: string; readonly line: number } | undefined {
  const main = processes.find(({ pid }) => pid === pids[0])
  const unit = /\/user@\d+\.service\/(?:.*\/)?([^/]+\.service)$/.exec(main?.cgroup ?? '')?.[1]
  if (main && unit) return { who: `${unit} of the user manager of ${main.user}`, line: main.line }
  const keeper = keeperOf(main?.pid, processes)
  return keeper?.restarts ? { who: `${keeper.name} (process ${keeper.process.pid})`, line: keeper.process.line } : undefined
}
