import { statFormat } from '../path-entry.ts'

/**
 * Piece of the `units` script. Reads `$shown` (what systemctl printed) and prints, for every unit, the figure of `systemd-analyze
 * security` with its weightiest reasons, then owner and mode of each unit file, drop-in, environment file and program, and of every
 * directory above them. A symbolic link on the way is followed, and its target looked at the same way.
 */
export const filesScript = `
ids=$(printf '%s\\n' "$shown" | awk 'BEGIN { RS = ""; FS = "\\n" } /\\nLoadState=not-found/ { next } {
  for (i = 1; i <= NF; i++) if ($i ~ /^Id=/ && $i !~ /^Id=(nginx|caddy|haproxy|apache2|httpd|oauth2-proxy)[.]service$/ && !seen[$i]++ && ++n <= 12) print substr($i, 4)
}')
if [ -n "$ids" ] && command -v systemd-analyze >/dev/null 2>&1; then
  # All at once; the reasons of each unit stand above the figure that names it.
  systemd-analyze security --no-pager -- $ids 2>/dev/null | awk '
    / Overall exposure level for / { $1 = $1; id = $0; sub(/^.* Overall exposure level for /, "", id); sub(/:.*$/, "", id); print "@security " id; for (i = 1; i <= n; i++) print row[i]; print "=" $0; n = 0; next }
    $NF ~ /^[0-9]+\\.[0-9]$/ && $NF >= 0.2 && n < 60 { $1 = $1; row[++n] = "=" $0 }'
fi
# Every path on the way to those that are named, once.
components() { awk '
  function walk(path,   part, count, i, p) {
    count = split(path, part, "/")
    for (i = 2; i <= count; i++) if (part[i] != "") { p = p "/" part[i]; if (!(p in seen) && n < 400) { seen[p]; n++; print p } }
  }
  BEGIN { print "/" }
  sub(/^FragmentPath=/, "") || sub(/^=/, "") || /^\\// { if (/^\\//) walk($0); next }
  sub(/^EnvironmentFiles=/, "") { sub(/ [(]ignore_errors=.*$/, ""); if (/^\\//) walk($0); next }
  sub(/^ExecStart=[{] path=/, "") { if (at = index($0, " ; argv[]=")) { $0 = substr($0, 1, at - 1); if (/^\\//) walk($0) }; next }
  sub(/^DropInPaths=/, "") { count = split($0, drop, / \\//); for (k = 1; k <= count; k++) walk(k == 1 ? drop[k] : "/" drop[k]) }'; }
list=$(printf '%s\\n' "$shown" | components)
links=$(for path in $list; do [ -L "$path" ] && real=$(readlink -f "$path") && printf '%s\\n=%s\\n' "$path" "$real"; done)
for path in $links; do case $path in /*) printf '@link %s\\n' "$path" ;; *) printf '%s\\n' "$path" ;; esac; done
[ -z "$links" ] || list=$(printf '%s\\n' "$list" "$links" | components)
set -- $list
printf '@paths\\n'
stat -L -c '=${statFormat}' -- "$@" 2>/dev/null
set +f
`
