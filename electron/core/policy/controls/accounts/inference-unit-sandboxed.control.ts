import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { impliesNoNewPrivileges } from '../../../facts/units/running-as.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeUnit, noServices, serviceName, startsByItself } from '../inference/service-words.ts'
import { inForce, printed } from '../units/unit-subjects.ts'

interface Measure {
  readonly property: string
  readonly holds: (unit: Unit) => boolean
  /** What to write; safe for CUDA. */
  readonly expected: string
}

/** systemd.exec(5). None of these keeps a GPU from working; PrivateDevices= and MemoryDenyWriteExecute= would, and are not asked for. */
const measures: readonly Measure[] = [
  {
    property: 'NoNewPrivileges',
    holds: (unit) => unit.properties.NoNewPrivileges === 'yes' || impliesNoNewPrivileges(unit),
    expected: 'NoNewPrivileges=yes',
  },
  { property: 'PrivateTmp', holds: (unit) => /^(?:yes|disconnected)$/.test(unit.properties.PrivateTmp ?? ''), expected: 'PrivateTmp=yes' },
  {
    property: 'ProtectSystem',
    holds: (unit) => /^(?:strict|full)$/.test(unit.properties.ProtectSystem ?? ''),
    expected: 'ProtectSystem=strict',
  },
  {
    property: 'ProtectHome',
    holds: (unit) => /^(?:yes|read-only|tmpfs)$/.test(unit.properties.ProtectHome ?? ''),
    expected: 'ProtectHome=yes',
  },
]

export default defineControl({
  id: 'inference-unit-sandboxed',
  item: 'INF-5',
  severity: 'medium',
  title: 'Units of inference servers are sandboxed',
  rationale:
    'A server that was taken over can read what its account can read and write what it can write. Four lines in the unit take the rest of the machine out of its reach without touching the GPU.',
  needs: ['services'],
  uses: ['units'],
  remediation: { template: 'systemd-sandbox' },
  references: ['NIST-800-53:SC-39', 'NIST-800-53:CM-7', 'CIS-8:4.1', 'https://www.freedesktop.org/software/systemd/man/systemd.exec.html'],
  evaluate: ({ services, units }) => (services.length === 0 ? noServices : services.map((service) => judge(service, units))),
})

function judge(service: InferenceService, units: FactResult<readonly Unit[]>): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  if (service.how === 'container') {
    const reason = `${name} runs in a container, and no unit confines it. Whether the container is a way to root, inference-account-not-privileged judges.`
    return { ...base, status: 'not-applicable', title: 'The server runs in a container', reason, cite: [] }
  }
  if (service.how === 'process') {
    const reason = `${name} was started outside any system unit, so nothing confines it. Expected a unit with its own account and sandbox.`
    return { ...base, status: 'warning', title: 'The server runs outside any unit', reason, cite: [{ section: 'processes', line: 0 }] }
  }
  const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
  if (!unit) {
    const reason = `The properties of ${service.unit} could not be read${units.known ? '' : `: ${units.reason}`}.`
    const hint = units.known ? undefined : units.hint
    return { ...base, status: 'not-evaluated', title: 'The unit of the server could not be read', reason, hint, cite: [] }
  }
  if (!service.running && !startsByItself(unit)) {
    const reason = `${name} is installed, stopped and not enabled.`
    return { ...base, status: 'not-applicable', title: 'The server is switched off', reason, cite: [] }
  }
  const open = measures.filter(({ holds }) => !holds(unit))
  const missing = open.filter(({ property }) => printed(unit, property))
  const unread = open.filter(({ property }) => !printed(unit, property))
  const cite = (all: readonly Measure[], lacking: boolean): readonly Citation[] =>
    all.flatMap(({ property, expected }) => {
      const found = `${property}=${unit.properties[property] ?? ''}`
      return citeUnit(unit, property, lacking ? { token: found, note: `Expected ${expected}.` } : { token: found })
    })
  const unreadWords = `systemctl did not print ${unread.map(({ property }) => property).join(', ')} of ${unit.id}.`
  if (missing.length === 0 && unread.length > 0)
    return { ...base, status: 'not-evaluated', title: 'Sandbox of the unit could not be read', reason: unreadWords, cite: [] }
  if (missing.length === 0) {
    const reason = `${unit.id} has ${measures.map(({ property }) => `${property}=${unit.properties[property] || 'no'}`).join(', ')}.`
    return inForce(unit, { ...base, status: 'pass', title: 'The unit is sandboxed', reason, cite: cite(measures, false) })
  }
  return {
    ...base,
    status: 'warning',
    title:
      missing.length === measures.length
        ? 'The unit has no sandbox'
        : `${missing.length} of ${measures.length} sandbox settings are missing`,
    reason: `${unit.id} lacks ${missing.map(({ expected }) => expected).join(', ')}.${unread.length > 0 ? ` And ${unreadWords}` : ''}`,
    cite: cite(missing, true),
  }
}
