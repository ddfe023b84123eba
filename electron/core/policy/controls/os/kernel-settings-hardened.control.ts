import type { Os } from '../../../facts/os/os.ts'
import { defineControl } from '../../control.ts'
import { atLeast, judgeSettings, type Setting } from './sysctl-words.ts'

const YAMA = 'kernel/yama/ptrace_scope'

/** Kernel documentation, admin-guide/sysctl. None keeps CUDA, profiling by root or py-spy by root from working. */
const settings: readonly Setting[] = [
  atLeast('kernel/kptr_restrict', 1),
  atLeast('kernel/dmesg_restrict', 1),
  atLeast(YAMA, 1),
  atLeast('kernel/unprivileged_bpf_disabled', 1),
  atLeast('kernel/randomize_va_space', 2),
  atLeast('fs/protected_symlinks', 1),
  atLeast('fs/protected_hardlinks', 1),
]

export default defineControl({
  id: 'kernel-settings-hardened',
  item: 'INF-5',
  severity: 'low',
  title: 'The kernel hides its addresses and keeps accounts apart',
  rationale:
    'An account of a server that was taken over becomes root through the kernel. Hidden addresses, no BPF and no tracing of foreign processes take away what such exploits build on; with tracing, one account reads prompts and keys out of the memory of another of its processes.',
  steps: 'Write them into a file of /etc/sysctl.d and run sysctl --system.',
  needs: ['os'],
  references: ['NIST-800-53:CM-6', 'NIST-800-53:SI-16', 'CIS-8:4.1', 'https://docs.kernel.org/admin-guide/sysctl/kernel.html'],
  evaluate: ({ os }) => [
    judgeSettings({ ...os, sysctl: withYama(os) }, settings, {
      pass: 'Kernel settings are tight',
      open: (count) => `${count} kernel setting${count === 1 ? ' is' : 's are'} loose`,
    }),
  ],
})

/** A kernel without Yama lets every process of an account trace the others, and has no setting that says so. */
function withYama({ sysctl, securityModules }: Os): Os['sysctl'] {
  const absent = sysctl[YAMA] === undefined && securityModules && !securityModules.value.split(',').includes('yama')
  return absent ? { ...sysctl, [YAMA]: { value: 'not there (no Yama)', line: securityModules.line } } : sysctl
}
