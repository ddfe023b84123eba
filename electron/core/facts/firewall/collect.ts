import { command, type SectionSpec, script } from '../../probe/section.ts'

const FOUR_MIB = 4_194_304

const ufw = { argv: ['/usr/sbin/ufw', 'status', 'verbose'], alternatives: ['/sbin/ufw', '/usr/bin/ufw'] } as const

/**
 * What firewalld loads when it starts: its folder is closed to all but root, and firewall-cmd starts Python. Services lie open; of those that nobody names nothing
 * is read, and of the others, up to 500, what they include as well.
 */
const FIREWALLD = `said=$(gh_sudo 1) || exit
printf '%s\\n' "$said" | awk '
  function show(path, row,   name) {
    if (row ~ /^(#|[ \\t]*<(short|description)>.*<\\/(short|description)>)/) return
    print path ":" row
    while (match(row, /<(service name|include service)=.[A-Za-z0-9_.-]+/)) {
      name = substr(row, RSTART, RLENGTH)
      row = substr(row, RSTART + RLENGTH)
      sub(/.*=./, "", name)
      if (!(name in asked) && n < 500) { asked[name] = 1; queue[++n] = name }
    }
  }
  { at = index($0, ":"); show(substr($0, 1, at - 1), substr($0, at + 1)) }
  END { for (i = 1; i <= n; i++) { path = "/usr/lib/firewalld/services/" queue[i] ".xml"; while ((getline row < path) > 0) show(path, row); close(path) } }'
`

/**
 * The rules that the kernel holds, whoever wrote them. iptables-save is asked as well, because `nft` shows the extensions of iptables only in
 * part, and the rules of legacy iptables not at all. What the sets hold that those name, ipset says; nobody is asked before the kernel has sets. ufw's own account of its part counts only where the kernel's rules cannot be listed, and
 * costs more than all others together (it starts Python), so it is asked only there. Tables of legacy iptables may be filled from a container that brings
 * the program along (kube-proxy, plugins of the network), on a host that has none: that they are there, the modules of the kernel tell.
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
    id: 'legacy-tables',
    expectedMs: 1,
    display: 'ls -d /sys/module/ip*table_*',
    script: 'cd /sys/module; echo ip*table_*\n',
    where: ['/sys/module/ip_tables'],
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
    id: 'firewalld',
    display: 'grep -rsH . /etc/firewalld /usr/lib/firewalld/zones; the services that those name, of /usr/lib/firewalld/services',
    script: FIREWALLD,
    privileged: [{ argv: ['/usr/bin/grep', '-rsH', '.', '/etc/firewalld', '/usr/lib/firewalld/zones'], alternatives: ['/bin/grep'] }],
    where: ['/etc/firewalld', '/usr/lib/firewalld/zones'],
  }),
  script({
    id: 'saved-rules',
    display: 'grep -rsH . /etc/iptables',
    script: 'gh_sudo 1\n',
    privileged: [{ argv: ['/usr/bin/grep', '-rsH', '.', '/etc/iptables'], alternatives: ['/bin/grep'] }],
    where: ['/etc/iptables'],
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
