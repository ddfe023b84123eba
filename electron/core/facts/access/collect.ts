import { type PrivilegedCommand, type ProbeContext, type SectionSpec, script } from '../../probe/section.ts'
import { statFormat } from '../path-entry.ts'
import { fetchPattern, jobsScript } from './jobs-script.ts'

/** Rows of one list: what stands behind them was not seen. */
export const MAX_ROWS = 4000

/** Where homes with keys lie; keys of an account whose home lies elsewhere are not known. */
export const homeFolders = ['/home', '/root', '/var/lib', '/srv', '/opt', '/var/www', '/usr/share'] as const

/** Who may write one of these, or what lies up to two folders below, is root by another name: by itself, or when it is next used. */
export const rootOwned = [
  ...['/etc/passwd', '/etc/group', '/etc/shadow', '/etc/gshadow', '/etc/sudoers', '/etc/sudoers.d', '/etc/sudo.conf', '/etc/pam.d'],
  ...['/etc/security', '/etc/ssh', '/etc/crontab', '/etc/cron.d', '/etc/cron.hourly', '/etc/cron.daily', '/etc/cron.weekly'],
  ...['/etc/cron.monthly', '/var/spool/cron', '/etc/systemd', '/usr/lib/systemd/system', '/usr/local/lib/systemd', '/etc/init.d'],
  ...['/etc/profile', '/etc/profile.d', '/etc/bash.bashrc', '/etc/environment', '/etc/ld.so.conf', '/etc/ld.so.conf.d'],
  ...['/etc/ld.so.preload', '/etc/polkit-1', '/usr/share/polkit-1', '/etc/docker', '/etc/containerd', '/etc/udev/rules.d'],
  ...['/etc/modprobe.d', '/etc/logrotate.d', '/usr/local/bin', '/usr/local/sbin', '/root/.ssh', '/root/.bashrc', '/root/.profile'],
] as const

/** Sockets of daemons that do as root what they are told. */
export const rootSockets = [
  ...['/run/docker.sock', '/run/containerd/containerd.sock', '/run/podman/podman.sock', '/run/crio/crio.sock', '/run/incus/unix.socket'],
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

/** The order is that of `gh_sudo` in the script. All of them only read; the first prints one sign of each password field, never a hash. */
const commands = (modelPaths: readonly string[]): readonly PrivilegedCommand[] => [
  { argv: ['/usr/bin/awk', '-F:', '-v', 'OFS=:', '{print$1,substr($2,1,1),$8}', '/etc/shadow'] },
  {
    argv: [
      ...(['/usr/bin/find', ...homeFolders, '/etc/ssh', '/etc/nginx', '/etc/caddy', '/etc/apache2', '/etc/httpd'] as const),
      ...[
        '-maxdepth',
        '3',
        '-type',
        'f',
        '-size',
        '-1024k',
        '(',
        '-path',
        '*/.ssh/authorized_keys',
        '-o',
        '-path',
        '*/.ssh/authorized_keys2',
      ],
      ...['-o', '-path', '/etc/ssh/authorized_keys*', ')', '-exec', '/bin/grep', '-Hn', '-e', 'ssh-', '-e', 'ecdsa-sha2', '{}', '+', '-o'],
      ...['-maxdepth', '3', '-type', 'f', '-name', '*htpasswd*', '-size', '-1024k', '-exec', '/bin/grep', '-Hno', '^[^:#]*:', '{}', '+'],
    ],
  },
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
]

const SCRIPT = `fetches=$1
shift
list() { head -n ${MAX_ROWS} | cut -c1-4000 | sed 's/^/=/'; }
text=$(gh_sudo 1 2>/dev/null); printf '@shadow %s\\n' "$?"; printf '%s\\n' "$text" | list
text=$(gh_sudo 2 2>/dev/null); printf '@keys %s\\n' "$?"; printf '%s\\n' "$text" | list
text=$({ gh_sudo 3 2>/dev/null; printf '\\000#%s' "$?"; } | tr '\\012\\000' '\\001\\012')
printf '@open %s\\n' "\${text##*#}"; printf '%s\\n' "$text" | list
text=$(gh_sudo 4 2>/dev/null); rc=$?; printf '@acls %s\\n' "$rc"; printf '%s\\n' "$text" | list
# Without getfacl, ls of coreutils marks what has a list. That of the journal is systemd's own.
if [ "$rc" = 127 ] && ls --version 2>/dev/null | grep -q coreutils; then
  printf '@acl-marks\\n'
  { ls -ld -- "$@"; ls -lRA -- "$@"; } 2>/dev/null | awk '/^\\/.*:$/ { dir = substr($0, 1, length($0) - 1) "/" } /^[-a-z]+\\+ / { sub(/^.* [0-9:]+ /, ""); print (/^\\// ? "" : dir) $0 }' | list
fi
rules=$(gh_sudo 5 2>/dev/null); printf '@rules %s\\n' "$?"; printf '%s\\n' "$rules" | grep -Ev '^[^:]*:[0-9]*:[[:space:]]*(#|//|$)' | list
printf '@lingering\\n'; ls /var/lib/systemd/linger 2>/dev/null | list
if command -v lastlog2 >/dev/null 2>&1; then printf '@last-logins lastlog2\\n'; lastlog2 2>/dev/null | grep -v 'Never logged in' | list
elif command -v lastlog >/dev/null 2>&1; then printf '@last-logins lastlog\\n'; lastlog 2>/dev/null | grep -v 'Never logged in' | list
fi
set -f
IFS='
'
homes=$(if command -v getent >/dev/null 2>&1; then getent passwd; else cat /etc/passwd; fi | head -n 10000 | cut -d : -f 6 | grep '^/.' | sort -u | head -n 2000)
programs=$(printf '%s\\n' "$rules" | grep -E '^(/etc/cron|/var/spool/cron)' | sed 's/^[^:]*:[0-9]*://' | grep -oE '(^|[[:space:]])/[A-Za-z0-9_./+-]+' | sed 's/^[[:space:]]*//' | sort -u | head -n 200)
keys=$(printf '%s\\n' "$homes" | sed 's|$|/.ssh|;p;s|$|/authorized_keys|')
set -- $(printf '%s\\n' "$homes" "$keys" "$programs" | awk '{ n = split($0, part, "/"); path = ""; print "/"; for (i = 2; i <= n; i++) if (part[i] != "") { path = path "/" part[i]; print path } }' | sort -u | head -n 6000)
printf '@paths\\n'
stat -L -c '=${statFormat}' -- "$@" 2>/dev/null
${jobsScript}exit 0
`

/** Who can get in and what lies open: one section, because each part alone is small. */
export const collectAccess = ({ modelPaths }: ProbeContext): readonly SectionSpec[] => [
  script({
    id: 'access',
    expectedMs: 80,
    display:
      'sudo awk (state of passwords) /etc/shadow; find of authorized_keys and htpasswd names; find of what others may write; getfacl; polkit and cron; lastlog; what timers start and scripts of jobs that fetch models',
    script: SCRIPT,
    parameters: [fetchPattern, ...aclFolders.filter((path) => path !== '/var/log/journal'), ...modelPaths],
    privileged: commands(modelPaths),
    timeoutMs: 40_000,
    maxBytes: 2_097_152,
  }),
]
