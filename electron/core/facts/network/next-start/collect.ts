import { type SectionSpec, script } from '../../../probe/section.ts'

/** Who may set the network up when the host starts. Of these alone it is followed what they are told. */
export const followedManagers = ['networking', 'systemd-networkd', 'NetworkManager', 'network', 'wicked', 'dhcpcd'] as const
const managers = [...followedManagers, 'connman', 'netctl-auto']

/** Where they are told, netplan among them. Files of netplan and NetworkManager are root's, since they may hold keys of a WLAN. */
const places = [
  ...['/etc/netplan', '/run/netplan', '/usr/lib/netplan'],
  ...['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((root) => `${root}/systemd/network`),
  ...['/etc', '/run', '/usr/lib'].map((root) => `${root}/NetworkManager/system-connections`),
  ...['/etc/network/interfaces', '/etc/network/interfaces.d', '/etc/sysconfig/network', '/etc/sysconfig/network-scripts'],
  ...['/etc/dhcpcd.conf', '/proc/cmdline'],
]

/** Scripts and jobs in which people write what they would type. */
const scripts = [
  ...[
    '/etc/rc.local',
    '/etc/rc.d/rc.local',
    '/etc/network/if-up.d/*',
    '/etc/NetworkManager/dispatcher.d/*',
    '/etc/networkd-dispatcher/*/*',
  ],
  ...['/etc/systemd/system/*.service', '/etc/crontab', '/etc/cron.d/*', '/etc/local.d/*.start'],
]

/** Where settings of the kernel lie for the next start (sysctl.d(5)); everybody may read them. */
const sysctls = [
  ...['/usr/lib', '/usr/local/lib', '/run', '/etc'].map((root) => `${root}/sysctl.d/*.conf`),
  ...['/etc/sysctl.conf', '/etc/ufw/sysctl.conf'],
]

/** All lines but comments and those that may hold a secret. */
const words = ['-rsHviE', '(^)#|pass|psk|secret|private|key', ...places] as const

const SCRIPT = `printf '@links'
for path in /sys/class/net/*; do printf ' %s' "\${path##*/}"; done
echo
if [ -d /run/systemd/system ]; then rc='/etc/rc.d/rc[35].d/S[0-9][0-9]'; else rc='/etc/rc[2-5S].d/S[0-9][0-9]'; fi
for name in ${managers.join(' ')}; do
  unit=/etc/systemd/system/$name.service
  [ -L "$unit" ] && ! [ -s "$unit" ] && continue
  for path in /etc/systemd/system/*.wants/$name.service /run/systemd/system/*.wants/$name.service /run/systemd/generator*/*.wants/$name.service /usr/lib/systemd/system/*.wants/$name.service $rc$name /etc/runlevels/*/$name; do
    if [ -L "$path" ] || [ -e "$path" ]; then printf '@manager %s\\n' "$name"; break; fi
  done
done
for path in /etc/systemd/system/*.wants/wg-quick@*.service /etc/systemd/system/*.wants/openvpn*@*.service /run/systemd/generator*/*.wants/openvpn@*.service; do
  if [ -L "$path" ]; then printf '@tunnel %s\\n' "\${path##*/}"; fi
done
echo @commands
grep -sHE 'route.+(add|replace|append|change).+(default|0/0|0[.]0[.]0[.]0|::/0)' ${scripts.join(' ')}
echo @kernel
cd /proc/sys/net/ipv6/conf 2>/dev/null && grep -sH . */accept_ra */accept_ra_defrtr */forwarding
cd /
echo @sysctl
grep -sHE '^[^#;]*accept_ra' ${sysctls.join(' ')}
echo @files
sealed=
for path in "$@"; do
  case $path in /*) for path in "$path" "$path"/*; do [ -r "$path" ] && { ! [ -d "$path" ] || [ -x "$path" ]; } || ! [ -e "$path" ] || sealed=1; done ;; esac
done
if [ -n "$sealed" ]; then gh_sudo 1; else grep "$@"; fi
# Many are not there, which grep tells by 2.
[ "$?" -le 2 ]
`

/** What the network is asked for at the next start. Wanted where the host is to have no way out alone, so other hosts are not asked. */
export const collectNextStart = (): SectionSpec =>
  script({
    id: 'network-files',
    display:
      'grep -rsHviE (all but comments and secrets) /etc/netplan /etc/systemd/network /etc/NetworkManager/system-connections /etc/network …',
    script: SCRIPT,
    parameters: words,
    privileged: [{ argv: ['/usr/bin/grep', ...words], alternatives: ['/bin/grep'] }],
  })
