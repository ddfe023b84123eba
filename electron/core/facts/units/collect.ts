import { type SectionSpec, script } from '../../probe/section.ts'
import { askUnits } from '../asked-units.ts'
import {
  candidatePattern,
  knownKeys,
  maskSecrets,
  maskVariables,
  moreOfUnits,
  secretNames,
  variablePattern,
} from '../processes/candidates.ts'
import { accountUnitsScript } from './account-units-script.ts'
import { filesScript, walkFunction } from './files-script.ts'
import { DEFAULT_SEARCH } from './words.ts'

/** Properties asked for. systemd leaves out those that its version does not know, and so SurviveFinalKillSignal= tells those from 255 on. SetCredential= is never asked: it is a secret, and what the files of the unit say of credentials is read without it. */
const properties = [
  ...['Id', 'LoadState', 'ActiveState', 'ActiveEnterTimestamp', 'SubState', 'UnitFileState', 'Type', 'MainPID'],
  ...['TriggeredBy', 'WantedBy', 'RequiredBy', 'BoundBy', 'UpheldBy'],
  ...['User', 'Group', 'SupplementaryGroups', 'DynamicUser', 'UMask'],
  ...['ExecStartEx', 'ExecStartPreEx', 'ExecStartPostEx', 'ExecReloadEx', 'ExecStopEx', 'ExecStopPostEx'],
  ...['ExecStart', 'Environment', 'EnvironmentFiles', 'PassEnvironment', 'UnsetEnvironment', 'LoadCredential'],
  ...[
    'ExecSearchPath',
    'RootDirectory',
    'RootImage',
    'FragmentPath',
    'SourcePath',
    'DropInPaths',
    'NeedDaemonReload',
    'Restart',
    'NRestarts',
  ],
  ...[
    'NoNewPrivileges',
    'PrivateTmp',
    'PrivateDevices',
    'PrivateNetwork',
    'NetworkNamespacePath',
    'PrivateUsers',
    'ProtectSystem',
    'ProtectHome',
  ],
  ...['ProtectKernelTunables', 'ProtectKernelModules', 'ProtectKernelLogs', 'ProtectControlGroups', 'ProtectClock', 'ProtectHostname'],
  ...[
    'ProtectProc',
    'ProcSubset',
    'ReadWritePaths',
    'ReadOnlyPaths',
    'InaccessiblePaths',
    'BindPaths',
    'BindReadOnlyPaths',
    'TemporaryFileSystem',
  ],
  ...['RuntimeDirectory', 'StateDirectory', 'CacheDirectory', 'LogsDirectory', 'ConfigurationDirectory'],
  ...['CapabilityBoundingSet', 'AmbientCapabilities', 'RestrictNamespaces', 'RestrictAddressFamilies', 'RestrictSUIDSGID'],
  ...['RestrictRealtime', 'LockPersonality', 'MemoryDenyWriteExecute', 'DevicePolicy', 'DeviceAllow', 'SystemCallFilter'],
  ...['SystemCallArchitectures', 'IPAddressAllow', 'IPAddressDeny', 'MemoryMax', 'LimitCORE', 'LimitCORESoft', 'SurviveFinalKillSignal'],
]

/** Servers whose units tell whether they stay offline (programs/hub.ts). */
const otherServers = 'sglang|text-(gen|emb)'

/** Proxies and helpers whose units matter beside the engines'. */
const otherUnits = ['nginx.service', 'caddy.service', 'haproxy.service', 'apache2.service', 'httpd.service', 'oauth2-proxy.service']

/**
 * One `systemctl show` for: units whose file or drop-in names an engine (so stopped ones are seen too), units of running candidates
 * (so a unit that starts a wrapper script is seen; mawk ends with 2 where one ends while its cgroup is read, so it is asked again), loaded instances of templates, and the proxies. Afterwards the variables that
 * matter out of each readable EnvironmentFile= and of systemd's own environment, and what `files-script.ts` adds. Secrets are masked on the host. Rows after the first
 * part start with `@` or `=`.
 */
const SCRIPT = `pattern=$1 variables="$2|$3" known=$4 named=$5 secrets=$6 properties=$7
eval "$8"
shift 8
${maskVariables}[ -d /run/systemd/system ] || { echo @none; exit 0; }
command -v systemctl >/dev/null 2>&1 || { printf 'the account may not run it\\n'; exit 126; }
ask_units "$@"
for try in 1 2 3; do names=$(
  {
    printf 'asked %s\\n' $asked 'ollama*.service' 'vllm*.service' 'llama*.service' 'local*ai*.service'
    set --
    for root in $roots; do
      set -- "$@" "$root"/*.service "$root"/*.service.d/*.conf
      for link in "$root"/*.wants/*@*.service; do [ -L "$link" ] && printf 'link %s\\n' "$link"; done
    done
    grep -lsEi "^([[:blank:]]+[^#;[:blank:]]|(Exec[A-Za-z]*|Environment|Image) *=).*($pattern)" "$@"
    grep -lsEi "$pattern" /proc/[0-9]*/cmdline
  } | pattern=$pattern awk '
    function add(name) { if (name ~ /^[][A-Za-z0-9:_.@\\\\-]+[.]service$/ && !(name in seen) && n < 100) keep(name) }
    function keep(name,   i) { seen[name]; for (i = ++n; i > 1 && all[i - 1] "" > name ""; i--) all[i] = all[i - 1]; all[i] = name }
    BEGIN { pattern = ENVIRON["pattern"] }
    /^asked / { keep($2); next }
    /^\\/proc\\/[0-9]+\\/cmdline$/ {
      sub(/cmdline$/, "cgroup")
      if (++groups <= 200) while ((getline line < $0) > 0) if (match(line, /\\/[^\\/]*[.]service\\//) || match(line, /\\/[^\\/]*[.]service$/)) {
        line = substr(line, RSTART + 1, RLENGTH - 1); sub(/\\/$/, "", line)
        if (line !~ /^user@/) add(line)
      }
      close($0); next
    }
    sub(/^link /, "") { if (tolower($0) !~ pattern) next }
    { sub(/\\/[^\\/]*[.]conf$/, ""); sub(/[.]service[.]d$/, ".service"); sub(/^.*\\//, ""); if ($0 !~ /@[.]service$/) add($0) }
    END { for (i = 1; i <= n; i++) print all[i] }'
) && break; done || { echo 'units of processes could not be read'; exit 1; }
flag="--\\{0,1\\}$named[= ]"
secret='[A-Za-z0-9_]*\\(KEYS*\\|TOKENS*\\|SECRET\\|PASSWORD\\|PASSWD\\)'
set -f
IFS='
'
set -- $names
shown=$(TZ=UTC0 systemctl show --no-pager -p "$properties" -- "$@" 2>&1) || { printf '%s\\n' "$shown" | head -n 5; exit 1; }
${walkFunction}# What is shown goes out; files of variables, units to be weighed and what lies on the way to their files come to the shell, on stderr of awk.
{ lists=$(printf '%s\\n' "$shown" | sed "/^E[a-zA-Z]*=/{
s/\\($secret\\)=$known\\( \\|\\"\\|\\$\\)/\\1:=<placeholder>\\5/g
s/ \\($flag\\)$known\\( \\|\\$\\)/ =\\1<placeholder>\\5/g
s/\\"\\($secret\\)=\\(\\\\\\\\.\\|[^\\"\\\\]\\)*\\"/\\"\\1=****\\"/g
s/\\($secret\\)=\\([^\\" ;$]\\|[$][$]\\)[^\\" ]*/\\1=****/g
s/\\( $flag\\)\\([^- $]\\|[$][$]\\)[^ ]*/\\1****/g
s/ =\\(--*[^ ]*[= ]<placeholder>\\)/ \\1/g
s/:=<placeholder>/=<placeholder>/g
$secrets
s/\\([?&]$named=\\)[^&\\"'[:space:]]*/\\1****/g
}" | awk "$walk"'
  BEGIN { RS = ""; ORS = "\\n\\n"; tell("/") }
  function property(name) { return match(unit, name "[^\\n]+") ? substr(unit, RSTART + length(name), RLENGTH - length(name)) : "" }
  # What is started lies in the root of the unit, and a bare name in one of these folders (systemd.exec(5), ExecSearchPath=).
  function program(path,   folder, k, top) {
    top = property("\\nRootDirectory="); sub(/\\/+$/, "", top)
    if (path ~ /^\\//) { walk(top path); return }
    $0 = property("\\nExecSearchPath=")
    for (k = split($0 == "" ? "${DEFAULT_SEARCH.join(' ')}" : $0, folder, " "); k > 0; k--) walk(top folder[k] "/" path)
  }
  # An empty one drops those before; what SetCredential= gives counts only where no file of that name does (systemd.exec(5), Credentials).
  function credentials(path,   row, given, at) {
    RS = "\\n"
    while ((getline row < path) > 0) if (match(row, /^[ \\t]*(Set|Load)Credential[ \\t]*=[ \\t]*/)) {
      given = row ~ /^[ \\t]*Set/ ? "Set" : "Load"
      row = substr(row, RLENGTH + 1); at = index(row, ":")
      if (row == "") kept[given] = ""
      else if (at && (given == "Set" || substr(row, at + 1) ~ /^\\/[^%]*$/)) kept[given] = kept[given] (given == "Set" ? "\\nSetCredential=" substr(row, 1, at) "****" : "\\nCredentialFile=" row)
    }
    close(path); RS = ""
  }
  /\\nLoadState=not-found/ || seen[$0]++ { next }
  {
    unit = $0
    kept["Set"] = kept["Load"] = ""
    rows = split($0, row, "\\n")
    for (r = 1; r <= rows; r++) {
      $0 = row[r]
      if (/^Id=/ && !/^Id=(nginx|caddy|haproxy|apache2|httpd|oauth2-proxy)[.]service$/ && ++ids <= 12) id[ids] = substr($0, 4)
      else if (/^EnvironmentFiles=.* [(]ignore_errors=(yes|no)[)]$/) {
        sub(/^EnvironmentFiles=/, ""); sub(/ [(]ignore_errors=[a-z]*[)]$/, "")
        if (!($0 in known) && files < 50) { known[$0]; for (i = ++files; i > 1 && file[i - 1] "" > $0 ""; i--) file[i] = file[i - 1]; file[i] = $0 }
        walk($0)
      } else if (sub(/^FragmentPath=/, "")) { walk($0); credentials($0) }
      else if (sub(/^RootImage=/, "")) walk($0)
      else if (sub(/^SourcePath=/, "")) { walk($0); walk($0 ".d") }
      # What is started, and where that is a shell or the like, what it is handed.
      else if (sub(/^Exec(Start|[A-Za-z]+Ex)=[{] path=/, "") && (at = index($0, " ; argv[]="))) {
        started = $0; program(substr($0, 1, at - 1)); $0 = started
        if (match($0, / --api-key-file[= ]\\/[^ ;]+/)) walk(substr($0, RSTART + 16, RLENGTH - 16))
        if (/^[^ ]*(sh|perl|env|n[0-9.]*) /) for (k = split($0, word, /[ \\t;&|"\\047]+/); k > 2; k--) walk(word[k])
      }
      # systemd follows a link that it is to open for writing.
      else if (/^(ReadWrite|Bind)Paths=/) for (k = split($0, word, /[ =":+-]*[ =":][+-]*/); k > 1; k--) walk(word[k])
      else if (sub(/^DropInPaths=/, "")) { drops = split($0, drop, / \\//); for (k = 1; k <= drops; k++) { if (k > 1) drop[k] = "/" drop[k]; walk(drop[k]); credentials(drop[k]) } }
    }
    drops = split(kept["Load"], drop, "\\n")
    for (k = 2; k <= drops; k++) walk(substr(drop[k], index(drop[k], ":") + 1))
    $0 = unit kept["Set"] kept["Load"]
  }
  # systemd writes out every call of the groups that are allowed; which ones a filter has does not matter, whether there is one does.
  match($0, /\\nSystemCallFilter=[^\\n]*/) && RLENGTH > 400 {
    calls = split(substr($0, RSTART, RLENGTH), call, " "); text = "\\n" call[1]
    for (i = 2; i <= 20; i++) text = text " " call[i]
    $0 = substr($0, 1, RSTART - 1) text " and " calls - 20 " more" substr($0, RSTART + RLENGTH)
  }
  { print }
  END { for (i = 1; i <= files; i++) tell("variables " file[i]); for (i = 1; i <= ids && i <= 12; i++) tell("weigh " id[i]) }' 2>&1 >&4); } 4>&1
files= ids= list=
for row in $lists; do
  case $row in
    'variables '*) files="$files\${row#* }
" ;;
    'weigh '*) ids="$ids\${row#* }
" ;;
    *) list="$list$row
" ;;
  esac
done
for path in $files; do
  set +f
  for file in $path; do
    if [ -r "$file" ] && [ -f "$file" ]; then
      printf '@envfile %s\\n' "$file"
      head -c 65536 "$file" | variables=$variables awk '{ sub(/^[ \\t]+/, "") } $0 ~ ENVIRON["variables"] { print substr($0, 1, 1000) }' | sed "$secrets;$mask;s/^/=/"
    elif [ -e "$file" ] || ! [ -x "\${file%/*}" ]; then printf '@envfile-unreadable %s\\n' "$file"
    else printf '@envfile-missing %s\\n' "$file"
    fi
  done
  set -f
done
# What systemd gives to every unit: DefaultEnvironment= and \`systemctl set-environment\`.
if common=$(systemctl show-environment 2>/dev/null); then
  echo @manager
  common=$(printf '%s\\n' "$common" | grep -E "$variables") && printf '%s\\n' "$common" | sed "$secrets;$mask;s/^/=/"
else echo @manager-unreadable
fi
${accountUnitsScript}${filesScript}exit 0
`

const units = script({
  id: 'units',
  expectedMs: 65,
  display:
    'systemctl show and show-environment of inference and proxy units; systemd-analyze security; variables, owners and modes of their files; files of units in /etc/systemd/user and of accounts that linger',
  script: SCRIPT,
  parameters: [
    `${candidatePattern}|${otherServers}`,
    variablePattern,
    moreOfUnits,
    knownKeys,
    secretNames,
    maskSecrets,
    properties.join(','),
    askUnits,
    ...otherUnits,
  ],
})

/** Units of systemd with the properties that are judged. */
export const collectUnits = (): readonly SectionSpec[] => [units]
