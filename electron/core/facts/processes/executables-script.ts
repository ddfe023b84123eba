import type { PrivilegedCommand } from '../../probe/section.ts'

/** The program that each process really runs: command lines are what a process says of itself, and root alone may read these links of others. */
export const findExecutables: PrivilegedCommand = {
  argv: ['/usr/bin/find', '/proc', '-maxdepth', '2', '-name', 'exe', '-printf', '%P/%l', '-print0'],
  alternatives: ['/bin/find'],
}

/**
 * `@exe PID<tab>cgroup<tab>path` for each process that has a program, then `@packages dpkg` or `rpm` and `@package NAME path` for those that a
 * package owns. Only processes of `$table` are told. dpkg's lists are searched at once for all of them, with and without /usr, since they name paths from before the merge; rpm
 * answers in the order of the question. A path inside of a container is not the host's, so it is not looked up. A line feed is sent as \001. The paths to look up come to the shell on stderr of awk.
 * mawk ends with 2 where a process ends between the open and the read of its cgroup, so it is asked again.
 */
export const executablesScript = `dpkg=; [ -d /var/lib/dpkg/info ] && dpkg=1
for try in 1 2 3; do { owned=$({ printf '%s\\n\\n' "$table"; gh_sudo 1 2>/dev/null | tr '\\012\\000' '\\001\\012'; } | awk -v "dpkg=$dpkg" '
!listed { if ($0 == "") listed = 1; else known[$1]; next }
{
  pid = path = $0
  sub(/\\/exe\\/.*$/, "", pid); sub(/^[0-9]+\\/exe\\//, "", path); sub(/\\/proc\\/[0-9]+\\/exe$/, "", path)
  if (pid !~ /^[0-9]+$/ || path !~ /^\\// || path ~ /\\t/ || !(pid in known)) next
  file = "/proc/" pid "/cgroup"; group = ""
  while ((getline line < file) > 0) if (line ~ /^0::/ || line ~ /:name=systemd:/) {
    sub(/^[0-9]+:[^:]*:/, "", line)
    if (length(line) > length(group)) group = line
  }
  close(file)
  print "@exe " substr(pid "\\t" group "\\t" path, 1, 1000)
  if (group !~ /docker|libpod|containerd|kubepods|crio|lxc/ && !(path in seen) && m < 400) {
    seen[path]; m++; print path >"/dev/stderr"
    if (dpkg && path ~ /^\\/usr\\//) print substr(path, 5) >"/dev/stderr"
  }
  if (++n == 2000) exit
}' 2>&1 >&4); } 4>&1 && break; done
if [ -n "$owned" ]; then
  if [ "$dpkg" ]; then
    echo @packages dpkg
    owned=$(printf '%s\\n' "$owned" | grep -xsF -f - /var/lib/dpkg/info/*.list)
    set -f
    IFS='
'
    for row in $owned; do
      row=\${row#/var/lib/dpkg/info/}
      printf '@package %s %s\\n' "\${row%%.list:*}" "\${row#*.list:}"
    done
  elif command -v rpm >/dev/null 2>&1; then
    set -f
    IFS='
'
    set -- $owned
    rpm -qf --qf '%{NAME}\\n' "$@" 2>&1 | owned=$owned awk 'BEGIN { n = split(ENVIRON["owned"], path, "\\n") } { said[NR] = $0 } END {
      if (NR != n) exit
      print "@packages rpm"
      for (i = 1; i <= n; i++) if (said[i] !~ / /) print "@package " said[i] " " path[i]
    }'
  fi
fi
`
