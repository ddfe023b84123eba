import { command, type SectionSpec } from '../../probe/section.ts'

/**
 * Reads host keys, hence root. OpenSSH refuses `-T` where a `Match LocalPort` stands anywhere, unless it is told a port (servconf.c): one that nobody listens
 * on, so that no block holds. Of users, groups, hosts and addresses it takes none for none.
 */
export const collectSshd = (): readonly SectionSpec[] => [
  command({
    id: 'sshd',
    expectedMs: 25,
    argv: ['/usr/sbin/sshd', '-T', '-C', 'lport=65535'],
    alternatives: ['/usr/local/sbin/sshd', '/usr/bin/sshd'],
    privilege: 'sudo',
  }),
]
