import type { ProbeContext } from '../../probe/section.ts'
import { type SectionSpec, script } from '../../probe/section.ts'

/** Deeper than a Hugging Face cache (7 levels) and an Ollama store (5). */
export const MAX_DEPTH = 12

/**
 * Words of the privileged listing, of the audit and of the inventory of models alike, so that one sudoers line allows both. Without a
 * backslash, blank, comma or colon, so that the line can hold them as they are. Every entry is
 * `type/mode/owner/group/size/type of target/device/inode/blocks/mtime/ctime/path`, ended by a NUL; a symbolic link is followed by its
 * target and path. A path ends at a NUL and no name can hold one, so no file can pose as another entry.
 */
export const listingWords = (path: string): readonly string[] => [
  '-H',
  path,
  '-maxdepth',
  String(MAX_DEPTH),
  '-printf',
  '%y/%m/%u/%g/%s/%Y/%D/%i/%b/%T@/%C@/',
  '-print0',
  '-type',
  'l',
  '-printf',
  '%l',
  '-print0',
]

/**
 * Parameters: the model directories. Output, one record a line (a newline in a name becomes byte 1):
 * `@/PATH` starts a directory; `^/…` is a directory above it; then entries, `>/TARGET` after a link; `=/count/bytes/key` sums up a kind;
 * `#/exit status/account/why` ends it. 100,000 files of one kind come out as one sum and twenty examples. What the account can list whole needs no sudo, whose start costs
 * more than the listing.
 */
const LIST = `LC_ALL=C; export LC_ALL
gnu=
list() {
  if [ "$gnu" ]; then find -H "$1" -maxdepth ${MAX_DEPTH} -printf %y/%m/%u/%g/%s/%Y/%D/%i/%b/%T@/%C@/ -print0 -type l -printf %l -print0
  else find -H "$1" -maxdepth ${MAX_DEPTH} -exec stat -c %f/%U/%G/%s/ {} \\; -print0; fi
}
# The folders above each of them, from the root on: one find for all, since its start is what costs. All of them are there, so a find that fails does not know -printf.
above() {
  given=$#
  for p do
    d= r=\${p#/}; set -- "$@" /
    while :; do case $r in */*) d=$d/\${r%%/*} r=\${r#*/}; [ -e "$d" ] || [ -L "$d" ] && set -- "$@" "$d" ;; *) break ;; esac; done
  done
  shift "$given"
  [ $# -gt 0 ] || return
  if find -H "$@" -maxdepth 0 -printf %y/%m/%u/%g/%s/%Y/ -print0 || find / -maxdepth 0 -printf ''; then gnu=1
  else for d do find -H "$d" -maxdepth 0 -exec stat -c %f/%U/%G/%s/ {} \\; -print0; done; fi 2>/dev/null
}
# Whether the account may list it and the folders in it; of what lies deeper the listing itself tells.
listable() {
  for d in "$1" "$1"/*/; do [ -r "$d" ] && [ -x "$d" ] || ! [ -e "$d" ] || return; done
}
absent() {
  [ -e "$1" ] && return 1
  [ -L "$1" ] && return 0
  d=$1
  while [ -n "$d" ]; do d=\${d%/*}; [ -e "\${d:-/}" ] && { [ -x "\${d:-/}" ]; return; }; done
  return 1
}
n=0
{
above "$@"; printf '\\0+\\0'
for p do
  n=$((n + 1)); printf '@/%s\\0' "$p"
  if absent "$p"; then printf '#/0/self/missing\\0'; continue; fi
  rc=126 as=self
  [ "$gnu" ] && ! listable "$p" || { list "$p"; rc=$?; }
  if [ "$gnu" ] && [ "$rc" -ne 0 ]; then
    printf '\\0+/\\0'; gh_sudo "$n"; c=$?
    case $c in 126|127) [ "$rc" -ne 126 ] || { list "$p"; rc=$?; } ;; *) rc=$c as=root ;; esac
  fi
  printf '\\0#/%s/%s/done\\0' "$rc" "$as"
done
} | tr '\\012\\000' '\\001\\012' | awk -F/ '
function hex(s, i, v) { v = 0; for (i = 1; i <= length(s); i++) v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1; return v }
function rest(s, k, i) { for (i = 1; i <= k; i++) s = substr(s, index(s, "/") + 1); return s }
BEGIN { up = 1 }
function fresh() { new = rows = 0; split("", shut); split("", count); split("", bytes) }
link { link = 0; if (shown && length($0) > length(p)) row[++rows] = ">/" substr($0, 1, length($0) - length(p)); if ($0 != "") next }
$0 == "" { next }
$1 == "@" { print; if (++at in head) printf "%s", head[at]; fresh(); next }
# What root tells takes the place of what the account saw.
$1 == "+" { new = !up; up = 0; next }
$1 == "#" { for (i = 1; i <= rows; i++) print row[i]; for (k in count) print "=/" count[k] "/" bytes[k] "/" k; print; next }
new { fresh() }
{
  if (length($1) > 1) {
    t = index("4 8 a", substr($1, 1, length($1) - 3)); t = t == 1 ? "d" : t == 3 ? "f" : t == 5 ? "l" : "o"
    m = hex(substr($1, length($1) - 2)); m = sprintf("%o", m); u = $2; g = $3; s = $4; y = "-"; p = substr(rest($0, 4), 2)
  } else { t = $1; m = $2; u = $3; g = $4; s = $5; y = $6; p = rest($0, up ? 6 : 11); link = t == "l" && !up }
  if (up) { if (p == "/") heads++; head[heads] = head[heads] "^/" t "/" m "/" u "/" g "/" s "/" p "\\n"; next }
  q = p; sub("/[^/]*$", "", q); c = q in shut ? "c" : "o"
  if (t == "d" && (c == "c" || substr(m, length(m)) % 2 == 0)) shut[p] = 1
  k = t "/" m "/" u "/" g "/" c "/" y
  count[k]++; bytes[k] += s; shown = count[k] <= 20
  if (shown) row[++rows] = t "/" m "/" u "/" g "/" c "/" y "/" s "/" p
}'`

/** One section for all model directories of the fleet file; without any it says that none is known. */
export const collectModelFiles = ({ modelPaths }: ProbeContext): readonly SectionSpec[] => [
  script({
    id: 'model-files',
    expectedMs: 30,
    script: LIST,
    parameters: modelPaths,
    privileged: modelPaths.map((path) => ({ argv: ['/usr/bin/find', ...listingWords(path)], alternatives: ['/bin/find'] })),
    timeoutMs: 20_000,
    display: modelPaths.length === 0 ? 'find (no model directories are known)' : `find ${modelPaths.join(' ')} -printf … | summary`,
  }),
]
