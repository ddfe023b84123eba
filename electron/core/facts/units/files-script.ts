import { statFormat } from '../path-entry.ts'

/** Functions of awk for both pieces: every path on the way to one that is named, once, on stderr. */
export const walkFunction = `walk='function tell(row) { printf "%s\\n", row >"/dev/stderr" }
function walk(path,   part, count, i, p) {
  if (path !~ /^\\//) return
  count = split(path, part, "/")
  for (i = 2; i <= count; i++) if (part[i] != "") { p = p "/" part[i]; if (!(p in seen_path) && paths < 400) { seen_path[p]; paths++; tell(p) } }
}
'
`

/**
 * Piece of the `units` script, which has set `ids` (units to be weighed) and `list` (the paths on the way to each unit file, drop-in, environment file and program).
 * Prints the figure of `systemd-analyze security` of each unit with its weightiest reasons, then owner and mode of each path, and when what each file holds last changed (its mode may since have been closed). A symbolic link on the way is
 * followed, and its target looked at the same way.
 */
export const filesScript = `
if [ -n "$ids" ] && command -v systemd-analyze >/dev/null 2>&1; then
  # All at once; the reasons of each unit stand above the figure that names it.
  systemd-analyze security --no-pager -- $ids 2>/dev/null | awk '
    / Overall exposure level for / { $1 = $1; id = $0; sub(/^.* Overall exposure level for /, "", id); sub(/:.*$/, "", id); print "@security " id; for (i = 1; i <= n; i++) print row[i]; print "=" $0; n = 0; next }
    $NF ~ /^[0-9]+\\.[0-9]$/ && $NF >= 0.2 && n < 60 { $1 = $1; row[++n] = "=" $0 }'
fi
links=$(for path in $list; do
  [ -L "$path" ] || continue
  # Where it leads to a folder, the shell itself can tell.
  if [ -d "$path" ] && cd -P "$path" 2>/dev/null; then real=$PWD; else real=$(readlink -f "$path") || continue; fi
  printf '@link %s\\n=%s\\n' "$path" "$real"
done)
[ -z "$links" ] || { printf '%s\\n' "$links"; list=$(printf '%s\\n' "$list" "$links" | awk "$walk"'BEGIN { tell("/") } { sub(/^(=|@link )/, ""); walk($0) }' 2>&1); }
set -- $list
echo @paths
stat -L -c '=${statFormat}' -- "$@" 2>/dev/null
echo @changed
find -L "$@" -prune -type f -printf '=%T@ %p\\n' 2>/dev/null
set +f
`
