import type { InferenceService } from '#shared/model/inference-service.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Unit } from '../../../facts/units/units.ts'
import type { Verdict } from '../../control.ts'
import { noServices, serviceName, startsByItself } from '../inference/service-words.ts'

/**
 * Judges every unit that runs an inference server once. Servers in containers, outside of units, and switched off have no unit to
 * judge here; a unit that could not be read is not evaluated. `about`: whether the verdict is about how the process runs, or about the files alone.
 */
export function judgeUnits(
  services: readonly InferenceService[],
  units: FactResult<readonly Unit[]>,
  judge: (unit: Unit, service: InferenceService) => Omit<Verdict, 'subject'>,
  about: 'process' | 'files' = 'process',
): readonly Verdict[] {
  if (services.length === 0) return noServices
  const seen = new Set<string>()
  return services.flatMap((service): readonly Verdict[] => {
    const base = { subject: service.id, cite: [] }
    const name = serviceName(service)
    if (service.how !== 'systemd') {
      const reason = `${name} is not run by a system unit; inference-unit-sandboxed judges that.`
      return [{ ...base, status: 'not-applicable', title: 'No unit runs this server', reason }]
    }
    const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
    if (!unit) {
      const reason = `The properties of ${service.unit} could not be read${units.known ? '' : `: ${units.reason}`}.`
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'The unit of the server could not be read',
          reason,
          hint: units.known ? undefined : units.hint,
        },
      ]
    }
    if (seen.has(unit.id)) return []
    seen.add(unit.id)
    if (!service.running && !startsByItself(unit))
      return [{ ...base, status: 'not-applicable', title: 'The server is switched off', reason: `${name} is stopped and not enabled.` }]
    const verdict = judge(unit, service)
    return [{ subject: unit.id, ...(about === 'process' ? inForce(unit, verdict) : verdict) }]
  })
}

/** What changed since the unit was started is not in force, though systemd may have loaded it, as it does for `systemctl edit`. */
export function inForce<V extends Omit<Verdict, 'subject'>>(unit: Unit, verdict: V): V {
  const loose = unit.runningAs?.find(({ without }) => without.length > 0)
  if (verdict.status === 'pass' && loose)
    return {
      ...verdict,
      status: 'warning',
      title: 'What runs is not held by its unit',
      reason: `Process ${loose.pid} of ${unit.id} runs without ${loose.without.join(', ')}, which the unit sets: its command begins with +, or it was started before. By the files: ${verdict.reason}`,
      hint: 'Take the + from ExecStart= and restart the unit.',
      cite: [{ section: 'processes', line: loose.line }, ...verdict.cite],
    }
  const newer = (unit.newerFiles ?? []).filter(({ path }) => !unit.environmentFiles.includes(path))
  return verdict.status !== 'pass' || newer.length === 0
    ? verdict
    : {
        ...verdict,
        status: 'not-evaluated',
        title: 'What runs may be set otherwise',
        reason: `${newer
          .slice(0, 3)
          .map(({ path }) => path)
          .join(', ')} changed after ${unit.id} was started. By the files: ${verdict.reason}`,
        hint: 'Restart the unit.',
        cite: [...newer.slice(0, 3).map(({ line }) => ({ section: 'units', line })), ...verdict.cite],
      }
}

/** Did systemctl print the property? Older systemd leaves out what it does not know. */
export const printed = (unit: Unit, property: string): boolean => unit.properties[property] !== undefined

/** By its account, or since its command begins with + or !, whatever User= says (systemd.service(5)). */
export const isRoot = (unit: Unit): boolean =>
  (!unit.dynamicUser && ['', 'root', '0'].includes(unit.user)) ||
  (unit.commands ?? []).some(({ setting, asRoot }) => setting === 'ExecStart' && asRoot)
