import { defineControl } from '../../control.ts'
import { citeUnit } from '../inference/service-words.ts'
import { kernelProtections } from './kernel-protections.ts'
import { judgeUnits, printed } from './unit-subjects.ts'

/** Of namespaces those are printed that are left (systemd.exec(5)): in one for users, which anybody may make, the unit's account is root towards most of the kernel. */
const isOn = (name: string, value: string): boolean =>
  !/^(?:no)?$/.test(value) && !(name === 'RestrictNamespaces' && value.split(/\s+/).includes('user'))

export default defineControl({
  id: 'inference-unit-kernel-protected',
  item: 'INF-5',
  severity: 'low',
  title: 'Units of inference servers keep away from the kernel',
  rationale:
    'Most ways from a service account to root go through kernel settings, kernel logs, namespaces or setuid files. An inference server uses none of these.',
  needs: ['services'],
  uses: ['units'],
  remediation: { template: 'systemd-sandbox' },
  references: ['NIST-800-53:SC-39', 'NIST-800-53:CM-7', 'CIS-8:4.1', 'https://www.freedesktop.org/software/systemd/man/systemd.exec.html'],
  evaluate: ({ services, units }) =>
    judgeUnits(services, units, (unit) => {
      const known = kernelProtections.filter((name) => printed(unit, name))
      if (known.length === 0) {
        const reason = `systemctl printed none of ${kernelProtections.join(', ')} for ${unit.id}.`
        return { status: 'not-evaluated', title: "The unit's kernel settings could not be read", reason, cite: [] }
      }
      const missing = known.filter((name) => !isOn(name, unit.properties[name] ?? ''))
      if (missing.length === 0) {
        const reason = `${unit.id} has ${known.join(', ')}.`
        return { status: 'pass', title: 'The kernel is out of its reach', reason, cite: known.flatMap((name) => citeUnit(unit, name)) }
      }
      return {
        status: 'warning',
        title: `${missing.length} of ${known.length} kernel protections are missing`,
        reason: `${unit.id} lacks ${missing.map((name) => `${name}=yes`).join(', ')}.`,
        cite: missing.flatMap((name) =>
          citeUnit(unit, name, { token: `${name}=${unit.properties[name] ?? ''}`, note: `Expected ${name}=yes.` }),
        ),
      }
    }),
})
