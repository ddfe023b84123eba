import { command, type SectionSpec, script } from '../../probe/section.ts'

/** Listening sockets with their owners. Without root, `ss` names only the processes of the audit account. */
const listeners = command({
  id: 'listeners',
  argv: ['/usr/bin/ss', '-Htulnp'],
  alternatives: ['/usr/sbin/ss', '/bin/ss', '/sbin/ss'],
  privilege: 'prefer-sudo',
})

/**
 * The kernel's own tables, for hosts without iproute2. State 0A is TCP_LISTEN, 07 an unconnected UDP socket (proc_pid_net(5)).
 * Silent where `ss` is there.
 */
const listenersProc = script({
  id: 'listeners-proc',
  unless: 'listeners',
  display: 'cat /proc/net/{tcp,tcp6,udp,udp6}, listening sockets, where ss is missing',
  script: `for ss in /usr/bin/ss /usr/sbin/ss /bin/ss /sbin/ss; do [ -x "$ss" ] && exit 0; done
for table in tcp tcp6 udp udp6; do
  [ -r "/proc/net/$table" ] || continue
  case $table in tcp*) state=0A ;; *) state=07 ;; esac
  printf '@%s\\n' "$table"
  grep -E "^ *[0-9]+: [0-9A-F]+:[0-9A-F]{4} [0-9A-F]+:[0-9A-F]{4} $state " "/proc/net/$table"
done
exit 0
`,
})

/** By ss(8), and by the tables of the kernel where there is none. */
export const collectListeners = (): readonly SectionSpec[] => [listeners, listenersProc]
