import { command, type SectionSpec, script } from '../../probe/section.ts'

const FOUR_MIB = 4_194_304

const ufw = { argv: ['/usr/sbin/ufw', 'status', 'verbose'], alternatives: ['/sbin/ufw', '/usr/bin/ufw'] } as const

/**
 * The rules that the kernel holds, whoever wrote them. iptables-save is asked as well, because `nft` shows the extensions of iptables only in
 * part, and the rules of legacy iptables not at all. What the sets hold that those name, ipset says; nobody is asked before the kernel has sets. ufw's own account of its part counts only where the kernel's rules cannot be listed, and
 * costs more than all others together (it starts Python), so it is asked only there.
 */
export const collectFirewall = (): readonly SectionSpec[] => [
  command({
    id: 'nft',
    expectedMs: 20,
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
  script({
    id: 'ipset',
    expectedMs: 1,
    display: 'ipset save, where the kernel has sets',
    script: 'gh_sudo 1\n',
    privileged: [{ argv: ['/usr/sbin/ipset', 'save'] }],
    where: ['/sys/module/ip_set', '/usr/sbin/ipset'],
  }),
  script({
    id: 'ufw',
    unless: 'iptables',
    display: 'ufw status verbose, where iptables-save does not answer',
    script: `gh_sudo 1
code=$?
[ "$code" -ne 127 ] || { echo 'ufw is not installed'; exit 0; }
exit "$code"
`,
    privileged: [ufw],
  }),
]
