import { type SectionSpec, script } from '../../probe/section.ts'
import { candidatePattern } from '../processes/candidates.ts'

/** The engines' usual ports. Others are added by the host itself, where a command line names them. */
const usualPorts = [11_434, 8000, 8080, 9931]

/**
 * Routes whose GET only tells something, each documented for one of the engines: of whatever answers on these ports they ask nothing more. GET on
 * vLLM's /invocations is 405 for whoever is past its key (see `core/wire/harmless-requests.ts`). Those that may take their time come last.
 */
export const loopbackRoutes = [
  '/api/version',
  '/version',
  '/api/status',
  '/v1/models',
  '/props',
  '/invocations',
  '/health',
  '/api/tags',
  '/metrics',
]

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0')

/**
 * Which of those ports listen on loopback is read from the kernel's tables (state 0A, proc_pid_net(5)), so that no connection is tried in vain. One curl
 * asks all of them; bodies are dropped, but the first 200 characters where a version stands, which build llama.cpp says it is, and what Ollama says of its cloud. Nothing is followed, no proxy is used. Each
 * question has a connection of its own: on a kept one a server that writes head and body of an answer apart is held back for 40 ms each time (RFC 896 and RFC 1122, 4.2.3.2).
 * What curl says of each begins with the nonce of this run, which no body can know, and no account may list; a body without end stays below 8 MB.
 * A server that takes the connection and says nothing ends its curl; each port is then asked by one of its own, so that it hides no other and holds up nothing for long.
 */
const SCRIPT = `usual=$1 routes=$2 pattern=$3
ports=$({
  # Not an awk on /proc/PID/cmdline: mawk ends where a process does between open and read.
  ps -eo args=
  for file in /etc/systemd/system/ollama.service /etc/systemd/system/ollama.service.d/*.conf; do [ -r "$file" ] && cat "$file"; done
  # Other accounts may not read it.
  [ "$gh_uid" != 0 ] || cat /proc/[0-9]*/environ | tr '\\000' '\\n' | grep '^OLLAMA_HOST='
} 2>/dev/null | usual=$usual pattern=$pattern awk '
  BEGIN { usual = " " ENVIRON["usual"] " " }
  n < 8 && tolower($0) ~ ENVIRON["pattern"] {
    port = ""
    while (match($0, / --(port|address)[ =][^ ]*|OLLAMA_HOST=[^ "]*:[0-9]+/)) {
      word = substr($0, RSTART + 1, RLENGTH - 1); $0 = substr($0, RSTART + RLENGTH); sub(/^.*[ =:]/, "", word)
      if (word ~ /^[0-9]+$/ && length(word) > 1 && length(word) < 6) port = word
    }
    if (port != "") { usual = usual sprintf("%04X ", port); n++ }
  }
  END {
    file[1] = "/proc/net/tcp"; file[2] = "/proc/net/tcp6"
    for (i = 1; i <= 2; i++) while ((getline row < file[i]) > 0) {
      split(row, field, " ")
      if (field[4] != "0A") continue
      split(field[2], a, ":")
      if (a[1] ~ /^((0+FFFF0000)?(0100007F|0+)|0+1000000)$/ && index(usual, " " a[2] " ") && !seen[a[2]]++ && ++found <= 6) print a[2]
    }
  }')
[ -n "$ports" ] || { echo "#none"; exit 0; }
if command -v curl >/dev/null 2>&1; then
  echo "#curl"
  ask() {
    {
      printf 'fail-early\\nheader="Connection: close"\\nwrite-out="\\\\n%s %%{http_code} %%{url_effective}\\\\n"\\n' "$gh_k"
      for port; do for route in $routes; do
        case $route in *version|*status|*props) body=- ;; *) body=/dev/null ;; esac
        echo "url=http://127.0.0.1:$((0x$port))$route
output=$body"
      done; done
    } | curl -q -sS --noproxy '*' --max-time 2 --limit-rate 4M -K - 2>/dev/null
  }
  { ask $ports || for p in $ports; do ask $p; done; } | awk '
    BEGIN { begins = ENVIRON["gh_k"] " " }
    index($0, begins) != 1 {
      if (length(body) < 200) body = body substr($0, 1, 200)
      if (build == "" && match($0, /"build_info" *: *"[^"]+"/)) build = substr($0, RSTART, RLENGTH)
      next
    }
    {
      $0 = substr($0, length(begins) + 1); print
      if (sub(/^200 /, "") && /\\/api\\/status$/) body = match(body, /"cloud" *: *[{][^{}]*[}]/) ? substr(body, RSTART, RLENGTH) : ""
      if (/\\/props$/) body = build
      if (/^http/ && body != "") { body = substr(body, 1, 200); gsub(/[^ -~]/, "", body); said[++n] = "body " $0 " " body }
      body = build = ""
    }
    END { for (i = 1; i <= n; i++) print said[i] }'
elif command -v wget >/dev/null 2>&1; then
  echo "#wget"
  for port in $ports; do for route in $routes; do
    url=http://127.0.0.1:$((0x$port))$route
    code=$(wget -S -T 2 -t 1 -O /dev/null "$url" 2>&1 </dev/null | sed -n 's|^ *HTTP/[0-9.]* \\([0-9][0-9][0-9]\\).*|\\1|p' | head -n 1)
    echo "\${code:-000} $url"
    case $code:$route in 200:*version) name=version ;; 200:/props) name=build_info ;; *) name= ;; esac
    [ -z "$name" ] || wget -q -T 2 -t 1 -O - "$url" 2>/dev/null </dev/null | head -c 262144 | tr '\\n' ' ' | awk -v "url=$url" -v "name=$name" '
      match($0, "\\"" name "\\" *: *\\"[^\\"]+\\"") && RLENGTH < 120 { print "body " url " " substr($0, RSTART, RLENGTH) }'
    [ -n "$code" ] || break
  done; done
else echo "#no-client"
fi
exit 0
`

const loopback = script({
  id: 'loopback',
  expectedMs: 300,
  waits: true,
  display: `curl http://127.0.0.1:PORT{${loopbackRoutes.join(',')}} of engines that listen, status only`,
  script: SCRIPT,
  parameters: [usualPorts.map(hex).join(' '), loopbackRoutes.join(' '), candidatePattern],
  timeoutMs: 8000,
})

/** Routes of engines that listen, asked by the host itself; of an answer only the status is kept. */
export const collectLoopback = (): readonly SectionSpec[] => [loopback]
