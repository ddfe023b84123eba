import { type PrivilegedCommand, type ProbeContext, type SectionSpec, type SudoProgram, script } from '../../probe/section.ts'
import { statFormat } from '../path-entry.ts'
import { hooksScript } from './hooks.ts'
import { fetchPattern, jobsScript, MAX_ROWS } from './jobs-script.ts'
import { mountsScript } from './mounts.ts'
import { polkitActionsScript } from './polkit-actions.ts'
import { polkitRunScript } from './polkit-run.ts'
import { RAISING, trustScript, WIDTH } from './trust.ts'
import { unitProgramsScript } from './unit-programs.ts'

/** Where homes with keys lie; keys of an account whose home lies elsewhere are not known. */
export const homeFolders = ['/home', '/root', '/var/lib', '/srv', '/opt', '/var/www', '/usr/share'] as const

/** Of those the folders that packages fill, a folder for each of them or for each language: nobody lives there, and they cost most of the time. */
export const withoutHomes = ['doc', 'locale', 'man', 'icons', 'zoneinfo'].map((name) => `/usr/share/${name}`)

/** Who may write one of these, or what lies up to two folders below, is root by another name: by itself, or when it is next used. */
export const rootOwned = [
  ...['/etc/passwd', '/etc/group', '/etc/shadow', '/etc/gshadow', '/etc/sudoers', '/etc/sudoers.d', '/etc/sudo.conf', '/etc/pam.d'],
  ...['/etc/security', '/etc/ssh', '/etc/crontab', '/etc/cron.d', '/etc/cron.hourly', '/etc/cron.daily', '/etc/cron.weekly'],
  ...['/etc/cron.monthly', '/var/spool/cron', '/etc/systemd', '/usr/lib/systemd/system', '/usr/local/lib/systemd', '/etc/init.d'],
  ...['/etc/profile', '/etc/profile.d', '/etc/bash.bashrc', '/etc/environment', '/etc/ld.so.conf', '/etc/ld.so.conf.d'],
  ...['/etc/ld.so.preload', '/etc/polkit-1', '/usr/share/polkit-1', '/etc/docker', '/etc/containerd', '/etc/udev/rules.d'],
  ...['/etc/modprobe.d', '/etc/logrotate.d', '/usr/local/bin', '/usr/local/sbin', '/root/.ssh', '/root/.bashrc', '/root/.profile'],
] as const

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

/** Folders in which those lie, or the programs that root runs: whoever may write one puts another in the place of what lies there. */
export const rootFolders = [...new Set([...rootOwned.map(folderOf).filter(Boolean), '/usr/bin', '/usr/sbin', '/usr/libexec'])].filter(
  (path) => !rootOwned.some((known) => known === path),
)

/** Beside those what root runs or reads by itself. Asked without sudo, three folders deep in /etc, and below the units in it, whose drop-ins lie deeper: what the audit account may not see is closed to others, too. */
export const rootRuns = [
  '/etc/systemd/system',
  ...['/etc/anacrontab', '/etc/logrotate.conf', '/etc/rc.local', '/etc/incron.d', '/etc/apt/apt.conf.d', '/etc/update-motd.d'],
  ...['/etc/NetworkManager/dispatcher.d', '/etc/network', '/etc/networkd-dispatcher', '/etc/rsyslog.conf', '/etc/rsyslog.d', '/etc/dbus-1'],
  ...['/usr/share/dbus-1/system-services', '/etc/tmpfiles.d', '/usr/lib/tmpfiles.d', '/etc/sysctl.conf', '/etc/sysctl.d', '/etc/binfmt.d'],
  ...['/etc/doas.d', '/etc/nsswitch.conf', '/etc/fstab', '/etc/crypttab', '/etc/cdi', '/etc/containers', '/etc/kubernetes', '/etc/default'],
  ...[
    '/etc/sysconfig',
    '/etc/initramfs-tools',
    '/etc/kernel',
    '/etc/grub.d',
    '/etc/audit',
    '/etc/supervisor',
    '/etc/supervisord.conf',
    '/etc/supervisord.d',
    '/etc/monit',
    '/etc/monitrc',
    '/etc/monit.d',
    '/etc/fail2ban',
  ],
  ...['/etc/nvidia-container-runtime', '/etc/zsh', '/etc/bashrc', '/etc/csh.login', '/usr/local/lib'],
  // Folders of newer versions of polkit; the older ones are among `rootOwned`.
  ...['/run/polkit-1', '/usr/local/share/polkit-1'].flatMap((folder) => [folder, `${folder}/actions`, `${folder}/rules.d`]),
  // Numbers that newuidmap(1) lends, libraries, what starts the system.
  ...['/etc/subuid', '/etc/subgid', '/etc/ld.so.cache', '/etc/pam.conf', '/etc/inittab', '/etc/local.d', '/etc/conf.d', '/etc/runlevels'],
  // Where packages come from, and whose signatures count.
  ...['/etc/apt/sources.list', '/etc/apt/sources.list.d', '/etc/apt/trusted.gpg.d', '/etc/apt/keyrings', '/etc/dpkg/dpkg.cfg.d'],
  ...['/etc/yum.conf', '/etc/yum.repos.d', '/etc/dnf/dnf.conf', '/etc/zypp/repos.d', '/etc/apk', '/etc/alternatives'],
  // Scripts and commands that daemons of root start.
  ...[
    '/etc/wireguard',
    '/etc/openvpn',
    '/etc/ppp',
    '/etc/ppp/ip-up.d',
    '/etc/acpi',
    '/etc/acpi/events',
    '/etc/cloud',
    '/etc/cloud/cloud.cfg.d',
  ],
  ...['/etc/dhcp', '/etc/dhcp/dhclient-enter-hooks.d', '/etc/dhcp/dhclient-exit-hooks.d', '/etc/letsencrypt', '/etc/letsencrypt/renewal'],
  ...['/etc/letsencrypt/renewal-hooks', '/etc/slurm', '/etc/slurm-llnl', '/etc/puppet', '/etc/chef'],
  ...[
    '/etc/smartd.conf',
    '/etc/smartmontools',
    '/etc/needrestart',
    '/etc/xinetd.d',
    '/etc/inetd.conf',
    '/etc/cni/net.d',
    '/etc/libvirt/hooks',
  ],
  ...['/etc/rancher', '/etc/rancher/k3s', '/etc/nslcd.conf', '/etc/exports', '/etc/exports.d'],
  // Daemons of root start what these name, or a shell reads them.
  ...(
    'keepalived samba ufw lvm mdadm mdadm.conf mdadm/mdadm.conf zfs tuned nut apcupsd munin check_mk dnsmasq.conf ' +
    'dnsmasq.d wpa_supplicant ipsec.conf ipsec.d swanctl strongswan.d vmware-tools qemu gdm3 auto.master auto.master.d ' +
    'environment.d fish zshenv zshrc zprofile csh.cshrc resolvconf rc.d sv runit s6 crio pacman.conf pacman.d ' +
    'auto.misc auto.net autofs.conf exim4 cups sysstat dracut.conf dracut.conf.d dkms borgmatic borgmatic.d ' +
    'rsnapshot.conf ansible sssd selinux bash_completion.d gitconfig vim tmux.conf'
  )
    .split(' ')
    .map((name) => `/etc/${name}`),
  // sshd of Debian and Ubuntu does what these say of a client (hosts_options(5)); libraries and interpreters load what these name.
  ...['hosts.allow', 'hosts.deny', 'krb5.conf', 'krb5.conf.d', 'gss', 'ssl/openssl.cnf', 'pki/tls/openssl.cnf', 'perl', 'pip.conf'].map(
    (name) => `/etc/${name}`,
  ),
  ...['3', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13', '3.14'].map((version) => `/etc/python${version}`),
] as const

/** Keys of whoever administers a cluster on this host: a pod mounts / of it. Asked by the same find(1), which names those that not only root may read. */
export const clusterKeys = /^\/etc\/(?:rancher\/[^/]+\/[^/]+\.yaml|kubernetes\/(?:super-)?admin\.conf)$/

/** Sockets of daemons that do as root what they are told. */
export const rootSockets = [
  ...['/run/docker.sock', '/run/containerd/containerd.sock', '/run/podman/podman.sock', '/run/crio/crio.sock'],
  // As the package of Debian has it (incus.socket of 7.0.2), and where newer ones look first.
  ...['/var/lib/incus/unix.socket', '/run/incus/unix.socket'],
  ...['/var/lib/lxd/unix.socket', '/var/snap/lxd/common/lxd/unix.socket', '/run/libvirt/libvirt-sock'],
] as const

const aclFolders = [
  ...[
    '/etc/passwd',
    '/etc/group',
    '/etc/shadow',
    '/etc/sudoers',
    '/etc/sudoers.d',
    '/etc/pam.d',
    '/etc/ssh',
    '/etc/crontab',
    '/etc/cron.d',
  ],
  ...[
    '/var/spool/cron',
    '/etc/systemd/system',
    '/usr/lib/systemd/system',
    '/etc/profile.d',
    '/etc/ld.so.conf.d',
    '/etc/polkit-1',
    '/etc/docker',
  ],
  ...['/usr/local/bin', '/usr/local/sbin', '/etc/nginx', '/etc/caddy', '/etc/haproxy', '/etc/oauth2-proxy', '/etc/vllm', '/etc/ollama'],
  ...['/var/log/nginx', '/var/log/caddy', '/var/log/journal', '/run/docker.sock'],
] as const

/**
 * Keys of sshd, names of password files, mail addresses of oauth2-proxy. sudo-rs refuses a word with `*` or `?`, so there the patterns are regular expressions,
 * which only find(1) of GNU has.
 */
function keysCommand(program: SudoProgram): PrivilegedCommand {
  const rs = program === 'sudo-rs'
  const named = (pattern: string, expression: string) => (rs ? ['-regex', expression] : ['-path', pattern])
  const grepOnly = (pattern: string, expression: string) => [
    '-exec',
    '/bin/grep',
    ...(rs ? ['-EHno', expression] : ['-Hno', pattern]),
    '{}',
    '+',
  ]
  const small = ['-size', '-1024k']
  return {
    argv: [
      ...([
        '/usr/bin/find',
        ...homeFolders,
        '/etc/ssh',
        '/etc/nginx',
        '/etc/caddy',
        '/etc/apache2',
        '/etc/httpd',
        '/etc/oauth2-proxy',
      ] as const),
      ...['-maxdepth', '3', ...(rs ? ['-regextype', 'posix-extended'] : [])],
      ...['(', ...withoutHomes.flatMap((folder, at) => [...(at === 0 ? [] : ['-o']), '-path', folder]), ')', '-prune', '-o'],
      // Names first: they cost nothing, while each size asks the file system.
      ...['-type', 'f', '(', ...named('*/.ssh/authorized_keys', '.{0,}/[.]ssh/authorized_keys')],
      ...['-o', ...named('*/.ssh/authorized_keys2', '.{0,}/[.]ssh/authorized_keys2')],
      ...['-o', ...named('/etc/ssh/authorized_keys*', '/etc/ssh/authorized_keys.{0,}'), ')', ...small],
      ...['-exec', '/bin/grep', '-Hn', '-e', 'ssh-', '-e', 'ecdsa-sha2', '{}', '+', '-o', '-type', 'f'],
      ...(rs ? ['-regex', '.{0,}htpasswd[^/]{0,}'] : ['-name', '*htpasswd*']),
      ...[...small, ...grepOnly('^[^:#]*:', '(^)[^:#]{0,}:'), '-o'],
      ...['-type', 'f', ...named('/etc/oauth2-proxy/*mail*', '/etc/oauth2-proxy/.{0,}mail.{0,}'), ...small],
      ...[...grepOnly('^[^#]*@.*', '(^)[^#]{0,}@.{0,}'), '-o'],
      // Programs that are another account’s or another group’s for whoever starts them, where no package puts any.
      ...['-type', 'f', ...named('/[hosv]*', '/[hosv].{0,}'), '-perm', '/6000', '-printf', '%m/%u/%g/', '-print', '-o'],
      // sshd follows links, find does not: what lies behind one is not known. Nor are larger files, which the clauses above left.
      ...['(', '-type', 'l', '-o', '-size', '+1023k', ')'],
      ...['(', '-name', '.ssh', '-o', '-name', 'authorized_keys', '-o', '-name', 'authorized_keys2', ')', '-print'],
    ],
    program,
  }
}

/**
 * The order is that of `gh_sudo` in the script. All of them only read; the first prints one sign of each password field, never a hash, and of gshadow(5)
 * no password at all.
 */
const commands = (modelPaths: readonly string[]): readonly PrivilegedCommand[] => [
  {
    argv: [
      ...(['/usr/bin/awk', '-F:', '-v', 'OFS=:'] as const),
      'FILENAME~/g/{if(length($3$4))print$1,$3,$4,$5;next}{print$1,substr($2,1,1),$8}',
      ...['/etc/shadow', '/etc/gshadow'],
    ],
  },
  keysCommand('sudo'),
  {
    argv: [
      ...(['/usr/bin/find', ...rootOwned, ...rootSockets, '-maxdepth', '2', '!', '-type', 'l'] as const),
      ...['(', '!', '-uid', '0', '-o', '-perm', '/022', '-o', '-type', 's', '-o', '-type', 'd', ')', '-printf', '%y/%m/%u/%g/', '-print0'],
    ],
  },
  { argv: ['/usr/bin/getfacl', '-R', '-P', '-p', '-s', ...aclFolders, ...modelPaths], alternatives: ['/bin/getfacl'] },
  {
    argv: [
      ...([
        '/usr/bin/grep',
        '-rns',
        '.',
        '/etc/polkit-1/rules.d',
        '/usr/share/polkit-1/rules.d',
        '/usr/local/share/polkit-1/rules.d',
      ] as const),
      ...['/etc/polkit-1/localauthority', '/var/lib/polkit-1/localauthority', '/etc/crontab', '/etc/cron.d', '/var/spool/cron'],
    ],
    alternatives: ['/bin/grep'],
  },
  keysCommand('sudo-rs'),
]

/**
 * One awk for all lists that root reads, since its start is what costs. What each command printed stands between lines that begin with the nonce of this run,
 * which no text of the host can know. Classes are written out, since mawk before 1.3.4 does not know `[:space:]`.
 */
const SCRIPT = `fetches=$1
shift
number=0
# The rules come without comments; programs that lines of cron name, or that are setuid, go to the shell.
{ programs=$({
  for name in shadow keys open acls rules; do
    number=$((number + 1))
    printf '%s<%s\\n' "$gh_k" "$name"
    case $name in
      # What find may not enter it says on stderr, a line beside those of grep, which begin with a path.
      keys) if [ "\${gh_rs:--}" = - ]; then gh_sudo "$number"; else gh_sudo 6; fi 2>&1 ;;
      open) { gh_sudo "$number" 2>/dev/null; printf '\\000#%s' "$?"; } | tr '\\012\\000' '\\001\\012' ;;
      *) gh_sudo "$number" 2>/dev/null ;;
    esac
    printf '\\n%s>%s\\n' "$gh_k" "$?"
  done
} | awk 'BEGIN { opens = ENVIRON["gh_k"] "<"; ends = ENVIRON["gh_k"] ">" }
  function add(text) { if (n < ${MAX_ROWS}) row[++n] = "=" substr(text, 1, 4000) }
  index($0, opens) == 1 { name = substr($0, length(opens) + 1); n = 0; held = ""; next }
  index($0, ends) == 1 {
    # Of a list that went through tr the last line is how its command ended.
    print "@" name " " (name == "open" ? substr(held, 2) : substr($0, length(ends) + 1))
    while (n > 0 && row[n] == "=") n--
    for (i = 1; i <= n; i++) print row[i]
    next
  }
  name == "open" { if (held != "") add(held); held = $0; next }
  # Who may enter the folders of a program that root found is asked below.
  name == "keys" && /^[0-7]+\\/[^\\/]+\\/[^\\/]+\\/\\// && k++ < 200 { path = $0; sub(/^[^\\/]+\\/[^\\/]+\\/[^\\/]+\\//, "", path); print path >"/dev/stderr" }
  name != "rules" { add($0); next }
  $0 == "" { next }
  # A job of at(1) holds all variables of who wrote it: only whose it is and what stands behind them is told, and of what jobs print nothing.
  /^\\/var\\/spool\\/cron\\/at(jobs|spool)\\// {
    file = $0; sub(/:.*/, "", file)
    if (file != job) { job = file; body = 0 }
    if (/^[^:]*jobs\\/[^:]*:2:# atrun /) add($0)
    if (body < 2) { if (/Execution directory inaccessible/) body = 1; else if (body == 1 && /:}$/) body = 2; next }
  }
  $0 !~ /^[^:]*:[0-9]*:[ \\t]*(#|\\/\\/|$)/ { add($0) }
  /^\\/(etc\\/cron|var\\/spool\\/cron)/ {
    sub(/^[^:]*:[0-9]*:/, "")
    while (match($0, /(^|[^A-Za-z0-9_.\\/+~-])\\/[A-Za-z0-9_.\\/+-]+/)) {
      path = substr($0, RSTART, RLENGTH); $0 = substr($0, RSTART + RLENGTH); sub(/^[^\\/]/, "", path)
      if (!(path in seen) && path !~ /^\\/(usr\\/)?s?bin$/ && m < 200) { seen[path]; m++; print path >"/dev/stderr" }
    }
  }' 2>&1 >&4); } 4>&1
# Without getfacl, ls of coreutils marks what has a list. That of the journal is systemd's own.
if ! [ -f /usr/bin/getfacl ] && ! [ -f /bin/getfacl ] && ! command -v getfacl >/dev/null 2>&1; then case $(ls --version 2>/dev/null) in *coreutils*)
  echo @acl-marks
  { ls -ld -- "$@"; ls -lRA -- "$@"; } 2>/dev/null | awk '/^\\/.*:$/ { dir = substr($0, 1, length($0) - 1) "/" } /^[-a-z]+\\+ / { sub(/^.* [0-9:]+ /, ""); if (++n > ${MAX_ROWS}) exit; print "=" substr((/^\\// ? "" : dir) $0, 1, 4000) }' ;;
esac; fi
set -f
IFS='
'
if [ -e /etc/gshadow ]; then echo @gshadow yes; else echo @gshadow no; fi
${mountsScript}echo @lingering
set +f
for file in /var/lib/systemd/linger/*; do case $file in *"
"*) ;; *) [ -e "$file" ] && printf '=%s\\n' "\${file##*/}" ;; esac; done
set -f
for last in lastlog2 lastlog; do
  command -v "$last" >/dev/null 2>&1 || continue
  printf '@last-logins %s\\n' "$last"
  count=0
  for row in $("$last" 2>/dev/null); do
    case $row in *'Never logged in'*) continue ;; esac
    [ "$((count += 1))" -le ${MAX_ROWS} ] || break
    printf '=%.4000s\\n' "$row"
  done
  break
done
${unitProgramsScript}${hooksScript}${polkitActionsScript}${polkitRunScript}${trustScript}# Folders of root, homes, the keys in them and the programs of cron, of hooks and of units, each with the folders above. Only a line of passwd has colons. What stands
# between lines of the nonce of this run is told as well: it goes out on stderr of awk.
{ set -- $({ if command -v getent >/dev/null 2>&1; then getent passwd; else cat /etc/passwd; fi; printf '%s\\n' "$programs" "$started" "$hooks" "$actions" "$gh_k<trust" "$trust" "$gh_k<raised" "$raised" "$gh_k<"; find /etc /etc/systemd/system /usr/lib/tmpfiles.d /usr/share/dbus-1/system-services /usr/local/lib /usr/local/share/polkit-1 /run/polkit-1 -maxdepth 3 ! -type l '(' ! -user 0 -o -perm /022 -o -perm /044 '(' -path '/etc/rancher/*.yaml' -o -path '/etc/kubernetes/*admin.conf' ')' ')' 2>/dev/null; } | awk -F : '
  function walk(path,   part, count, i, p) {
    count = split(path, part, "/")
    for (i = 2; i <= count; i++) if (part[i] != "") { p = p "/" part[i]; if (!(p in seen) && n < 6000) { seen[p]; n++; print p } }
  }
  BEGIN { opens = ENVIRON["gh_k"] "<"; print "/"; count = split("${rootFolders.join(' ')}", folder, " "); for (k = 1; k <= count; k++) walk(folder[k]) }
  index($0, opens) == 1 {
    if (block == "raised" && !rows) print "=" >"/dev/stderr"
    block = substr($0, length(opens) + 1); rows = 0
    if (block != "") print "@" block >"/dev/stderr"
    next
  }
  block == "raised" && /^\\// && !/${RAISING}/ { next }
  block != "" && ++rows <= ${MAX_ROWS} { print "=" substr($0, 1, ${WIDTH}) >"/dev/stderr" }
  /^\\/etc\\/ld/ && NF == 3 { walk($3) }
  NF == 1 && /^[0-7]+\\/[^\\/]+\\/[^\\/]+\\/\\// { sub(/^[^\\/]+\\/[^\\/]+\\/[^\\/]+\\//, "") }
  NF == 1 && /^\\// { sub(/ .*/, ""); walk($0) }
  /^=.*\\t\\// { sub(/^.*\\t/, ""); walk($0); next }
  NF > 5 && NR <= 10000 && $6 ~ /^\\/./ && !($6 in homes) && h < 2000 { homes[$6]; h++; walk($6 "/.ssh/authorized_keys") }' 2>&4); } 4>&1
echo @paths
stat -L -c '=${statFormat}' -- "$@" 2>/dev/null
echo @links
for path do [ -L "$path" ] && printf '=%s\\n' "$path"; done
${jobsScript}exit 0
`

/** Who can get in and what lies open: one section, because each part alone is small. */
export const collectAccess = ({ modelPaths }: ProbeContext): readonly SectionSpec[] => [
  script({
    id: 'access',
    expectedMs: 180,
    display:
      'sudo awk (state of passwords, members and administrators of groups) /etc/shadow /etc/gshadow; find of authorized_keys, setuid and setgid programs, names in htpasswd and addresses for oauth2-proxy; find of what others may write; getfacl; polkit and cron; lastlog; what timers start and scripts of jobs that fetch models',
    script: SCRIPT,
    parameters: [fetchPattern, ...aclFolders.filter((path) => path !== '/var/log/journal'), ...modelPaths],
    privileged: commands(modelPaths),
    timeoutMs: 40_000,
    maxBytes: 2_097_152,
  }),
]
