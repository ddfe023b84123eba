import { type PrivilegedCommand, type SectionSpec, script } from '../../probe/section.ts'
import { gatewaysScript } from '../processes/gateway.ts'
import { alphaPaths, maskLogins, withoutAlphaSecrets } from './alpha-mask.ts'
import { SAME, TYPED } from './cookie-secret.ts'

/** Places of the configuration file in packages and in the project's documentation. Elsewhere it must be readable by the audit account. */
export const configPaths = ['/etc/oauth2-proxy.cfg', '/etc/oauth2-proxy/oauth2-proxy.cfg', '/etc/oauth2-proxy/config.cfg'] as const

const maskSecrets = [
  's/^[[:space:]]*#.*/#/',
  `/"""|'''/{`,
  's/.*/****/',
  'q',
  '}',
  String.raw`s/^[[:space:]]*"[^"]*\\[^"]*"[[:space:]]*=.*/****/`,
  `/^[[:space:]]*["']?cookie_secret["']?[[:space:]]*=/{`,
  's/^[^=]*=[[:space:]]*//',
  // A blank in front marks it: nothing else begins with one.
  `s/^["'][^"']*(${TYPED}|${SAME})/ &/I;s/[A-Za-z0-9_-]/x/g;s/[^x"'=#[:space:]]/o/g`,
  's/^ /typed_shape = /;/^t/b',
  's/^/cookie_secret_shape = /;b',
  '}',
  `s/^([^=]*(secret|password|github_token|jwt_key|signature_key)["']?[[:space:]]*=).*/\\1 "****"/I`,
  maskLogins,
].join(';')

/**
 * `sed` words that print the file without its secrets. Of the cookie secret only its shape is left, one letter for each, and whether a hand typed it: how long it is
 * can be judged, what it is cannot be known. Keys may be quoted; of a quoted one with escapes, and from a text of several lines on, nothing is printed
 * but what the reader refuses. Root runs exactly these words, so not even the audit account sees a secret.
 */
export const withoutSecrets = ['-E', '-e', maskSecrets] as const

/** Prints words and variables one by one, secrets masked, and measures the cookie secret. Written for the awk of POSIX. */
const reader = String.raw`
function measure(source, value,   bare, i, same) {
  bare = value; sub(/=+$/, "", bare)
  for (i = 2; i <= length(value) && same < 7; i++) same = substr(value, i, 1) == substr(value, i - 1, 1) ? same + 1 : 0
  print "@secret " source " " length(value) " " length(bare) " " (bare ~ /^[A-Za-z0-9_-]*$/ ? "url" : "other") (same > 6 || tolower(value) ~ /${TYPED}/ ? " typed" : "")
}
function secret(name) { return name ~ /(secret|password)$/ || name ~ /^(github-token|jwt-key|signature-key)$/ }
function show(text) { gsub(/:\/\/[^\/?#"' ]*@/, "://****@", text); print "=" text }
mode == "flag" {
  if (hidden != "") { if (hidden == "cookie-secret") measure("flag", $0); hidden = ""; print "=****"; next }
  name = $0
  if (name ~ /^--?[a-z]/) {
    sub(/^--?/, "", name); equals = index(name, "="); value = ""
    if (equals) { value = substr(name, equals + 1); name = substr(name, 1, equals - 1) }
    if (secret(name)) {
      if (!equals) { hidden = name; show($0); next }
      if (name == "cookie-secret") measure("flag", value)
      print "=--" name "=****"; next
    }
  }
  show($0); next
}
{
  sub(/^[ \t]+/, ""); sub(/^export[ \t]+/, "")
  if ($0 !~ /^OAUTH2_PROXY_[A-Z0-9_]+=/) next
  equals = index($0, "="); name = substr($0, 1, equals - 1); value = substr($0, equals + 1)
  if (mode == "file") { sub(/[ \t\r]+$/, "", value); if (value ~ /^".*"$/ || value ~ /^'.*'$/) value = substr(value, 2, length(value) - 2) }
  plain = tolower(substr(name, 14)); gsub(/_/, "-", plain)
  if (secret(plain)) { if (plain == "cookie-secret" && value != "") measure("environment", value); value = "****" }
  show(name "=" value)
}`

/** One word per line out of what `systemctl show` prints for Environment=. */
const splitWords = String.raw`{
  word = ""; quoted = 0
  for (i = 1; i <= length($0); i++) {
    c = substr($0, i, 1)
    if (c == "\\" && i < length($0)) { word = word substr($0, ++i, 1); continue }
    if (c == "\"") { quoted = !quoted; continue }
    if (c == " " && !quoted) { if (word != "") print word; word = ""; continue }
    word = word c
  }
  if (word != "") print word
}`

const SCRIPT = `${gatewaysScript}reader=$1 splitter=$2 alpha=$3
shift 3
words() { tr '\\n\\000' '\\001\\n' <"/proc/$pid/$1" 2>/dev/null | head -c 262144 | cut -c1-4000; }
# Its first process has the variables and the mounts that it was made with. The unit around it has others. In made: pid and image, mounts, variables.
made_of_container() {
  made=
  case $cgroup in *docker*) runtime=docker ;; *libpod*) runtime=podman ;; *) runtime= ;; esac
  id=$(printf '%s\\n' "$cgroup" | sed -n 's|.*[/:-]\\([0-9a-f]\\{64\\}\\)\\(\\.scope\\)\\{0,1\\}\\(/.*\\)\\{0,1\\}$|\\1|p')
  [ -n "$runtime" ] && [ -n "$id" ] && made=$("$runtime" inspect --type container --format '{{.State.Pid}} {{.Config.Image}}{{println}}{{range .Mounts}}{{.Source}}|{{.Destination}}{{println}}{{end}}@variables{{println}}{{range .Config.Env}}{{println .}}{{end}}' "$id" 2>/dev/null) || made=
  image=\${made%%
*}
  [ "\${image%% *}" = "$pid" ] || made=
  image=\${image#"$pid"}
}
# Which version runs: its image, or what its program says, where only root could have put that there (so that nobody else's is run) and did so before
# the process began. Its own account may hide which program it is; what it was called by tells then.
version_of() {
  if [ -n "$inside" ]; then [ -z "$made" ] || printf '@image%s\\n' "$image"; return; fi
  program=$(readlink "/proc/$pid/exe" 2>/dev/null) || program=$first
  case $program in /*) file=$(readlink -f -- "$program" 2>/dev/null) ;; *) file= ;; esac
  if [ -z "$file" ] || ! [ -x "$file" ]; then printf '@program unseen %s\\n' "$program"; return; fi
  set -- "$file"
  folder=\${file%/*}
  while [ -n "$folder" ]; do set -- "$@" "$folder"; folder=\${folder%/*}; done
  state=$({ stat -c '%u %G %A %Z' "$@" /; cat /proc/stat "/proc/$pid/stat"; } 2>/dev/null | awk '
    $3 ~ /^[-d]/ && NF == 4 { if (!changed) changed = $4; if ($1 != 0 || $3 ~ /^........w/ || $3 ~ /^.....w/ && $2 !~ /^(root|staff)$/) others = 1 }
    $1 == "btime" { boot = $2 }
    sub(/^.*[)] /, "") { began = boot + $20 / 100 }
    END { print (others || !changed || !began ? "open" : (changed > began + 2 ? "replaced" : "current")) }')
  printf '@program %s %s\\n' "$state" "$file"
  [ "$state" != current ] || timeout 5 "$file" --version 2>&1 </dev/null | head -n 2 | cut -c1-200 | sed 's/^/=/'
}
container_environment() {
  [ -n "$made" ] || { printf '@environment none\\n'; return; }
  printf '@environment container\\n'
  printf '%s\\n' "$made" | sed '1,/^@variables$/d' | head -c 262144 | cut -c1-4000 | awk -v mode=environment "$reader"
}
# Where a path of the container lies out here: below the deepest mount that holds it, as long as no link may lead elsewhere. Or nothing.
outside() {
  case $1 in /*) ;; *) return ;; esac
  printf '%s\\n' "$made" | sed '1d;/^@variables$/,$d' | awk -F'|' -v path="$1" '
    NF == 2 && (path == $2 || index(path, $2 "/") == 1) && length($2) > length(deepest) { deepest = $2; found = index($1, "/") == 1 ? $1 substr(path, length($2) + 1) : "" }
    END { if (found != "") print found }' | while IFS= read -r found; do [ "$(readlink -f -- "$found" 2>/dev/null)" = "$found" ] && printf '%s\\n' "$found"; done
}
unit_environment() {
  unit=$(printf '%s\\n' "$cgroup" | sed -n 's|.*/\\([^/]*\\.service\\)\\(/.*\\)\\{0,1\\}$|\\1|p')
  [ -n "$unit" ] && shown=$(systemctl show --no-pager -p Environment -p EnvironmentFiles -- "$unit" 2>/dev/null) || { printf '@environment none\\n'; return; }
  read=unit
  files=$(printf '%s\\n' "$shown" | sed -n 's/^EnvironmentFiles=\\(.*\\) (ignore_errors=[a-z]*)$/\\1/p')
  set -f
  for file in $files; do [ -r "$file" ] || ! [ -e "$file" ] && [ -x "\${file%/*}" ] || read=partial; done
  printf '@environment %s\\n' "$read"
  printf '%s\\n' "$shown" | sed -n 's/^Environment=//p' | awk "$splitter" | awk -v mode=unit "$reader"
  for file in $files; do [ -r "$file" ] && head -c 65536 "$file" | awk -v mode=file "$reader"; done
  set +f
}
# How long a secret in a file is. A path inside a container names another file out here.
size_of() {
  file=$2
  [ -z "$inside" ] || file=$(outside "$2")
  case $file in /*) size=$(ls -Lldn "$file" 2>/dev/null | awk '{ print $5 }'); [ -n "$size" ] && printf '@secret %s %s %s other\\n' "$1" "$size" "$size" ;; esac
}
# Kind, flag, commands of root before those for its places, the places, and the words for sed.
file_of() {
  kind=$1 flag=$2 number=$3 places=$4
  shift 4
  path=$(printf '%s\\n' "$argv" | awk -v flag="$flag" 'want { print; exit } $0 ~ "^--?" flag "=" { sub(/^[^=]*=/, ""); print; exit } $0 ~ "^--?" flag "$" { want = 1 }')
  [ -n "$path" ] || return 0
  file=$path
  [ -z "$inside" ] || file=$(outside "$path")
  [ -n "$file" ] || { printf '@%s inside %s\\n' "$kind" "$path"; return; }
  if [ -r "$file" ] && [ -f "$file" ]; then
    text=$(head -c 131072 "$file" | sed "$@") && printf '@%s read %s\\n' "$kind" "$path" && printf '%s\\n' "$text" | sed 's/^/:/'
    return 0
  fi
  for known in $places; do
    number=$((number + 1))
    [ "$file" = "$known" ] || continue
    text=$(gh_sudo "$number" 2>/dev/null) || break
    printf '@%s read %s\\n' "$kind" "$path"
    printf '%s\\n' "$text" | sed 's/^/:/'
    return 0
  done
  printf '@%s unreadable %s\\n' "$kind" "$path"
}
seen=0
for file in $(grep -lsE 'oauth2[-_]proxy' /proc/[0-9]*/cmdline 2>/dev/null); do
  [ "$((seen += 1))" -le 100 ] || break
  # Shells and awks of this probe hold the same words. Their first line (\`read\` passes over NUL) tells them for less than a tr.
  begin=
  { IFS= read -r begin <"$file"; } 2>/dev/null
  case $begin in sh-c* | /bin/sh-c* | timeout-k* | awk-v*) continue ;; esac
  pid=\${file#/proc/} pid=\${pid%/cmdline}
  argv=$(words cmdline)
  first=\${argv%%
*}
  case \${first##*/} in oauth2-proxy*|oauth2_proxy*) ;; *) continue ;; esac
  # Another section asks the program for its version at the same time: that serves nobody.
  printf '%s\\n' "$argv" | grep -qxE -e '--?version' && continue
  cgroup=
  while IFS= read -r line; do case $line in 0::* | *:name=systemd:*) cgroup=\${line#*:*:} ;; esac; done <"/proc/$pid/cgroup" 2>/dev/null
  case $cgroup in *docker*|*libpod*|*containerd*|*kubepods*|*crio*|*lxc*) inside=yes ;; *) inside= ;; esac
  printf '@process %s %s\\n' "$pid" "$cgroup"
  gateways "$cgroup"
  [ -z "$inside" ] || made_of_container
  all=$(
    printf '@argv\\n'
    printf '%s\\n' "$argv" | awk -v mode=flag "$reader"
    version_of
    if [ -r "/proc/$pid/environ" ] && environ=$(words environ) && [ -n "$environ" ]; then
      printf '@environment process\\n'
      printf '%s\\n' "$environ" | awk -v mode=environment "$reader"
    elif [ -n "$inside" ]; then container_environment
    else unit_environment; fi
    file_of config config 0 '${configPaths.join(' ')}' "$@"
    file_of alpha alpha-config ${configPaths.length} '${alphaPaths.join(' ')}' -E -e "$alpha"
  )
  printf '%s\\n' "$all"
  secret=$(printf '%s\\n' "$all" | sed -n -E 's/^=--?cookie-secret-file=//p;s/^=OAUTH2_PROXY_COOKIE_SECRET_FILE=//p;s/^:[[:space:]]*cookie_secret_file[[:space:]]*=[[:space:]]*"([^"]*)".*/\\1/p' | head -n 1)
  size_of file "$secret"
  # In the alpha configuration below the key cookie, where no other file stands.
  secret=$(printf '%s\\n' "$all" | awk '/^@/ { alpha = /^@alpha read /; cookie = 0; next }
    !alpha { next }
    { sub(/^:/, "") }
    /^[A-Za-z]/ { cookie = tolower($0) ~ /^cookie[ \\t]*:[ \\t]*$/; next }
    cookie && tolower($1) ~ /^(secretfile|fromfile):$/ && NF == 2 { gsub(/["'\\'']/, "", $2); print $2; exit }')
  size_of alpha "$secret"
done
printf '@end\\n'
exit 0
`

const printed = (words: readonly string[], path: string): PrivilegedCommand => ({
  argv: ['/usr/bin/sed', ...words, path],
  alternatives: ['/bin/sed'],
})

/** Every running oauth2-proxy. Its files are read through sed(1), which takes the secrets out before anything leaves the host. */
export const sections = (): readonly SectionSpec[] => [
  script({
    id: 'oauth2-proxy',
    display: 'flags, OAUTH2_PROXY_* and configuration files of running oauth2-proxy processes, without secrets',
    script: SCRIPT,
    parameters: [reader, splitWords, withoutAlphaSecrets[2], ...withoutSecrets],
    privileged: [
      ...configPaths.map((path) => printed(withoutSecrets, path)),
      ...alphaPaths.map((path) => printed(withoutAlphaSecrets, path)),
    ],
    maxBytes: 524_288,
  }),
]
