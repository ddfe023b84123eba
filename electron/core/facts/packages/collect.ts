import { type SectionSpec, script } from '../../probe/section.ts'

/** Command lines of engines whose version is asked, and of Python programs whose packages are listed. */
const enginePattern = 'ollama|vllm|llama|local-?ai|sglang|text-generation|litellm|open-webui|comfyui|mlflow'

/**
 * Versions without starting an engine: the driver from the kernel, the packages of each Python that runs an engine by their names on disk,
 * the engines' own answer to a GET of their version on 127.0.0.1 (never a route that loads or generates), and the version line of two
 * small programs (`caddy version` is not asked: it makes folders below $HOME). Then where software may come from: resolvers, package sources, registries, settings of automatic updates.
 * Blocks begin with `@`, their lines with `=`.
 */
const SCRIPT = `pattern=$1
nl='
'
put() { printf '@%s\\n' "$1"; awk -v "n=$2" 'NR > n { exit } { print "=" substr($0, 1, 500) }'; }
[ -r /proc/driver/nvidia/version ] && head -n 1 /proc/driver/nvidia/version | put driver 1
[ -r /sys/module/nvidia/version ] && put driver-module 1 </sys/module/nvidia/version
pids=$(grep -lsEi "$pattern" /proc/[0-9]*/cmdline | head -n 100)
prefixes= asked=' '
ask() {
  case $asked in *" $2 "*) return ;; esac
  asked="$asked$2 "
  [ "\${#asked}" -lt 60 ] || return
  url=http://127.0.0.1:$2$3
  if command -v curl >/dev/null 2>&1; then said=$(curl -s --noproxy '*' --max-time 3 -w '\\n%{http_code}' "$url" 2>/dev/null | tail -c 262144)
  elif command -v wget >/dev/null 2>&1; then said=$(unset http_proxy HTTP_PROXY; wget -q -T 3 -O - "$url" 2>/dev/null | tail -c 262144; echo; echo -)
  else printf '@http-none\\n'; asked=$(printf '%60s' ''); return
  fi
  printf '@http %s %s %s %s\\n' "$1" "$2" "$3" "\${said##*"$nl"}"
  printf '%s' "\${said%"$nl"*}" | tr '\\n' ' ' | grep -oE "\\"$4\\" *: *\\"[^\\"]{1,100}\\"" | head -n 1 | sed 's/^/=/'
}
port() { found=$(printf '%s\\n' "$line" | sed -n "s/.* $1[= ]\\([^ ]*:\\)\\{0,1\\}\\([0-9][0-9]*\\)\\( .*\\)\\{0,1\\}$/\\2/p"); }
set -f
for file in $pids; do
  # Shells and awks of this probe hold the same words. Their first line (\`read\` passes over NUL) tells them for less than a tr.
  begin=
  { IFS= read -r begin <"$file"; } 2>/dev/null
  case $begin in sh-c* | /bin/sh-c* | timeout-k* | awk-v*) continue ;; esac
  line=$({ tr '\\000\\n' '  ' <"$file" | cut -c1-4000; } 2>/dev/null)
  set -- $line
  case $1 in
    /*/bin/python*) prefix=\${1%/bin/*}
      case $prefixes in *"$nl$prefix$nl"*) ;; *) prefixes="$nl$prefixes$prefix$nl" ;; esac ;;
  esac
  case "\${1##*/} $2" in
    python*' '/* | sh' '/* | bash' '/*) program="\${2##*/} $3" ;;
    python*' -m') program="-m $3 $4" ;;
    *) program="\${1##*/} $2" ;;
  esac
  case $program in
    'ollama serve' | 'ollama start')
      found=$({ tr '\\000' '\\n' <"\${file%cmdline}environ"; cat /etc/systemd/system/ollama.service; set +f; cat /etc/systemd/system/ollama.service.d/*.conf; } 2>/dev/null |
        sed -n 's/.*OLLAMA_HOST=[^ ]*:\\([0-9][0-9]*\\).*/\\1/p' | head -n 1)
      ask ollama "\${found:-11434}" /api/version version ;;
    'vllm serve' | '-m vllm.entrypoints.'* | '-m vllm serve') port --port; ask vllm "\${found:-8000}" /version version ;;
    'llama-server'* | '-m llama_cpp.server'*)
      port --port
      if [ -n "$found" ]; then ask llama.cpp "$found" /props build_info
      else ask llama.cpp 8080 /props build_info; ask llama.cpp 9931 /props build_info
      fi ;;
    'local-ai '* | 'local-ai-'*) port --address; ask localai "\${found:-8080}" /version version ;;
  esac
done
set +f
printf '%s\\n' "$prefixes" | grep '^/' | sort -u | head -n 20 | while IFS= read -r prefix; do
  for folder in "$prefix"/lib/python3*/site-packages "$prefix"/lib64/python3*/site-packages "$prefix"/lib/python3/dist-packages "$prefix"/local/lib/python3*/dist-packages; do
    [ -d "$folder" ] && ! [ -L "\${folder%/python3*}" ] || continue
    if [ -r "$folder" ]; then ls -1 "$folder" | grep -E '\\.(dist|egg)-info$' | put "python $folder" 2000
    else printf '@python-unreadable %s\\n' "$folder"
    fi
  done
  [ -e "$prefix" ] || printf '@python-unreadable %s\\n' "$prefix"
done
for program in oauth2-proxy nvidia-ctk; do
  command -v "$program" >/dev/null 2>&1 || continue
  "$program" --version 2>&1 </dev/null | put "program $program" 2
done
for file in /etc/resolv.conf /run/systemd/resolve/resolv.conf; do
  if [ -r "$file" ]; then grep -E '^[[:space:]]*(nameserver|search)[[:space:]]' "$file" | put "resolver $file" 20
  elif [ -e "$file" ]; then printf '@unreadable %s\\n' "$file"
  fi
done
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  if [ -r "$file" ]; then grep -E '^[[:space:]]*(deb[[:space:]]|(Types|URIs|Suites|Enabled):|$)' "$file" | put "apt-sources $file" 200
  elif [ -e "$file" ]; then printf '@unreadable %s\\n' "$file"
  fi
done
if command -v apt-config >/dev/null 2>&1; then
  apt-config dump 2>/dev/null | grep -E '^(APT::Periodic::|Unattended-Upgrade::(Allowed-Origins|Origins-Pattern)|Acquire::https?::Proxy)' | put apt-config 100
fi
for file in /etc/yum.repos.d/*.repo; do
  [ -r "$file" ] && grep -E '^[[:space:]]*(\\[|(enabled|baseurl|metalink|mirrorlist|proxy)[[:space:]]*=)' "$file" | put "repo $file" 200
done
for file in /etc/dnf/automatic.conf /etc/dnf/dnf5-plugins/automatic.conf /usr/share/dnf5/dnf5-plugins/automatic.conf; do
  [ -r "$file" ] && grep -E '^[[:space:]]*(apply_updates|upgrade_type)[[:space:]]*=' "$file" | put "dnf-automatic $file" 10
done
for file in /etc/docker/daemon.json /etc/containers/registries.conf /etc/containers/registries.conf.d/*.conf; do
  if [ -r "$file" ]; then grep -v '^[[:space:]]*#' "$file" | head -c 16384 | put "registries $file" 200
  elif [ -e "$file" ]; then printf '@unreadable %s\\n' "$file"
  fi
done
if command -v systemctl >/dev/null 2>&1; then
  systemctl list-timers --no-legend --plain --no-pager 2>/dev/null | grep -oE '(apt-daily|apt-daily-upgrade|dnf-automatic|dnf-automatic-install|dnf5-automatic)\\.timer' | sort -u | put timers 20
fi
ls -1 /boot 2>/dev/null | grep '^vmlinuz-' | put kernels 50
for file in /run/reboot-required /run/reboot-required.pkgs; do [ -r "$file" ] && put "reboot $file" 20 <"$file"; done
printf '@end\\n'
`

const software = script({
  id: 'software',
  expectedMs: 60,
  display: 'versions (GET on 127.0.0.1, dist-info, driver), package sources, registries',
  script: SCRIPT,
  parameters: [enginePattern],
  timeoutMs: 20_000,
})

export const collectSoftware = (): readonly SectionSpec[] => [software]
