import { defineControl } from '../../control.ts'

export default defineControl({
  id: 'kernel-modules-signed',
  item: 'INF-5',
  severity: 'low',
  title: 'The kernel loads signed modules only',
  rationale:
    'A module hides whatever its author wants from every audit, this one included, and outlives a new service account. Signatures are often switched off for the GPU driver, whose packages are signed or can be.',
  steps:
    'Secure Boot locks the kernel of Debian, Ubuntu and RHEL down by itself; without it module.sig_enforce=1 on the kernel command line, once the GPU driver is signed.',
  needs: ['os'],
  references: [
    'NIST-800-53:CM-14',
    'NIST-800-53:SI-7',
    'CIS-8:10.5',
    'ISO-27001:A.8.9',
    'https://man7.org/linux/man-pages/man7/kernel_lockdown.7.html',
  ],
  evaluate: ({ os: { lockdown, modulesSigned, secureBoot } }) => {
    const base = { subject: '' }
    const cite = [lockdown, modulesSigned, secureBoot].flatMap((shown) => (shown ? [{ section: 'os', line: shown.line }] : []))
    const boot = secureBoot === undefined ? '' : ` Secure Boot is ${secureBoot.value ? 'on' : 'off'}.`
    // Lockdown takes unsigned modules from root, whatever the setting of the module loader.
    if (lockdown && lockdown.value !== 'none')
      return [{ ...base, status: 'pass', title: 'The kernel is locked down', reason: `Lockdown is ${lockdown.value}.${boot}`, cite }]
    if (modulesSigned?.value)
      return [{ ...base, status: 'pass', title: 'Only signed modules are loaded', reason: `module.sig_enforce is on.${boot}`, cite }]
    if (modulesSigned === undefined)
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'Whether modules are checked is not known',
          reason: `/sys/module/module/parameters/sig_enforce could not be read.${boot}`,
          cite,
        },
      ]
    return [
      {
        ...base,
        status: 'warning',
        title: secureBoot?.value ? 'Secure Boot ends at the kernel' : 'The kernel loads unsigned modules',
        reason: `module.sig_enforce is off and lockdown is ${lockdown?.value ?? 'not there'}.${boot} Expected signatures to be enforced.`,
        cite: cite.map((one) => (one.line === modulesSigned.line ? { ...one, note: 'Expected Y.' } : one)),
      },
    ]
  },
})
