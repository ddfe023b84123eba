import { statFormat } from '../path-entry.ts'

/**
 * Piece of the `units` script. Reads `$shown` (what systemctl printed) and prints, for every unit, the figure of `systemd-analyze
 * security` with its weightiest reasons, then owner and mode of each unit file, drop-in, environment file and program, and of every
 * directory above them. A symbolic link on the way is followed, and its target looked at the same way.
 */
export const filesScript = `
ids=$(printf '%s\\n' "$shown" | awk 'BEGIN { RS = "" } !/\\nLoadState=not-found/ { print }' | sed -n 's/^Id=//p' | grep -Ev '^(nginx|caddy|haproxy|apache2|httpd|oauth2-proxy)\\.service$' | sort -u | head -n 12)
if command -v systemd-analyze >/dev/null 2>&1; then
  for id in $ids; do
    printf '@security %s\\n' "$id"
    systemd-analyze security --no-pager -- "$id" 2>/dev/null | awk '/ Overall exposure level for / || ($NF ~ /^[0-9]+\\.[0-9]$/ && $NF >= 0.2) { $1 = $1; print "=" $0 }' | head -n 60
  done
fi
components() { awk '{ n = split($0, part, "/"); path = ""; print "/"; for (i = 2; i <= n; i++) if (part[i] != "") { path = path "/" part[i]; print path } }' | sort -u | head -n 400; }
set -f
IFS='
'
list=$(printf '%s\\n' "$shown" | sed -n 's/^FragmentPath=//p;s/^EnvironmentFiles=\\(.*\\) (ignore_errors=.*/\\1/p;s/^ExecStart={ path=\\(.*\\) ; argv\\[\\]=.*/\\1/p;/^DropInPaths=/{s///;s/ \\//\\
\\//g;p;}' | grep '^/' | components)
links=$(for path in $list; do [ -L "$path" ] && real=$(readlink -f "$path") && printf '%s\\n=%s\\n' "$path" "$real"; done)
printf '%s\\n' "$links" | sed -n 's/^\\//@link \\//p;/^=/p'
set -- $(printf '%s\\n' "$list" "$links" | sed 's/^=//' | grep '^/' | components)
[ $# -gt 0 ] && printf '@paths\\n' && stat -L -c '=${statFormat}' -- "$@" 2>/dev/null
set +f
`
