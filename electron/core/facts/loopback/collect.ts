import { type SectionSpec, script } from '../../probe/section.ts'
import { candidatePattern } from '../processes/candidates.ts'

/** The engines' usual ports. Others are added by the host itself, where a command line names them. */
const usualPorts = [11_434, 8000, 8080, 9931]

/**
 * Routes whose GET only tells something, each documented for one of the engines: of whatever answers on these ports they ask nothing more. GET on
 * vLLM's /invocations is 405 for whoever is past its key (see `core/wire/harmless-requests.ts`).
 */
export const loopbackRoutes = ['/api/version', '/api/tags', '/v1/models', '/health', '/version', '/metrics', '/props', '/invocations']

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0')

/**
 * Which of those ports listen on loopback is read from the kernel's tables (state 0A, proc_pid_net(5)), so that no connection is tried in vain. One curl
 * asks all of them; bodies are dropped, but the first 200 bytes where a version stands. Nothing is followed, no proxy is used.
 */
const SCRIPT = `usual=$1 routes=$2 pattern=$3
ports=$(ps -eo args= 2>/dev/null | usual=$usual pattern=$pattern awk '
  BEGIN { usual = " " ENVIRON["usual"] " " }
  n < 8 && tolower($0) ~ ENVIRON["pattern"] {
    port = ""
    while (match($0, / --port[ =][0-9]+/)) { if (RLENGTH > 9 && RLENGTH < 14) port = substr($0, RSTART + 8, RLENGTH - 8); $0 = substr($0, RSTART + RLENGTH) }
    if (port != "") { usual = usual sprintf("%04X ", port); n++ }
  }
  END {
    file[1] = "/proc/net/tcp"; file[2] = "/proc/net/tcp6"
    for (i = 1; i <= 2; i++) while ((getline row < file[i]) > 0) {
      split(row, field, " ")
      if (field[4] != "0A") continue
      split(field[2], a, ":")
      if (a[1] ~ /^(00000000|0100007F|0+|0+01000000|0+FFFF0100007F|0+FFFF00000000)$/ && index(usual, " " a[2] " ") && !seen[a[2]]++ && ++found <= 6) print a[2]
    }
  }')
[ -n "$ports" ] || { printf '#none\\n'; exit 0; }
set --
for port in $ports; do
  for route in $routes; do set -- "$@" "http://127.0.0.1:$((0x$port))$route"; done
done
if command -v curl >/dev/null 2>&1; then
  printf '#curl\\n'
  answers=$(for url; do printf 'url = "%s"\\noutput = "/dev/null"\\n' "$url"; done | curl -q -sS --noproxy '*' --connect-timeout 1 --max-time 2 -K - -w '%{http_code} %{url_effective}\\n' 2>/dev/null)
  printf '%s\\n' "$answers"
  for url; do
    case "
$answers
" in *"
200 $url
"*) ;; *) continue ;; esac
    case $url in *version) ;; *) continue ;; esac
    printf 'body %s ' "$url"
    curl -q -s --noproxy '*' --connect-timeout 1 --max-time 2 "$url" 2>/dev/null | head -c 200 | tr -dc '[:print:]'
    printf '\\n'
  done
elif command -v wget >/dev/null 2>&1; then
  printf '#wget\\n'
  for url; do
    code=$(wget -S -T 2 -t 1 -O /dev/null "$url" 2>&1 </dev/null | sed -n 's|^ *HTTP/[0-9.]* \\([0-9][0-9][0-9]\\).*|\\1|p' | head -n 1)
    printf '%s %s\\n' "\${code:-000}" "$url"
  done
else printf '#no-client\\n'
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

export const collectLoopback = (): readonly SectionSpec[] => [loopback]
