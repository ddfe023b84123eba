import type { BlockRow } from '../blocks.ts'

/** A program that a file of root's names, to be run as root: a hook of logrotate, apt or udev, a script of cron, of the network or of a login, what PAM starts or loads. */
export interface Hook {
  readonly file: string
  readonly path: string
  readonly line: number
}

export interface Hooks {
  readonly programs: readonly Hook[]
  /** Folders of the PATH that files of logins set. Absent in audits that did not ask. */
  readonly searched?: readonly Hook[]
  /** What scripts start that jobs, units and those hooks name, as far as the audit account reads them. Absent in audits that did not ask. */
  readonly calls?: readonly Hook[]
  /** Files that the audit account may not read, or why there may be more. */
  readonly unread: readonly string[]
}

/** Read to the last line: what they hold is not known by one. */
const FILES = [
  ...['/etc/logrotate.conf', '/etc/logrotate.d', '/etc/apt/apt.conf', '/etc/apt/apt.conf.d', '/etc/dpkg/dpkg.cfg', '/etc/dpkg/dpkg.cfg.d'],
  ...['/etc/modprobe.d', '/etc/network', '/etc/anacrontab', '/etc/letsencrypt/cli.ini', '/etc/letsencrypt/renewal', '/etc/smartd.conf'],
  ...['/etc/letsencrypt/renewal-hooks', '/etc/cron.hourly', '/etc/cron.daily', '/etc/cron.weekly', '/etc/cron.monthly', '/etc/rc.local'],
  ...['/etc/update-motd.d', '/etc/NetworkManager/dispatcher.d', '/etc/networkd-dispatcher', '/etc/dhcp', '/etc/profile.d', '/etc/init.d'],
  ...['/etc/supervisor', '/etc/supervisord.conf', '/etc/supervisord.d'],
  ...['/etc/profile', '/etc/environment', '/etc/bash.bashrc', '/etc/bashrc'],
]
/** Of the many rules of udev only those that start something. */
const RULES = ['/etc/udev/rules.d', '/run/udev/rules.d', '/usr/local/lib/udev/rules.d', '/lib/udev/rules.d']

/** Settings of daemons of root, among which are names of programs (daemon.json of Docker, config.toml of containerd, CDI, auditd.conf(5), slurm.conf(5), jail.conf(5), dbus-daemon(1)). */
const NAMED = [
  ...['/etc/docker/daemon.json', '/etc/containerd', '/etc/crio', '/etc/nvidia-container-runtime', '/etc/cdi', '/etc/containers/oci'],
  ...['/etc/audit/plugins.d', '/etc/slurm', '/etc/slurm-llnl', '/etc/fail2ban', '/etc/acpi/events'],
  ...['/etc/dbus-1/system-services', '/usr/share/dbus-1/system-services'],
]
const NAMES = 'path|bin_dirs?|BinaryName|Prolog|Epilog|HealthCheckProgram|RebootProgram|PluginDir|Exec|action[a-z]*'

const MAX_PROGRAMS = 400

/** Words behind which a command goes on. */
const STARTS =
  '^(sh|bash|dash|ash|ksh|zsh|busybox|env|nice|ionice|chrt|taskset|numactl|timeout|stdbuf|flock|python[0-9.]*|perl|ruby|node|java|php|nohup|setsid|exec|eval|command|time|xargs|run-parts|chronic|export|systemd-cat|systemd-run|unshare|chroot|sudo|doas|[.]|source|if|then|else|elif|do|while|until|!|[{])$'

/** The awk that reads them; `kind` begins each row that it prints. */
const AWK = `gh_hooks='
function dist(path) { return path ~ /^\\/(usr\\/)?(bin|sbin|lib|lib64|libexec)\\// }
function say(path) {
  if (path ~ /[$*?%{[]/) { sub(/[$*?%{[].*/, "", path); sub(/\\/[^\\/]*$/, "", path) }
  sub(/[^A-Za-z0-9_.\\/+@-].*/, "", path)
  if (path !~ /^\\/[^\\/]/ || dist(path "/") || path ~ /^\\/(usr\\/share|dev|proc|sys|run|var\\/run|var\\/lock)(\\/|$)/ || (file, path) in told) return
  told[file, path]
  if (++n <= ${MAX_PROGRAMS}) print "=" kind "\\t" file "\\t" path
}
function unread(name) { if (!(name in shut)) { shut[name]; print "=!\\t" name "\\t" } }
# What a variable at its front stands for, where the file itself says so.
function value(t,   name) {
  if (!match(t, /^\\$[{]?[A-Za-z_][A-Za-z0-9_]*[}]?/)) return t
  name = substr(t, 1, RLENGTH); gsub(/[{}$]/, "", name)
  return name in var ? var[name] substr(t, RLENGTH + 1) : t
}
function shell(text,   count, word, i, t, b, at, wrap, name, user) {
  gsub(/(echo|printf|logger)([ \\t]+-[A-Za-z]+)*[ \\t]+("[^"]*"|\\047[^\\047]*\\047)/, "true", text)
  gsub(/[0-9]*&?>+[|&]?[ \\t]*[^ \\t;|&()]*/, " ", text)
  gsub(/<+-?[ \\t]*[^ \\t;|&()<]*/, " ", text)
  gsub(/=["\\047]/, "=", text)
  gsub(/["\\047]/, " ", text)
  gsub(/[;&|()\`]+/, " ; ", text)
  count = split(text, word, /[ \\t]+/)
  at = 1
  for (i = 1; i <= count; i++) {
    t = word[i]
    if (t == "") continue
    if (t == ";") { at = 1; wrap = name = ""; continue }
    if (t ~ /^#/) return
    if (!at) {
      if (t ~ /^--?(exec|execdir|startas)$/ || (name ~ /^(make|awk|docker|docker-compose|podman-compose)$/ && t ~ /^(-f|-C|--file)$/)) { at = 1; wrap = "exec" }
      continue
    }
    if (t ~ /^[A-Za-z_][A-Za-z0-9_]*=/) {
      name = t; sub(/=.*/, "", name); sub(/^[^=]*=/, "", t)
      var[name] = value(t); name = ""
      continue
    }
    if (wrap != "" && t ~ /^(-.*|[0-9.]+[smhd]?)$/) continue
    t = value(t)
    if (dir != "" && t ~ /^[^\\/$]+\\//) { sub(/^[.]\\//, "", t); t = dir "/" t }
    b = t; sub(/^.*\\//, "", b)
    # What runs as another account is not root.
    if (b ~ /^(su|runuser)$/) {
      user = word[i + 1] ~ /^(-|-l|--login)$/ ? word[i + 2] : word[i + 1]
      if (user != "root" && user != "-c") return
      i += user == word[i + 1] ? 1 : 2; wrap = "exec"
      continue
    }
    if (b ~ /^(setpriv|chpst|setuidgid|gosu)$/ || (b ~ /^(sudo|doas|start-stop-daemon)$/ && text ~ /[ \\t](-u|-c|--user|--chuid)/)) return
    if (b ~ /${STARTS}/ && (t !~ /^\\// || dist(t))) { wrap = b; continue }
    # The first is its lock.
    if (wrap == "flock" && t ~ /^\\//) { wrap = "exec"; continue }
    if (b == "cd") { t = value(word[i + 1]); dir = t ~ /^\\// ? t : "" }
    else if (t ~ /^\\//) say(t)
    at = 0; name = b
  }
}
function searched(text,   part, count, i) {
  gsub(/["\\047]/, "", text); sub(/[ \\t;].*/, "", text)
  count = split(text, part, ":"); kind = "path"
  for (i = 1; i <= count; i++) if (part[i] !~ /^\\/usr\\/local\\/s?bin/) say(value(part[i]))
  kind = "root"
}
# Each string whose name says that it is run.
function apt(text,   part) {
  while (match(text, /"[^"]*"/)) {
    part = substr(text, 1, RSTART - 1)
    if (part ~ /^[ \\t]*(\\/\\/|#)/) return
    if (match(part, /[A-Za-z][A-Za-z0-9:_-]*[^A-Za-z0-9:_-]*$/)) key = substr(part, RSTART)
    match(text, /"[^"]*"/)
    part = substr(text, RSTART + 1, RLENGTH - 2); text = substr(text, RSTART + RLENGTH)
    if (key ~ /Invoke|Pkgs|Hook|Bin|Auto-?Detect|Command/) shell(part)
  }
  if (text ~ /^[ \\t]*[A-Za-z]/) key = text
}
function udev(text) {
  while (match(text, /(RUN|PROGRAM|IMPORT[{]program[}])([{]program[}])?[ \\t]*[-+:!=]+[ \\t]*e?"[^"]*"/)) {
    key = substr(text, RSTART, RLENGTH - 1); text = substr(text, RSTART + RLENGTH)
    sub(/^[^"]*"/, "", key); shell(key)
  }
}
# Whose program it is may stand behind its command.
function supervised(   now) {
  now = file; file = last
  if (held != "" && !others) shell(held)
  file = now; held = ""; others = 0
}
/^@/ { split(substr($0, 2), part, "\\t"); file = part[1]; say(part[2]); next }
/Permission denied$/ { sub(/^[^\\/]*/, ""); sub(/: Permission denied$/, ""); unread($0); next }
!/^\\/[^:]*:[0-9]+:/ { next }
{
  file = $0; sub(/:.*/, "", file)
  sub(/^[^:]*:/, ""); number = $0 + 0; sub(/^[^:]*:/, "")
  if (file != last) { supervised(); split("", var); dir = key = whole = ""; inside = skip = lent = 0; last = file }
  if (file ~ /(~|[.](bak|old|orig|swp|disabled|dpkg-[a-z]+|rpm(save|new|orig)|placeholder))$/) next
  if (number == 1 && /^#!/ && !/sh( |$)/) skip = 1
  if (skip || /^[ \\t]*#/) next
  if (/\\\\$/) { whole = whole substr($0, 1, length($0) - 1) " "; next }
  text = whole $0; whole = ""
}
file ~ /^\\/etc\\/apt\\// { apt(text); next }
file ~ /udev\\/rules/ { udev(text); next }
file ~ /^\\/etc\\/dpkg\\// { if (sub(/^[ \\t]*(pre-invoke|post-invoke|status-logger)[ \\t]*[= \\t][ \\t]*/, "", text)) shell(text); next }
file ~ /^\\/etc\\/modprobe/ { if (sub(/^[ \\t]*(install|remove)[ \\t]+[^ \\t]+[ \\t]+/, "", text)) shell(text); next }
file ~ /^\\/etc\\/network\\/interfaces/ { if (sub(/^[ \\t]*(pre-|post-)?(up|down)[ \\t]+/, "", text)) shell(text); next }
file ~ /^\\/etc\\/supervisor/ {
  sub(/[ \\t];.*/, "", text)
  if (text ~ /^[ \\t]*\\[/) supervised()
  else if (sub(/^[ \\t]*command[ \\t]*[=:][ \\t]*/, "", text)) held = text
  else if (sub(/^[ \\t]*user[ \\t]*[=:][ \\t]*/, "", text)) others = text !~ /^(root|0)[ \\t]*$/
  next
}
# A module by its path, and what one starts (pam_exec(8)).
file ~ /^\\/etc\\/pam/ {
  if (match(text, /[ \\t]\\/[^ \\t]*[.]so/)) say(substr(text, RSTART + 1, RLENGTH - 1))
  if (!sub(/^.*pam_(exec|python)[.]so/, "", text)) next
  gsub(/[ \\t](debug|expose_authtok|seteuid|quiet(_log)?|stdout|(log|type)=[^ \\t]*)/, " ", text); shell(text); next
}
file ~ /^\\/etc\\/(docker|cont|crio|nvidia|cdi|audit|slurm|fail|acpi)|dbus-1/ {
  while (match(text, /(^|[^A-Za-z])(${NAMES})"?[ \\t]*[:=][^\\/,}]*\\//)) {
    key = substr(text, RSTART, RLENGTH); text = substr(text, RSTART + RLENGTH - 1)
    sub(/^[^:=]*[:=][\\[@ \\t]*/, "", key); sub(/[\\/]$/, "", key); shell(key text)
  }
  next
}
file == "/etc/anacrontab" { if (sub(/^[ \\t]*[0-9@][^ \\t]*[ \\t]+[0-9]+[ \\t]+[^ \\t]+[ \\t]+/, "", text)) shell(text); next }
file ~ /^\\/etc\\/letsencrypt\\/(renewal\\/|cli)/ { if (sub(/^[ \\t]*(pre|post|renew|deploy)[_-]hook[ \\t]*=[ \\t]*/, "", text)) shell(text); next }
file == "/etc/smartd.conf" { if (sub(/^.*-M[ \\t]+exec[ \\t]+/, "", text)) shell(text); next }
file ~ /^\\/etc\\/logrotate/ {
  if (text ~ /^[ \\t]*(pre|post)rotate|^[ \\t]*(first|last)action|^[ \\t]*preremove/) { inside = 1; split("", var); dir = "" }
  else if (text ~ /^[ \\t]*endscript/) inside = 0
  # Whom su names packs; scripts are still those of root.
  else if (text ~ /^[ \\t]*su[ \\t]/ && !inside) lent = 1
  else if (inside || (!lent && sub(/^[ \\t]*compresscmd[ \\t]+/, "", text))) shell(text)
  next
}
kind == "root" && file ~ /^\\/etc\\/(profile|environment|bash)/ && match(text, /(^|[ \\t;])(PATH=|pathmunge[ \\t]+)/) { searched(substr(text, RSTART + RLENGTH)); next }
{ shell(text) }
END { supervised(); if (n > ${MAX_PROGRAMS}) unread("more than ${MAX_PROGRAMS} programs") }'
`

/**
 * Piece of the `access` script; leaves `$hooks`: `=root<tab>FILE<tab>PATH` for what each has root run, `=path<tab>FILE<tab>PATH` for where logins look for programs, `=!<tab>FILE<tab>` for one that could not be read. Of a
 * command only its program is told, and what an interpreter is given first: its other words may be secrets. Not those of the distribution, which are root's, nor
 * what `su` and its like give to another account. Scripts are taken for the shell's: variables that hold a path are followed in the file itself, what another
 * language starts is not known (apt.conf(5), logrotate(8), udev(7), modprobe.d(5), interfaces(5), anacrontab(5), dpkg(1), certbot, smartd.conf(5), supervisord’s own manual).
 */
export const hooksScript = `${AWK}hooks=$({
  set +f
  for file in /etc/logrotate.d/* /etc/apt/apt.conf.d/* /etc/udev/rules.d/* /etc/modprobe.d/* /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/* /etc/profile.d/* /etc/update-motd.d/* /etc/rc.local; do
    [ -L "$file" ] && [ -f "$file" ] && printf '@%s\\t%s\\n' "$file" "$(readlink -f "$file")"
  done
  # Where containerd and CRI-O look for their plugins unless they are told.
  [ -d /opt/cni/bin ] && printf '@%s\\t%s\\n' /etc/cni/net.d /opt/cni/bin
  set -f
  set --
  for file in ${FILES.join(' ')}; do [ -e "$file" ] && set -- "$@" "$file"; done
  grep -rn . /dev/null "$@"
  grep -rnE '^[^#]*(RUN|PROGRAM|IMPORT|pam_|^-?(auth|account|session|password)|${NAMES}).*/' /etc/pam.d ${NAMED.join(' ')} ${RULES.join(' ')}
} 2>&1 | awk -v kind=root "$gh_hooks")
# What scripts start that those, jobs and units name, and what scripts start that they start.
set -- $programs $started $hooks
seen= level=0
while [ $# -gt 0 ] && [ "$level" -lt 4 ]; do
  level=$((level + 1)) scripts=
  for file do
    file=\${file##*\t}
    case $file in
      *[!A-Za-z0-9_./+@-]* | /bin/* | /sbin/* | /lib/* | /usr/bin/* | /usr/sbin/* | /usr/lib/* | /usr/libexec/* | /dev/* | /proc/*) continue ;;
    esac
    case $seen in *"
$file
"*) continue ;; esac
    seen="$seen
$file
"
    [ -f "$file" ] && [ -r "$file" ] || continue
    first=
    IFS= read -r first 2>/dev/null <"$file"
    case $first in '#!'*sh | '#!'*'sh '*) scripts="$scripts$file
" ;; esac
  done
  [ -n "$scripts" ] || break
  set -- $(grep -n . /dev/null $scripts 2>/dev/null | awk -v kind=calls "$gh_hooks")
  for file do hooks="$hooks
$file"; done
done
echo @hooks
[ -z "$hooks" ] || printf '%s\\n' "$hooks"
`

/** The rows of `@hooks`. */
export function parseHooks(rows: readonly BlockRow[]): Hooks {
  const parts = rows.flatMap(({ text, line }) => {
    const [, account = '', file = '', path = ''] = /^(root|calls|path|!)\t([^\t]{1,1000})\t(\/[^\t]{1,1000})?$/.exec(text) ?? []
    return account === '' ? [] : [{ account, file, path, line }]
  })
  return {
    programs: parts.flatMap(({ account, file, path, line }) => (account === 'root' && path !== '' ? [{ file, path, line }] : [])),
    searched: parts.flatMap(({ account, file, path, line }) => (account === 'path' && path !== '' ? [{ file, path, line }] : [])),
    calls: parts.flatMap(({ account, file, path, line }) => (account === 'calls' && path !== '' ? [{ file, path, line }] : [])),
    unread: parts.flatMap(({ account, file }) => (account === '!' ? file : [])),
  }
}
