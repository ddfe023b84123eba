import { command, type SectionSpec } from '../../probe/section.ts'

/** Reads host keys, hence root. */
export const collectSshd = (): readonly SectionSpec[] => [
  command({ id: 'sshd', argv: ['/usr/sbin/sshd', '-T'], alternatives: ['/usr/local/sbin/sshd', '/usr/bin/sshd'], privilege: 'sudo' }),
]
