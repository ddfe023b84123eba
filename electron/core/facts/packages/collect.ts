import { type SectionSpec, script } from '../../probe/section.ts'

/** Command lines of Python programs whose packages are listed. */
const enginePattern = 'ollama|vllm|llama|local-?ai|sglang|text-generation|litellm|open-webui|comfyui|mlflow'

/**
 * Versions without starting an engine (what they answer themselves is asked by section `loopback`): the driver from the kernel, the packages of each Python that runs an
 * engine by their names on disk, and the version line of three small programs (`caddy version` is not asked: it makes folders below $HOME). Then where software may come from: resolvers, package sources, registries, settings of automatic updates.
 * Blocks begin with `@`, their lines with `=`. Of keys in files of all logins the names are told, where they are no secret: an account that is not root reads them.
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
    if (kind ~ /^(go|environment)$/) return tolower(row) ~ /^[^#]*(((https?|all)_|go)proxy|(pip|uv)_[a-z_]*(index|url|links|host)|npm_config_(registry|strict_ssl)|conda_((default_)?channels|channel_alias|ssl_verify))=/ ? 1 : ENVIRON["gh_uid"] && row ~ /^ *(export )?[A-Z0-9_]+(KEY|TOKEN|SECRET|PASSWORD)=/ && match(row, /=["\\047]?[^$"\\047 ]+/) && RLENGTH > 7 ? 2 : 0
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
      if (w = wanted(row)) { if (w > 1) sub(/=.*/, "=****", row); gsub(/:\\/\\/[^\\/ ]*@/, "://****@", row); gsub(/\\/t\\/[^\\/ ]+/, "/t/****", row); gsub(/token[ \\t]*=[ \\t]*("[^"]*"|\\047[^\\047]*\\047)/, "token = ****", row); if (head != "") { print head; head = "" }; print "=" substr(row, 1, 500); n++ }
    }
    if (n > 199) print "@cut " path
    close(path)
  }'; }
# \`told KIND PATH…\` names those that are there; \`known\` also those that may not be read; \`unread PATH…\` these alone (apt-config goes on without them).
told() { kind=$1; shift; for file do [ -f "$file" ] && [ -r "$file" ] && printf '%s %s\\n' "$kind" "$file"; done; }
known() { kind=$1; shift; for file do if [ -f "$file" ] && [ -r "$file" ]; then printf '%s %s\\n' "$kind" "$file"; elif [ -e "$file" ]; then printf 'unreadable %s\\n' "$file"; fi; done; }
unread() { for file do if [ -e "$file" ] && ! [ -r "$file" ]; then printf 'unreadable %s\\n' "$file"; fi; done; }
homes() { known "$1" /root/$2 /home/*/$2; }
# Of each the program, where it is a Python that has a folder of its own. \`read\` passes over NUL, and an awk may end with a process that does.
prefixes= count=0
for file in $(grep -lsEi "$pattern" /proc/[0-9]*/cmdline); do
  begin=
  { IFS= read -r begin <"$file"; } 2>/dev/null
  case $begin in /*/bin/python*) ;; *) continue ;; esac
  [ "$((count += 1))" -le 100 ] || break
  { program=$(tr '\\000\\n' '\\n ' <"$file"); } 2>/dev/null
  program=\${program%%"$nl"*}
  case $program in /*/bin/python*) prefix=\${program%/bin/*} ;; *) continue ;; esac
  case $prefixes in *"$nl$prefix$nl"*) ;; *) prefixes="$nl$prefixes$prefix$nl" ;; esac
done
set -f
IFS=$nl
# A virtual environment may take in the packages of the Python that it was made with.
for prefix in $prefixes; do
  base= shared=
  while read -r row; do
    case $row in home*/bin) base=\${row#*= } base=\${base%/bin} ;; include*rue) shared=1 ;; esac
  done 2>/dev/null <"$prefix/pyvenv.cfg"
  [ "$shared" ] || continue
  printf '@python-base %s\\t%s\\n' "$prefix" "\${base:=/usr}"
  case $prefixes in *"$nl$base$nl"*) ;; *) prefixes=$prefixes$base$nl ;; esac
done
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
# containerd.io of Docker and archives bring a runc of which no package states the version.
runc=runc
[ ! -e /var/lib/dpkg/info/runc.list ] || runc=
for program in oauth2-proxy nvidia-ctk $runc; do
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
echo @kernels
for file in /boot/vmlinuz-*; do
  case \${file##*/} in *[!A-Za-z0-9._+~-]*) ;; *) printf '=%s\\n' "\${file##*/}" ;; esac
done
echo @end
`

const software = script({
  id: 'software',
  alone: true,
  expectedMs: 30,
  display: 'versions (dist-info, driver), package sources, registries, names of keys in /etc/environment and /etc/profile.d',
  script: SCRIPT,
  parameters: [enginePattern],
  timeoutMs: 20_000,
})

/** Versions of Python packages, engines and the driver, and where packages and images come from. */
export const collectSoftware = (): readonly SectionSpec[] => [software]
