import type { InferenceService } from '#shared/model/inference-service.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Unit } from '../../../facts/units/units.ts'
import type { Verdict } from '../../control.ts'
import { noServices, serviceName, startsByItself } from '../inference/service-words.ts'

/**
 * Judges every unit that runs an inference server once. Servers in containers, outside of units, and switched off have no unit to
 * judge here; a unit that could not be read is not evaluated.
 */
export function judgeUnits(
  services: readonly InferenceService[],
  units: FactResult<readonly Unit[]>,
  judge: (unit: Unit, service: InferenceService) => Omit<Verdict, 'subject'>,
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
    return [{ subject: unit.id, ...judge(unit, service) }]
  })
}

/** Did systemctl print the property? Older systemd leaves out what it does not know. */
export const printed = (unit: Unit, property: string): boolean => unit.properties[property] !== undefined

export const isRoot = (unit: Unit): boolean => !unit.dynamicUser && ['', 'root', '0'].includes(unit.user)
