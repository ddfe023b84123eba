import type { ProbeContext } from '../../probe/section.ts'
import { type SectionSpec, script } from '../../probe/section.ts'
import { askUnits } from '../asked-units.ts'
import { statFormat } from '../path-entry.ts'
import { MAX_ROWS } from './logrotate.ts'
import { MAX_DEVICES } from './storage-tree.ts'

/** Settings below /proc/sys that controls judge. `*` stands for every interface. */
const settings = [
  ...['kernel/kptr_restrict', 'kernel/dmesg_restrict', 'kernel/yama/ptrace_scope', 'kernel/unprivileged_bpf_disabled'],
  ...['kernel/randomize_va_space', 'kernel/core_pattern', 'fs/suid_dumpable', 'fs/protected_symlinks', 'fs/protected_hardlinks'],
  ...['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding', 'net/ipv4/tcp_syncookies'],
  ...['net/ipv4/conf/*/forwarding', 'net/ipv6/conf/*/force_forwarding'],
  ...['net/ipv4/conf/*/rp_filter', 'net/ipv4/conf/*/accept_redirects', 'net/ipv4/conf/*/accept_source_route'],
  'net/ipv4/conf/*/route_localnet',
  ...['net/ipv6/conf/*/accept_redirects', 'net/ipv6/conf/*/accept_source_route'],
]

/** Network services without a place on a GPU server. The sockets start their services when someone connects. */
export const unneededUnits = [
  ...['telnet.socket', 'inetd.service', 'openbsd-inetd.service', 'xinetd.service', 'rsh.socket', 'rlogin.socket', 'rexec.socket'],
  ...['tftp.socket', 'tftpd-hpa.service', 'vsftpd.service', 'proftpd.service', 'pure-ftpd.service', 'nis.service', 'ypserv.service'],
  ...['avahi-daemon.service', 'avahi-daemon.socket', 'cups.service', 'cups.socket', 'cups-browsed.service', 'bluetooth.service'],
  ...['rpcbind.service', 'rpcbind.socket', 'nfs-server.service', 'smbd.service', 'nmbd.service', 'snmpd.service', 'xrdp.service'],
  ...['vncserver.service', 'ModemManager.service', 'wpa_supplicant.service', 'cockpit.socket', 'webmin.service'],
] as const

/** Units that collect, ship or watch. */
const watchingUnits = [
  ...['auditd.service', 'rsyslog.service', 'syslog-ng.service', 'systemd-journald.service', 'systemd-journal-upload.service'],
  ...[
    'vector.service',
    'fluent-bit.service',
    'fluentd.service',
    'td-agent.service',
    'td-agent-bit.service',
    'promtail.service',
    'alloy.service',
  ],
  ...['filebeat.service', 'elastic-agent.service', 'splunk.service', 'SplunkForwarder.service', 'wazuh-agent.service', 'otelcol.service'],
  ...['otelcol-contrib.service', 'google-cloud-ops-agent.service', 'amazon-cloudwatch-agent.service', 'datadog-agent.service'],
  ...[
    'nvidia-dcgm.service',
    'dcgm-exporter.service',
    'nvidia-dcgm-exporter.service',
    'nvidia_gpu_exporter.service',
    'nvidia-gpu-exporter.service',
  ],
  ...[
    'node_exporter.service',
    'prometheus-node-exporter.service',
    'nvidia-persistenced.service',
    'netdata.service',
    'zabbix-agent.service',
  ],
  ...['zabbix-agent2.service', 'telegraf.service', 'apport.service', 'kdump.service', 'kdump-tools.service'],
]

/** That templates change the files of, and that a push starts on only where they run. */
const pushedUnits = ['ufw.service', 'nginx.service', 'caddy.service', 'docker.service']

/** That take away what templates make, at the next start of the host. */
const rivalUnits = ['firewalld.service']

/** That load rules of the packet filter when the host starts, beside `ufw.service` and `firewalld.service`. */
const filterUnits = [
  ...['nftables.service', 'netfilter-persistent.service', 'iptables.service', 'ip6tables.service', 'shorewall.service'],
  ...['shorewall6.service', 'ferm.service', 'firehol.service', 'csf.service', 'arno-iptables-firewall.service'],
]

/** What a drop-in of theirs starts, or makes their start hang on, counts whether or not it names such a program. */
const loaderNames = ['ufw.service', ...rivalUnits, ...filterUnits].map((unit) => unit.replace('.service', '')).join('|')

/** What those load (ufw-init-functions, the units' ExecStart=, the plugins of netfilter-persistent); of /etc/iptables and firewalld the sections `saved-rules` and `firewalld` tell. */
const filterFiles = [
  ...['/etc/default/ufw', '/etc/ufw/ufw.conf', '/etc/nftables.conf', '/etc/nftables.d/*', '/etc/nftables/*.nft'],
  ...['/etc/sysconfig/nftables.conf', '/etc/sysconfig/iptables', '/etc/sysconfig/ip6tables'],
]

/** Where admins have rules loaded in ways of their own, with `$d` for systemd/system. What packages bring lies elsewhere, or is a link. */
const filterPlaces = [
  ...['/etc/$d/*.service', '/etc/$d/*service.d/*.conf', '/usr/local/lib/$d/*.service', '/usr/local/lib/$d/*service.d/*.conf'],
  ...['/etc/rc.local', '/etc/rc.d/rc.local', '/etc/network/interfaces', '/etc/network/i*.d/*'],
  ...['/etc/Network*/dispatcher.d/*', '/etc/networkd-dispatcher/*/*', '/etc/crontab', '/etc/cron.d/*'],
]
const MAX_FILTER_ROWS = 1500

/** Of those `services` has a row where the host has them at all. */
export const askedUnits: readonly string[] = [...unneededUnits, ...watchingUnits, ...pushedUnits, ...rivalUnits, ...filterUnits]

/** Programs that templates have check, or load, what is pushed: where a host has none of that name, a push of such files would be refused. */
export const pushedTools: readonly string[] =
  'nginx caddy sshd visudo logrotate ufw iptables-restore nft auditctl augenrules awk pwck grpck unshare'.split(' ')

/** That install updates by themselves. As patterns, since such a one that is not loaded gives no row. */
const updateTimers = 'apt-daily*.timer dnf*-automatic*.timer transactional-update.time[r] os-update.time[r]'

/** Of logrotate its settings, without the scripts that it runs; one awk reads them and the account's keys. The settings of the kernel go through one grep: many files of /proc/sys can be read at once only, and `read` of dash takes byte by byte.
 * One systemctl tells of the time services as well, since each start of it costs 7 ms, half of them systemd's: first which of them runs, then a row for each unit, then what
 * systemd listens on for sshd, and its settings that changed since it was told to read them. Asked for by a name that is an alias, a unit tells of itself by its own.
 * systemd-analyze is started only where one of the files that it reads says something. */
const SCRIPT = `eval "$4"
units= settings=$2 tools=$3
for unit in $1; do case $unit in *.*) ;; *) unit=$unit.service ;; esac; units="$units $unit"; done
shift 4
echo @sysctl
cd /proc/sys 2>/dev/null
said=$(grep -sH . -- $settings /sys/kernel/security/lsm /sys/fs/selinux/enforce /sys/module/apparmor/parameters/enabled /sys/kernel/security/lockdown /sys/module/module/parameters/sig_enforce)
cd /
set -f
IFS='
'
shown() { printf '@%s\\n=%s\\n' "$1" "$value"; }
for row in $said; do
  value=\${row#*:}
  case $row in
    /sys/*/lockdown:*) shown lockdown ;;
    /sys/*/sig_enforce:*) shown modules-signed ;;
    /sys/*/lsm:*) shown security-modules ;;
    /sys/*/enforce:*) shown selinux-enforcing ;;
    /sys/*/enabled:*) shown apparmor-enabled ;;
    *:*) printf '=%s %s\\n' "\${row%%:*}" "$value" ;;
    *) printf '=%s\\n' "$row" ;;
  esac
done
unset IFS
set +f
# Of all profiles one that refuses is enough.
folder=/sys/kernel/security/apparmor/policy/profiles
if [ -r $folder ]; then
  value=none
  for file in $folder/*/mode; do ! [ -e "$file" ] || { value=; read -r value <"$file"; }; case $value in enforce | kill | user) break ;; esac; done 2>/dev/null
  shown apparmor-mode
fi
rows() { awk -v "n=$1" -v "w=$2" 'NR > n { exit } { print "=" substr($0, 1, w) }'; }
seen= below=
under() {
  [ "$1" = "$seen" ] || { seen=$1 below=$(command -v lsblk >/dev/null && tree=$(lsblk -nsio NAME,TYPE -- $1 2>/dev/null) && printf '%s\\n' "$tree" | rows ${MAX_DEVICES} 1000); }
  [ -z "$below" ] || printf '%s\\n' "$below"
}
nl='
'
mounted() { found=$(findmnt -nro SOURCE,FSTYPE,TARGET -T "$1" 2>/dev/null); found=\${found##*"$nl"}; }
# To lsblk all that cryptsetup sets up is of type crypt, checksums alone (dm-verity, dm-integrity) as well.
echo @mapped
for file in /sys/block/dm-*/dm/uuid; do
  [ -r "$file" ] && read -r kind <"$file" && case $kind in CRYPT-*) read -r name <"\${file%uuid}name" && kind=\${kind#CRYPT-} && printf '=%s %s\\n' "\${kind%%-*}" "$name" ;; esac
done
if [ -r /proc/swaps ]; then
  echo @swaps
  while read -r path kind rest; do
    case $path in /*) ;; *) continue ;; esac
    source=$path
    [ "$kind" = file ] && { mounted "$path"; source=\${found%% *}; }
    printf '@swap %s %s - %s\\n' "$kind" "\${source:--}" "$path"
    case $source in /*) under "$source" ;; esac
  done </proc/swaps
fi
count=0
for path do
  [ -d "$path" ] && [ "$count" -lt 8 ] || continue
  count=$((count + 1))
  { real=$(cd -P "$path" 2>/dev/null && pwd) || real=$(readlink -f "$path"); } && [ "$real" != "$path" ] && printf '@linked %s\\n=%s\\n' "$path" "$real" && [ -L "$path" ] && echo =itself
  mounted "$path"
  source=\${found%% *}
  found=\${found#* }
  printf '@file-system %s %s %s %s\\n' "\${found%% *}" "\${source:--}" "\${found#* }" "$path"
  source=\${source%%\\[*}
  # btrfs lies on several devices, of which findmnt names one.
  case $found in btrfs*) name=$(readlink -f "$source") && for one in /sys/fs/btrfs/*/devices/"\${name##*/}"; do
    [ -e "$one" ] && for one in "\${one%/*}"/*; do source="$source /dev/\${one##*/}"; done && source=\${source#* }
  done ;; esac
  case $source in /*) under "$source" ;; esac
done
echo @devices
stat -L -c '=${statFormat}' / /etc /etc/ssl /etc/pki /etc/pki/tls /etc/letsencrypt /var /var/lib /var/log /dev/nvidia[0-9]* /dev/nvidiactl /dev/nvidia-uvm* /dev/nvidia-caps/* /dev/dri/renderD* /dev/kfd /etc/ufw/before.init /etc/ufw/after.init 2>/dev/null
boot=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
[ -r "$boot" ] && printf '@secure-boot\\n=%s\\n' "$(od -An -tu1 -j4 -N1 "$boot" 2>/dev/null)"
# Some are for root alone to run: what is not there at all nobody runs.
IFS=:
for tool in $tools; do
  for path in $PATH; do ! [ -e "$path/$tool" ] || continue 2; done
  lacks="$lacks $tool"
done
unset IFS
printf '@lacks%s\\n' "$lacks"
{
  [ -z "$HOME" ] || printf 'keys %s\\n' "$HOME/.ssh/authorized_keys" "$HOME/.ssh/authorized_keys2"
  if [ -e /etc/logrotate.conf ] && ! [ -r /etc/logrotate.conf ]; then echo unreadable
  else for file in /etc/logrotate.conf /etc/logrotate.d/*; do ! [ -f "$file" ] || printf 'rotate %s\\n' "$file"; done
  fi
  for file in ${filterFiles.join(' ')}; do
    [ -f "$file" ] || continue
    kind=sealed; ! [ -r "$file" ] || kind=filter
    printf '%s %s\\n' $kind "$file"
  done
  for folder in /etc/ufw /etc/nftables.d /etc/nftables; do
    ! [ -d "$folder" ] || [ -r "$folder" -a -x "$folder" ] || printf 'sealed %s/\\n' "$folder"
  done
  d=systemd/system
  for file in ${filterPlaces.join(' ')}; do ! [ -f "$file" ] || [ -L "$file" ] || printf 'place %s\\n' "$file"; done
} | awk '
  function key(row,   text) {
    while (match(row, /AAAA[A-Za-z0-9+\\/=]+/)) {
      text = text substr(row, 1, RSTART + (RLENGTH < 28 ? RLENGTH : 28) - 1) (RLENGTH < 28 ? "" : "...")
      row = substr(row, RSTART + RLENGTH)
    }
    return "=" substr(text row, 1, 1000)
  }
  function names(row) {
    sub(/#.*/, "", row)
    return row ~ /(^|[^A-Za-z0-9_.-])(nft|ip6?tables(-legacy|-nft)?(-restore)?|firewall)([^A-Za-z0-9_]|$)/ || row ~ /(^|[^A-Za-z0-9_.-])(ufw|ipset)([ \\t"\\047;&|]|$)/
  }
  # A unit may have a script of its own do it. Programs of the distribution are known by their names.
  function queue(row,   word, n, i) {
    n = split(row, word, /[ \\t=;"\\047]+/)
    for (i = 2; i <= n; i++) {
      sub(/^[-@:+!|]+/, "", word[i])
      if (word[i] ~ /^\\// && word[i] !~ /^\\/((usr\\/)?(s?bin|lib(exec|32|64)?)|dev|proc|sys|run)\\// && scripts < 100) { script[++scripts] = word[i]; unit[scripts] = path }
    }
  }
  function put(path) { if (!(path in place)) { place[path]; placed[++places] = path } }
  function scans(path,   line, at, found) {
    while (at < 2000 && (getline line < path) > 0) {
      if (!at++ && line !~ /^#!/) break
      if (names(line)) { found = 1; break }
    }
    close(path)
    return found
  }
  $1 == "unreadable" { unreadable = " unreadable"; next }
  $1 == "sealed" { kept[++filters] = "@filter-sealed " substr($0, 8); next }
  {
    kind = $1; path = substr($0, length(kind) + 2); at = inside = 0
    if (kind == "filter") kept[++filters] = "@filter-file " path
    while ((got = (getline line < path)) > 0) {
      at++
      if (line ~ /^[ \\t\\r\\f\\v]*(#|$)/) continue
      row = path ":" at ":" line
      if (kind == "place") {
        if (at > 2000) break
        if (names(line) || (path ~ /\\/(${loaderNames})[.]service/ && line ~ /^[ \\t]*(ExecStart|ExecCondition|Condition|Assert)/)) { put(path); break }
        if (line ~ /^[ \\t]*Exec(Start|Condition)/) queue(line)
      } else if (kind == "filter") {
        if (filters >= ${MAX_FILTER_ROWS} || length(line) > 4000) { kept[++filters] = "@filter-cut " path; break }
        kept[++filters] = "=" line
      } else if (kind == "keys") { if (keys < 100) own[++keys] = key(row) }
      else if (inside) { if (line ~ /^[ \\t]*endscript/) inside = 0 }
      else if (line ~ /^[ \\t]*((pre|post)rotate|(first|last)action|preremove)/) inside = 1
      else if (rows < ${MAX_ROWS}) said[++rows] = "=" substr(row, 1, 500)
    }
    close(path)
    # SELinux and AppArmor keep a file whose mode lets it be read.
    if (kind == "filter" && got < 0) kept[filters] = "@filter-sealed " path
  }
  END {
    print "@authorized-keys"; for (i = 1; i <= keys; i++) print own[i]
    print "@logrotate" unreadable; for (i = 1; i <= rows; i++) print said[i]
    print "@filter"; for (i = 1; i <= filters; i++) print kept[i]
    for (i = 1; i <= scripts; i++) if (!(unit[i] in place) && scans(script[i])) put(unit[i])
    for (i = 1; i <= places && i <= 20; i++) print "@filter-place " placed[i]
  }'
echo @forwarding
said=
[ -e /etc/rsyslog.conf ] || [ -e /etc/rsyslog.d ] && said=$(grep -rhsiE '^([^#]*[[:space:]])?@@?[][a-z0-9(]|^[^#]*(om(fwd|relp|http|kafka|elasticsearch)"|:om|target *=)' /etc/rsyslog.conf /etc/rsyslog.d)
[ -z "$said" ] || printf '%s\\n' "$said" | rows 20 300
[ -d /run/systemd/system ] && command -v systemctl >/dev/null || exit 0
exec 2>/dev/null
set -- /etc /run /usr/local/lib /usr/lib /lib
for root do
  shift
  for name in coredump journald; do set -- "$@" $root/systemd/$name.conf $root/systemd/$name.conf.d/*.conf; done
done
stored=$(grep -lsE '^[[:space:]]*Storage[[:space:]]*=' "$@")
config() {
  case $stored in *"$1"*) { systemd-analyze cat-config "$1" || cat "/etc/$1"; } | awk '/^[ \\t]*Storage[ \\t]*=/ { sub(/^[ \\t]*/, "="); last = $0 } END { if (last != "") print last }' ;; esac
}
clock() {
  # With its own clock as the only source (\`local\` of chrony, 127.127.1.0 of ntpd) a service says that it is synchronised, too.
  command -v chronyc >/dev/null && said=$(chronyc -n tracking) && case $said in
    *': 7F7F0101 '*) echo no; return ;;
    *'Leap status'*'Not synchronised'*) echo no; return ;;
    # It goes on saying so when its sources fall silent; then none of them is the one that it follows.
    *'Leap status'*) case $(chronyc -n sources) in *'^* '* | *'=* '* | *'#* '*) echo yes ;; *) echo no ;; esac; return ;;
  esac
  # ntpd, too, keeps its leap when its servers fall silent; then no row of its peers is marked, or what is marked was not reached in eight polls (ntpq(1), peers).
  command -v ntpq >/dev/null && said=$(ntpq -n -c 'rv 0 leap,refid' -c peers) && case $said in
    *leap=11* | *refid=LOC* | *refid=127.127.1.*) echo no; return ;;
    *leap=[01][01]*) printf '%s\\n' "$said" | awk '/^ *=====+ *$/ { rows = 1; next } /^[*o]/ { marked = rows } marked && NF > 6 { if ($(NF - 3) ~ /[1-7]/) found = 1; marked = 0 } END { if (rows) print found ? "yes" : "no" }'; return ;;
  esac
  # openntpd stays \`synced\` without an answer; its peers become invalid (ntpctl(8)). Its socket is root's.
  command -v ntpctl >/dev/null && said=$(ntpctl -s status) && case $said in
    *'clock unsynced'*) echo no; return ;;
    *'clock synced'*) case " $said" in *' '[1-9]*/*' peers valid'* | *' '[1-9]*/*' sensors valid'*) echo yes ;; *) echo no ;; esac; return ;;
  esac
  case $time in
    timesyncd)
      # Touched with each answer that it takes. It asks again after its interval, in microseconds, 2048 s at most unless that is set.
      synchronized=/run/systemd/timesync/synchronized
      [ -e "$synchronized" ] || { echo no; return; }
      poll=$(busctl --auto-start=no get-property org.freedesktop.timesync1 /org/freedesktop/timesync1 org.freedesktop.timesync1.Manager PollIntervalUSec) || poll=
      poll=\${poll#t }
      late=no
      case $poll in '' | *[!0-9]* | 0 | ?????????????????*) poll=2048000000 late= ;; esac
      # Four of them missed: it is given up.
      if [ -n "$(find "$synchronized" -mmin "-$((poll * 4 / 60000000 + 2))")" ]; then echo yes; else echo $late; fi ;;
    # A container has the clock of its host.
    none) [ -e /run/systemd/container ] || echo no ;;
  esac
}
set -f
ask_units $units systemd-timesyncd.service chrony.service chronyd.service ntp.service ntpd.service ntpsec.service openntpd.service ntpd-rs.service phc2sys.service timemaster.service
states=$(TZ=UTC0 systemctl show --no-pager -p Id,Names,LoadState,ActiveState,UnitFileState,StateChangeTimestamp,MainPID,Listen -- $asked phc2sys@* ssh*e ssh*t ${updateTimers}) && states=$(printf '%s\\n' "$states" | awk -v "known= $units " '
  BEGIN { RS = ""; FS = "\\n"; time = "none" }
  {
    split("", v)
    for (i = 1; i <= NF; i++) { at = index($i, "="); k = substr($i, 1, at - 1); v[k] = (k == "Listen" ? v[k] "\\n=listen " : "") substr($i, at + 1) }
    id = v["Id"]; names = " " v["Names"] " "; active = v["ActiveState"]
    if (names ~ / (systemd-timesyncd|chronyd?|ntpd?(-rs)?|ntpsec|openntpd|phc2sys(@[^ ]*)?|timemaster)[.]service /) {
      if (active == "active" && time != "timesyncd") time = names ~ / systemd-timesyncd[.]/ ? "timesyncd" : "other"
    } else if (id ~ /[.]timer$/) {
      if (active == "active") timers = timers "\\n=" id
    } else if (id ~ /^ssh/) {
      if (active == "active") { ssh = ssh v["Listen"]; if (id ~ /^sshd?[.]se/) { up = v["StateChangeTimestamp"]; main = v["MainPID"] } }
    } else if (id != "" && (v["LoadState"] != "not-found" || active != "inactive")) {
      more = ""
      split(names, w, " ")
      for (i in w) if (w[i] != id && index(known, " " w[i] " ")) more = more " " w[i]
      rows = rows "\\n=" id " " v["LoadState"] " " active " " (v["UnitFileState"] == "" ? "-" : v["UnitFileState"]) more
    }
  }
  END {
    print time rows "\\n@timers" timers "\\n@ssh" ssh
    file = "/run/sshd.pid"
    if ((getline pid < file) <= 0 || pid != main) file = ""
    if (up != "") system("cd /etc/ssh; exec find -H sshd_config sshd_config.d ! -type d " since("c") " -o -type d " since("m"))
  }
  # Of a folder counts what came or went.
  function since(time) { return "-newer" time "t \\047" up " 1 sec\\047 " (file == "" ? "" : "-newer" time "m " file) " -printf \\047=newer %p\\\\n\\047" }') || states=
time=\${states%%"$nl"*}
printf '@clock\\n=NTPSynchronized=%s\\n' "$(clock)"
kept=; [ -d /var/log/journal ] && kept=' directory'
echo @coredump; config systemd/coredump.conf
printf '@journal%s\\n' "$kept"; config systemd/journald.conf
[ -z "$states" ] || printf '@services%s\\n' "\${states#"$time"}"
exit 0
`

/** What the system as a whole is and has set. Model directories are asked for the storage that they lie on. */
export const collectOs = ({ modelPaths }: ProbeContext): readonly SectionSpec[] => [
  script({
    id: 'os',
    expectedMs: 55,
    display:
      'kernel settings of /proc/sys; swap and storage (lsblk); systemctl show of services; GPU device nodes; journald, clock; own ~/.ssh/authorized_keys',
    script: SCRIPT,
    // The script is long: its bound counts what stands in it, and `.service` goes without saying.
    parameters: [
      askedUnits.map((unit) => unit.replace(/\.service$/, '')).join(' '),
      settings.join(' '),
      pushedTools.join(':'),
      askUnits,
      ...modelPaths,
    ],
    maxBytes: 262_144,
  }),
]
