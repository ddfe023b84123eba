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
# Of what apt-config says, up to a line that is $1, and of the files that it reads (\`KIND PATH\` each) the rows that matter: one awk for all of them.
pick() { awk -v "until=$1" '
  function wanted(row) {
    if (kind == "resolver") return row ~ /^[ \\t]*(nameserver|search)/
    if (kind == "resolved") return row ~ /^#?FallbackDNS=/
    if (kind == "apt-sources") return tolower(row) ~ /^[ \\t]*(deb([ \\t]|$)|(types|uris|suites|enabled|signed-by|trusted|allow-insecure)[ \\t]*:|[a-z-]+[ \\t]*:[ \\t]*$|$)|^[ \\t]+([a-z][a-z0-9+.-]*:[\\/[]|(yes|no|true|false|with|without|on|off|enable|disable|[01])[ \\t]*$)/
    if (kind == "repo") return row ~ /^[ \\t]*(\\[|(enabled|baseurl|metalink|mirrorlist|proxy|exclude(pkgs)?|(repo_|pkg_)?gpgcheck)[ \\t]*=)|^[ \\t]+[a-z][a-z0-9+.-]*:[\\/]/
    if (kind ~ /^(pip|uv)$/) return row ~ /^[ \\t]*(((extra|default)[-_])?index[-_]url|url|find[-_]links|proxy|trusted[-_]host|allow-insecure-host)[ \\t]*[=:]|^[ \\t]+[^ \\t#;=]+[ \\t]*$/
    if (kind == "npm") return row ~ /^[ \\t]*(@[^ =]+:)?(registry|strict-ssl|(https-)?proxy)[ \\t]*=/
    if (kind == "cargo") return row ~ /^[ \\t]*(\\[|[A-Za-z0-9_."-]*(replace-with|registry|index|git|proxy)[ \\t]*=|[A-Za-z0-9_."-]+[ \\t]*=[ \\t]*[{])/
    if (kind == "helm") return row ~ /^[ \\t]*(-[ \\t]+)?url[ \\t]*:/
    if (kind == "git") return row ~ /^[ \\t]*proxy[ \\t]*=/
    if (kind ~ /^(go|environment)$/) return tolower(row) ~ /^[^#]*((https?|all)_|go)proxy=/
    if (kind == "containerd") return row ~ /^[ \\t]*(server|endpoint)[ \\t]*=|^[ \\t]*\\[host\\./
    if (kind == "rancher") return row ~ /^[ \\t]*(-|endpoint:)[ \\t].*:\\/\\//
    if (kind == "fetched") return row ~ /^(Enabled|MetadataURI|ENABLED|URLS|url|xa[.]disable)=|^\\[remote /
    if (kind == "versionlock") return row ~ /^[ \\t]*((enabled|name)[ \\t]*=|!?[A-Za-z0-9][^=\\[]*$)/
    if (kind == "pin") return row ~ /^(P|$)/
    if (kind == "dnf-automatic") return row ~ /^[ \\t]*(apply_updates|upgrade_type)[ \\t]*=/
    return kind !~ /^(registries|apk-sources|conda)$/ || row !~ /^[ \\t]*#/
  }
  until != "" {
    if ($0 == until) until = ""
    else if (/^(APT::(Periodic::|Default-R)|Unattended-Upgrade::(Allowed-O|Origins-|Package-|InstallO)|Acquire::(https?::Proxy|AllowI)|APT::Get::AllowU)/ && settings++ < 100) print "=" substr($0, 1, 500)
    next
  }
  {
    at = index($0, " "); kind = substr($0, 1, at - 1); path = substr($0, at + 1)
    if (path !~ /^\\//) next
    head = "@" (kind ~ /^driver/ ? kind : $0)
    # Most of these say nothing about it.
    if (kind !~ /^(environment|git|npm|resolved)$/) { print head; head = "" }
    if (kind == "unreadable") next
    most = kind ~ /^driver/ ? 1 : kind == "repo" ? 2000 : kind ~ /^re(boot|solver)/ ? 20 : 200; n = bytes = 0
    while (n < most && (getline row < path) > 0) {
      bytes += length(row) + 1
      if (kind == "registries" && bytes > 16384) { n = 200; break }
      if (wanted(row)) { gsub(/:\\/\\/[^\\/@ ]*@/, "://****@", row); gsub(/\\/t\\/[^\\/ ]+/, "/t/****", row); gsub(/token[ \\t]*=[ \\t]*("[^"]*"|\\047[^\\047]*\\047)/, "token = ****", row); if (head != "") { print head; head = "" }; print "=" substr(row, 1, 500); n++ }
    }
    if (n > 199) print "@cut " path
    close(path)
  }'; }
# \`told KIND PATH…\` names those that are there; \`known\` also those that may not be read; \`unread PATH…\` these alone (apt-config goes on without them).
told() { kind=$1; shift; for file do [ -f "$file" ] && [ -r "$file" ] && printf '%s %s\\n' "$kind" "$file"; done; }
known() { kind=$1; shift; for file do if [ -f "$file" ] && [ -r "$file" ]; then printf '%s %s\\n' "$kind" "$file"; elif [ -e "$file" ]; then printf 'unreadable %s\\n' "$file"; fi; done; }
unread() { for file do if [ -e "$file" ] && ! [ -r "$file" ]; then printf 'unreadable %s\\n' "$file"; fi; done; }
homes() { known "$1" /root/$2 /home/*/$2; }
pids=$(grep -lsEi "$pattern" /proc/[0-9]*/cmdline)
prefixes= asked=' '
ask() {
  case $asked in *" $2 "*) return ;; esac
  asked="$asked$2 "
  [ "\${#asked}" -lt 60 ] || return
  url=http://127.0.0.1:$2$3
  if command -v curl >/dev/null; then client=curl
  elif command -v wget >/dev/null; then client=wget
  else echo @http-none; asked=$(printf '%60s' ''); return
  fi
  # The last line is the code of the answer.
  case $client in
    curl) curl -s --noproxy '*' --max-time 3 -w '\\n%{http_code}' "$url" 2>/dev/null ;;
    wget) unset http_proxy HTTP_PROXY; wget -q -T 3 -O - "$url" 2>/dev/null; printf '\\n-\\n' ;;
  esac | tail -c 262144 | awk -v "asked=$1 $2 $3" -v "name=$4" 'NR > 1 { text = text held " " } { held = $0 } END {
    print "@http " asked " " held
    while (match(text, "\\"" name "\\" *: *\\"[^\\"]+\\"")) {
      found = substr(text, RSTART, RLENGTH); value = found; sub(/^"[a-z_]*" *: */, "", value)
      if (length(value) <= 102) { print "=" found; exit }
      text = substr(text, RSTART + RLENGTH)
    }
  }'
}
# The last \`--port N\`, \`--port=N\` or \`--address HOST:N\`.
port() {
  found=
  case $line in *" $1"[=\\ ]*) ;; *) return ;; esac
  set -- "\${line##*" $1"[=\\ ]}"
  set -- "\${1%% *}"
  case \${1##*:} in *[!0-9]*) ;; *) found=\${1##*:} ;; esac
}
set -f
count=0
for file in $pids; do
  [ "$((count += 1))" -le 100 ] || break
  # Shells and awks of this probe hold the same words. Their first line (\`read\` passes over NUL) tells them for less than a tr.
  begin=
  { IFS= read -r begin <"$file"; } 2>/dev/null
  case $begin in sh-c* | /bin/sh-c* | timeout-k* | awk-v*) continue ;; esac
  { line=$(tr '\\000\\n' '  ' <"$file"); } 2>/dev/null
  [ "\${#line}" -le 4000 ] || line=$(printf '%.4000s' "$line")
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
IFS=$nl
set -- $prefixes
unset IFS
set +f
count=0
for prefix do
  [ "$((count += 1))" -le 20 ] || break
  for folder in "$prefix"/lib/python3*/site-packages "$prefix"/lib64/python3*/site-packages "$prefix"/lib/python3/dist-packages "$prefix"/local/lib/python3*/dist-packages; do
    [ -d "$folder" ] && ! [ -L "\${folder%/python3*}" ] || continue
    if [ -r "$folder" ]; then printf '@python %s\\n' "$folder"; ls -1 "$folder" | awk '/\\.(dist|egg)-info$/ { if (++n > 2000) exit; print "=" substr($0, 1, 500) }'
    else printf '@python-unreadable %s\\n' "$folder"
    fi
  done
  [ -e "$prefix" ] || printf '@python-unreadable %s\\n' "$prefix"
done
for program in oauth2-proxy nvidia-ctk; do
  command -v "$program" >/dev/null || continue
  echo "@program $program"
  "$program" --version 2>&1 </dev/null | awk 'NR > 2 { exit } { print "=" substr($0, 1, 500) }'
done
apt=
command -v apt-config >/dev/null && apt=1 && echo @apt-config
{
  # Told of an architecture, apt-config does not start dpkg to ask for them.
  [ -z "$apt" ] || apt-config -o APT::Architectures::=any dump 2>/dev/null
  printf '%s\\n' "$gh_k"
  told driver /proc/driver/nvidia/version
  told driver-module /sys/module/nvidia/version
  known resolver /etc/resolv.conf /run/systemd/resolve/resolv.conf
  [ ! -e /run/systemd/resolve/resolv.conf ] || known resolved /usr/lib/systemd/resolved.conf /etc/systemd/resolved.conf /usr/lib/systemd/resolved.conf.d/*.conf /run/systemd/resolved.conf.d/*.conf /etc/systemd/resolved.conf.d/*.conf
  unread /etc/apt/apt.conf /etc/apt/apt.conf.d/*
  known pin /etc/apt/preferences /etc/apt/preferences.d/*
  known apt-sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources
  known repo /etc/dnf/dnf.conf /etc/yum.conf /usr/share/dnf5/libdnf.conf.d/*.conf /etc/dnf/libdnf5.conf.d/*.conf /etc/yum.repos.d/*.repo /etc/distro.repos.d/*.repo /usr/share/dnf5/repos*.d/*.repo /etc/dnf/repos.override.d/*.repo /etc/zypp/zypp.conf /usr/etc/zypp/zypp.conf /etc/zypp/zypp.conf.d/*.conf /etc/zypp/repos.d/*.repo
  known apk-sources /etc/apk/repositories
  known pip /etc/pip.conf /etc/xdg/pip/pip.conf
  homes pip .config/pip/pip.conf
  known pip /home/*/.pip/pip.conf
  known uv /etc/uv/uv.toml
  homes uv .config/uv/uv.toml
  known npm /etc/npmrc /usr/etc/npmrc /usr/local/etc/npmrc
  homes npm .npmrc
  known conda /etc/conda/.condarc /etc/conda/condarc /opt/*/.condarc
  homes conda .condarc
  known cargo /.cargo/config.toml /usr/local/cargo/config.toml /opt/cargo/config.toml
  homes cargo .cargo/config.toml
  known cargo /home/*/.cargo/config
  homes go .config/go/env
  homes helm .config/helm/repositories.yaml
  told git /etc/gitconfig
  told fetched /etc/fwupd/remotes.d/*.conf /etc/default/motd-news /var/lib/flatpak/repo/config
  known environment /etc/environment /etc/profile.d/*.sh /etc/systemd/system/docker.service.d/*.conf /etc/systemd/system/containerd.service.d/*.conf /etc/systemd/system/*.service.env
  known containerd /etc/containerd/config.toml /etc/containerd/certs.d/*/hosts.toml
  known rancher /etc/rancher/k3s/registries.yaml /etc/rancher/rke2/registries.yaml
  told versionlock /etc/dnf/plugins/versionlock.* /etc/dnf/versionlock.toml /etc/zypp/locks
  told dnf-automatic /etc/dnf/automatic.conf /etc/dnf/dnf5-plugins/automatic.conf /usr/share/dnf5/dnf5-plugins/automatic.conf
  known registries /etc/docker/daemon.json /etc/containers/registries.conf /etc/containers/registries.conf.d/*.conf
  told reboot /run/reboot-required*
} | pick "$gh_k" || echo @unreadable the files that name sources
if command -v systemctl >/dev/null; then
  echo @timers
  IFS=$nl
  set -f
  for row in $(systemctl list-units --state=active --no-legend --plain --no-pager -- 'apt-daily*.timer' 'dnf*-automatic*.timer' transactional-update.timer os-update.timer 2>/dev/null); do
    row=\${row#"\${row%%[! ]*}"}
    printf '=%s\\n' "\${row%% *}"
  done
  unset IFS
  set +f
fi
echo @kernels
for file in /boot/vmlinuz-*; do
  case \${file##*/} in *[!A-Za-z0-9._+~-]*) ;; *) printf '=%s\\n' "\${file##*/}" ;; esac
done
echo @end
`

const software = script({
  id: 'software',
  expectedMs: 40,
  display: 'versions (GET on 127.0.0.1, dist-info, driver), package sources, registries',
  script: SCRIPT,
  parameters: [enginePattern],
  timeoutMs: 20_000,
})

export const collectSoftware = (): readonly SectionSpec[] => [software]
