import type { Citation } from '../../../facts/citation.ts'
import { impliesNoNewPrivileges } from '../../../facts/units/running-as.ts'
import { defineControl } from '../../control.ts'
import { citeUnit } from '../inference/service-words.ts'
import { isRoot, judgeUnits, printed } from './unit-subjects.ts'

/** Each of these is root by another name, or reads what others keep (capabilities(7)). */
const powerful = [
  ...['cap_sys_admin', 'cap_sys_ptrace', 'cap_sys_module', 'cap_sys_rawio', 'cap_sys_boot', 'cap_dac_override', 'cap_dac_read_search'],
  ...['cap_setuid', 'cap_setgid', 'cap_setpcap', 'cap_setfcap', 'cap_chown', 'cap_fowner', 'cap_mknod', 'cap_net_admin', 'cap_net_raw'],
  ...['cap_bpf', 'cap_perfmon', 'cap_mac_admin', 'cap_mac_override', 'cap_linux_immutable', 'cap_syslog', 'cap_kill', 'cap_sys_chroot'],
]

const powersIn = (value: string): readonly string[] => {
  const words = new Set(value.toLowerCase().split(/\s+/))
  return powerful.filter((power) => words.has(power))
}

export default defineControl({
  id: 'inference-unit-no-capabilities',
  item: 'INF-5',
  severity: 'medium',
  title: 'Units of inference servers hold no capabilities of root',
  rationale:
    'An account other than root with cap_sys_ptrace or cap_dac_override reads every model and key like root. An empty bounding set keeps a flaw in a setuid program from giving them back. CUDA needs none of them.',
  needs: ['services'],
  uses: ['units'],
  remediation: { template: 'systemd-sandbox' },
  references: ['NIST-800-53:AC-6', 'CIS-8:5.4', 'https://man7.org/linux/man-pages/man7/capabilities.7.html'],
  evaluate: ({ services, units }) =>
    judgeUnits(services, units, (unit) => {
      if (isRoot(unit)) {
        const reason = `${unit.id} runs as root, so capabilities say nothing more; inference-not-root judges that.`
        return { status: 'not-applicable', title: 'The server runs as root', reason, cite: citeUnit(unit, 'User') }
      }
      const bounding = powersIn(unit.properties.CapabilityBoundingSet ?? '')
      // What the bounding set leaves out is not handed on (capabilities(7)).
      const held = powersIn(unit.properties.AmbientCapabilities ?? '').filter((power) => bounding.includes(power))
      if (!printed(unit, 'CapabilityBoundingSet') || !printed(unit, 'AmbientCapabilities')) {
        const reason = `systemctl did not print the capabilities of ${unit.id}.`
        return { status: 'not-evaluated', title: "The unit's capabilities could not be read", reason, cite: [] }
      }
      const running = unit.runningAs?.find(({ effective }) => effective.some((name) => powerful.includes(name)))
      if (running)
        return {
          status: 'fail',
          title: 'The server holds capabilities of root',
          reason: `Process ${running.pid} of ${unit.id} holds ${running.effective
            .filter((name) => powerful.includes(name))
            .slice(0, 6)
            .join(', ')}. Expected none of them.`,
          cite: [{ section: 'processes', line: running.line }],
        }
      const cite = (name: string, token: string | undefined, note?: string): readonly Citation[] => citeUnit(unit, name, { token, note })
      if (held.length > 0)
        return {
          status: 'fail',
          title: 'The server holds capabilities of root',
          reason: `${unit.id} starts with ${held.slice(0, 6).join(', ')}. Expected none of them.`,
          cite: cite('AmbientCapabilities', held[0], 'Expected an empty set.'),
        }
      if (bounding.length > 0 && unit.properties.NoNewPrivileges !== 'yes' && !impliesNoNewPrivileges(unit))
        return {
          status: 'warning',
          severity: 'low',
          title: 'The bounding set is not reduced',
          reason: `${unit.id} starts without capabilities, but may gain ${bounding.slice(0, 6).join(', ')}. Expected CapabilityBoundingSet= (empty).`,
          cite: cite('CapabilityBoundingSet', bounding[0], 'Expected CapabilityBoundingSet= (empty).'),
        }
      return {
        status: 'pass',
        title: 'No capabilities of root',
        reason: `${unit.id} starts without capabilities of root and cannot gain any.`,
        cite: [...cite('CapabilityBoundingSet', undefined), ...cite('NoNewPrivileges', undefined)],
      }
    }),
})
