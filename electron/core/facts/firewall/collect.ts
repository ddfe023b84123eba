import { command, type SectionSpec } from '../../probe/section.ts'

const FOUR_MIB = 4_194_304

/**
 * The rules that the kernel holds, whoever wrote them, and ufw's own account of its part. iptables-save is asked as well, because
 * `nft` shows the extensions of iptables only in part, and the rules of legacy iptables not at all.
 */
export const collectFirewall = (): readonly SectionSpec[] => [
  command({
    id: 'nft',
    expectedMs: 40,
    argv: ['/usr/sbin/nft', '-s', 'list', 'ruleset'],
    alternatives: ['/sbin/nft', '/usr/bin/nft'],
    privilege: 'sudo',
    maxBytes: FOUR_MIB,
  }),
  command({
    id: 'iptables',
    argv: ['/usr/sbin/iptables-save'],
    alternatives: ['/sbin/iptables-save', '/usr/bin/iptables-save'],
    privilege: 'sudo',
    maxBytes: FOUR_MIB,
  }),
  command({
    id: 'ip6tables',
    argv: ['/usr/sbin/ip6tables-save'],
    alternatives: ['/sbin/ip6tables-save', '/usr/bin/ip6tables-save'],
    privilege: 'sudo',
    maxBytes: FOUR_MIB,
  }),
  command({
    id: 'ufw',
    expectedMs: 100,
    argv: ['/usr/sbin/ufw', 'status', 'verbose'],
    alternatives: ['/sbin/ufw', '/usr/bin/ufw'],
    privilege: 'sudo',
  }),
]
