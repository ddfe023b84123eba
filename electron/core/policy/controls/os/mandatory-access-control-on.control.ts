import { defineControl } from '../../control.ts'

export default defineControl({
  id: 'mandatory-access-control-on',
  item: 'INF-5',
  severity: 'low',
  title: 'AppArmor or SELinux enforces',
  rationale:
    'Containers and system services are confined by one of the two also after their account was taken over. Guides for GPU drivers often say to switch it off; the drivers do not need that.',
  steps:
    'Switch on what the distribution has: AppArmor (no apparmor=0 on the kernel command line, apparmor.service enabled) or SELinux (SELINUX=enforcing), then restart the host.',
  needs: ['os'],
  references: ['NIST-800-53:AC-3(3)', 'CIS-8:4.1', 'ISO-27001:A.8.9'],
  evaluate: ({ os: { selinuxEnforcing, appArmorEnabled, appArmorMode, securityModules } }) => {
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
    if (appArmor && !appArmorMode) {
      const reason = 'The kernel runs with AppArmor, but whether one of its profiles enforces could not be read.'
      return [{ ...base, status: 'not-evaluated', title: 'Profiles of AppArmor could not be read', reason, cite }]
    }
    if (appArmor && appArmorMode) {
      const { value: mode, line } = appArmorMode
      const modes = [...cite, { section: 'os', line }]
      if (/^(?:enforce|kill|user)$/.test(mode)) {
        const reason = `The kernel runs with AppArmor, and a profile is in mode ${mode}.`
        return [{ ...base, status: 'pass', title: 'AppArmor is on', reason, cite: modes }]
      }
      const none = mode === 'none'
      return [
        {
          ...base,
          status: 'warning',
          title: none ? 'AppArmor has no profile' : 'AppArmor refuses nothing',
          reason: `The kernel runs with AppArmor, but ${none ? 'no profile is loaded' : 'no profile enforces: those that are loaded complain or leave their programs unconfined'}. Expected profiles that enforce.`,
          hint: none
            ? 'Look why apparmor.service did not load them: systemctl status apparmor'
            : 'aa-status shows them; aa-enforce, then the path of the program',
          cite: modes,
        },
      ]
    }
    const reason = selinuxEnforcing
      ? 'SELinux is permissive: it writes down what it would refuse, and refuses nothing. Expected enforcing.'
      : `The kernel runs with ${securityModules?.value || 'no security module'}. Expected AppArmor or SELinux.`
    return [{ ...base, status: 'warning', title: selinuxEnforcing ? 'SELinux is permissive' : 'No AppArmor and no SELinux', reason, cite }]
  },
})
