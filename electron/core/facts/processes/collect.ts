import { type SectionSpec, script } from '../../probe/section.ts'
import { knownKeys, maskSecrets, maskVariables, readPattern, secretNames, variablePattern } from './candidates.ts'
import { confinementsScript } from './confinement.ts'
import { dotenvScript } from './dotenv-script.ts'
import { executablesScript, findExecutables } from './executables-script.ts'
import { ownNetworkScript } from './gateway.ts'
import { kubeletScript, readK3s, readK3sVariables, readKubelet } from './kubelet-script.ts'
import { llamaSettingsScript } from './llama-settings.ts'
import { podsScript } from './pods-script.ts'
import { CUT } from './processes.ts'

/**
 * How /proc is mounted (hidepid, proc(5)), one row per process from ps, then for the candidates their exact words, cgroup and (where the audit account may) the variables
 * that matter. What the probe itself runs (below `gh_top`) is left out. Rows after the table start with `@` or `=`; a row of ps starts with blanks or a digit, so neither can pose as the
 * other. A line feed inside a word is sent as \001. Secrets after known flags are masked on the host, and those in one word of JSON, as vLLM hands its settings to its front end in Rust; a row may end within one, and says where it was cut.
 * Two quotes alone are no secret, and Jupyter takes them for none.
 */
const SCRIPT = `${ownNetworkScript}pattern=$1 variables=$2 known=$3 named=$4 secrets=$5
${maskVariables}flags="--\\{0,1\\}$named"
json='s/\\("[a-z_]*\\(key\\|keys\\|token\\|secret\\|password\\)": *\\)\\(\\[[^]]*]*\\|"[^"]*"*\\)/\\1"****"/g'
url="s/\\([?&]$named=\\)[^&\\"'[:space:]]*/\\1****/g"
more='\\( [^- ][^ ]*\\)*/\\1****/g'
words="s/\\([\\"'[:space:]]$flags=\\)[\\"']*[^\\"' ][^ ]*$more;s/\\([\\"'[:space:]]$flags \\)[\\"']*[^-\\"' ][^ ]*$more"
given="s/ \\($flags[= ]\\)$known\\( \\|\\$\\)/ -=\\1<placeholder>\\5/g"
hide="$given;$words;s/\\([A-Z0-9_]*\\(KEY\\|TOKEN\\|SECRET\\|PASSWORD\\)\\)=[^ ]*/\\1=****/g;$secrets;$url;$json;s/ -=\\(--*[^ ]*[= ]<placeholder>\\)/ \\1/g"
if table=$(ps -eww -o pid=,ppid=,uid=,user:32=,comm:32=,args= 2>/dev/null); then echo @ps procps
elif table=$(ps -o pid,ppid,user,comm,args 2>/dev/null); then echo @ps busybox
else echo @ps none; exit 0
fi
table=$(printf '%s\\n' "$table" | awk '
  BEGIN { while ((getline < "/proc/mounts") > 0) if ($2 == "/proc") print "@proc " $4 }
  { row[NR] = length($0) > 1000 ? substr($0, 1, 1000) " ${CUT}" : $0; pid[NR] = $1; parent[$1] = $2 }
  END { top = ENVIRON["gh_top"] ""; for (i = 1; i <= NR; i++) {
    p = pid[i]
    for (n = 0; n < 64 && p "" != "" && p != top; n++) p = parent[p]
    if (p "" == "" || p != top) print row[i]
  } }' | sed "$hide")
printf '%s\\n' "$table"
count=0
# As it is, between lines of the nonce of this run, which no process of another account can know.
raw() { printf '%s<%s %s\\n' "$gh_k" "$1" "$pid"; tr '\\n\\000' '\\001\\n' <"/proc/$pid/$2" 2>/dev/null; printf '\\n%s>\\n' "$gh_k"; }
printf '%s\\n' "$table" | grep -Ei "$pattern" | while read -r pid rest; do
  [ "$((count += 1))" -le 200 ] || break
  [ -r "/proc/$pid/cmdline" ] || continue
  raw argv cmdline
  contained=
  while IFS= read -r group; do
    case $group in 0::* | *:name=systemd:*) ;; *) continue ;; esac
    printf '@cgroup %s %s\\n' "$pid" "$group"
    case $group in *docker*|*libpod*|*/runc-*|*kubepods*|*containerd*|*crio*) contained=1 ;; esac
    ${podsScript}
  done <"/proc/$pid/cgroup" 2>/dev/null
  [ -n "$contained" ] || own_network
  held=
  while read -r key uid others; do case $key in Uid:) echo "@uid $pid \${others%%[!0-9]*}" ;; Cap[BE]* | NoNewPrivs: | Seccomp:) held="$held $uid" ;; esac; done <"/proc/$pid/status" 2>/dev/null
  echo "@held $pid$held"
  [ ! -r "/proc/$pid/environ" ] || raw env environ
  ${dotenvScript}
done | variables=$variables awk 'BEGIN { opens = ENVIRON["gh_k"] "<"; ends = ENVIRON["gh_k"] ">"; wanted = ENVIRON["variables"] }
  index($0, opens) == 1 { raw = substr($0, length(opens) + 1); env = raw ~ /^env/; n = 0; print "@" raw; next }
  function tell() { if (!env) { if (n <= 500) print "=" substr(held, 1, 12000); if (n == 501 || length(held) > 12000) print "=${CUT}" } else if (held ~ wanted) print "=" substr(held, 1, 1000) }
  # A word is told when the next line shows that it is one: what ends with NUL, as most does, leaves an empty line before the end.
  index($0, ends) == 1 { if (held != "") tell(); raw = held = ""; next }
  raw == "" { print; next }
  n { tell() }
  { n++; held = $0 }' | sed ":start
/^=--*[a-z-]*auth\\$/{
n
s#^\\(=[^:/ ]*:\\)[^/].*#\\1****#
}
s/^\\(=$flags=\\|=$keyed\\)$open\\$/\\1<placeholder>/
/=<placeholder>\\$/!s/^\\(=$flags=\\)[\\"']*[^\\"'].*/\\1****/
/=<placeholder>\\$/!s/^\\(=[A-Z0-9_]*\\(KEY\\|TOKEN\\|SECRET\\|PASSWORD\\)=\\).*/\\1****/
$words
$secrets
$url
$json
/^@env /,/^@argv /{
/^=/{
s/^=//
$mask
s/^/=/
}
}
/^=$flags\\$/{
:next
\\$b
n
/^=[^-]/{
/^=$open\\$/s/.*/=<placeholder>/
/^=<placeholder>\\$/!s/.*/=****/
b next
}
b start
}"
${llamaSettingsScript}${confinementsScript}${kubeletScript}${executablesScript}exit 0
`

const processes = script({
  id: 'processes',
  expectedMs: 60,
  display:
    'ps -eww -o pid,ppid,uid,user,comm,args; /proc/PID/{cmdline,cgroup,status,environ} of inference servers, /proc/PID/{net/route,net/fib_trie,net/if_inet6} of those in containers, the same and /proc/PID/net/tcp of those in a network of their own, /proc/PID/{status,uid_map,mountinfo} of each container, /proc/PID/mountinfo of inference servers; names of pods in /var/log; variables in .env, localai.env and /etc/localai.env of LocalAI; the configuration of a kubelet; cat /etc/llama.cpp/config.ini, without keys; sudo find /proc -name exe, and the packages that own them',
  script: SCRIPT,
  parameters: [readPattern, variablePattern, knownKeys, secretNames, maskSecrets],
  privileged: [findExecutables, readKubelet, readK3s, readK3sVariables],
})

/** All processes by /proc, with the words that they were started with; secrets among these are masked on the host. */
export const collectProcesses = (): readonly SectionSpec[] => [processes]
