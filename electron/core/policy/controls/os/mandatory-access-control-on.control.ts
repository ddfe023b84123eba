import { defineControl } from '../../control.ts'

export default defineControl({
  id: 'mandatory-access-control-on',
  item: 'INF-5',
  severity: 'low',
  title: 'AppArmor or SELinux enforces',
  rationale:
    'Containers and system services are confined by one of the two also after their account was taken over. Guides for GPU drivers often say to switch it off; the drivers do not need that.',
  needs: ['os'],
  references: ['NIST-800-53:AC-3(3)', 'CIS-8:4.1', 'ISO-27001:A.8.9'],
  evaluate: ({ os: { selinuxEnforcing, appArmorEnabled, securityModules } }) => {
    const base = { subject: '' }
    const at = selinuxEnforcing ?? appArmorEnabled ?? securityModules
    if (!at) {
      const reason = 'Neither /sys/kernel/security/lsm nor the state of AppArmor or SELinux could be read.'
      return [{ ...base, status: 'not-evaluated', title: 'Access control could not be read', reason, cite: [] }]
    }
    const cite = [{ section: 'os', line: at.line }]
    if (selinuxEnforcing?.value)
      return [{ ...base, status: 'pass', title: 'SELinux enforces', reason: '/sys/fs/selinux/enforce is 1.', cite }]
    const appArmor = appArmorEnabled?.value && (securityModules === undefined || /(?:^|,)apparmor(?:,|$)/.test(securityModules.value))
    if (appArmor) return [{ ...base, status: 'pass', title: 'AppArmor is on', reason: 'The kernel runs with AppArmor.', cite }]
    const reason = selinuxEnforcing
      ? 'SELinux is permissive: it writes down what it would refuse, and refuses nothing. Expected enforcing.'
      : `The kernel runs with ${securityModules?.value || 'no security module'}. Expected AppArmor or SELinux.`
    return [{ ...base, status: 'warning', title: selinuxEnforcing ? 'SELinux is permissive' : 'No AppArmor and no SELinux', reason, cite }]
  },
})
