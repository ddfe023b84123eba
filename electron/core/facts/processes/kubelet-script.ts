import type { PrivilegedCommand } from '../../probe/section.ts'

/** Rows of one file, and characters of a row: what is longer is not read. */
export const MAX_ROWS = 500
export const MAX_LENGTH = 1000

/** Flags that decide who may ask a kubelet, and those that name files that do (kubelet(8)). */
const flags = 'anonymous-auth|authorization-mode|read-only-port|config|config-dir'

/** Those that say where k3s has its files. */
const variables = 'K3S_(CONFIG_FILE|DATA_DIR)='

/** Of a configuration of k3s, which holds the token of the cluster as well: its keys alone, and the flags that it hands to the kubelet. */
const ofK3s = `(^)[^[:blank:]#:-][^:]{0,}:|(^)[^[:alnum:]]{0,}kubelet-arg.{0,}|(^)[^[:alnum:]]{1,}(${flags})=.{0,}`

/** Of the words that its unit starts k3s with, which may hold that token too: the program, what goes to the kubelet, and where its files lie. */
const wordsOfK3s = `argv\\[]=[^ ]+|--kubelet-arg[= ]-{0,2}(${flags})(=[^ ]*)?( |$)|(--config|-c|--data-dir|-d)[= ][^ ]+`

/** Where kubeadm, EKS, k3s, RKE2 and k0s put the kubelet's configuration and its drop-ins, which may be links. There is no secret in them. */
export const readKubelet: PrivilegedCommand = {
  argv: [
    '/usr/bin/grep',
    ...['-Rn', '.', '/var/lib/kubelet/config.yaml', '/var/lib/k0s/kubelet-config.yaml', '/etc/kubernetes/kubelet/config.json'],
    ...['/etc/kubernetes/kubelet/config.json.d', '/etc/kubernetes/kubelet/kubelet-config.json', '/etc/kubernetes/kubelet.conf.d'],
    ...['/var/lib/rancher/k3s/agent/etc/kubelet.conf.d', '/var/lib/rancher/rke2/agent/etc/kubelet.conf.d'],
  ],
  alternatives: ['/bin/grep'],
}
export const readK3s: PrivilegedCommand = {
  argv: ['/usr/bin/grep', '-rEon', ofK3s, '/etc/rancher/k3s/config.yaml', '/etc/rancher/k3s/config.yaml.d'],
  alternatives: ['/bin/grep'],
}

/** Files of variables of its unit, which hold that token (install.sh of k3s): what there says where its files lie, and which there are. */
export const readK3sVariables: PrivilegedCommand = {
  argv: [
    '/usr/bin/find',
    ...['/etc/systemd/system/k3s.service.env', '/etc/systemd/system/k3s-agent.service.env'],
    ...['/etc/default/k3s', '/etc/default/k3s-agent', '/etc/sysconfig/k3s', '/etc/sysconfig/k3s-agent'],
    ...['-maxdepth', '0', '-type', 'f', '-print', '-exec', '/bin/grep', '-EHno', `(^)[[:blank:]]{0,}${variables}.{1,}`, '{}', '+'],
  ],
}

/**
 * For each kubelet of `$table`, and each k3s, which is one and hides its words: `@argv`, `@cgroup`, then `@kubelet PID KIND path` with the rows of its
 * configuration (`config`, `drop-in`, `k3s`), or of the words of its unit (`words`) and its files of variables (`variables`), `unread` for what this account may not read, and `@kubelet-root PID` with what root reads then, `path:line:text`.
 * k3s reads a folder of drop-ins alone, a kubelet what lies below, too (filepath.WalkDir). `@kubelet PID whole` says that all of its words stand there. Starts nothing where none runs. `gh_sudo` 2 to 4 are the commands above.
 */
export const kubeletScript = `case $table in *' kubelet '* | *' k3s-server '* | *' k3s-agent '*)
kubelet_file() {
  if [ -f "$2" ] && [ -r "$2" ]; then
    printf '@kubelet %s %s %s\\n' "$pid" "$1" "$2"
    case $1 in k3s) grep -Eo '${ofK3s}' -- "$2" ;; variables) grep -Eo '^[[:blank:]]*${variables}.+' -- "$2" ;; *) cat -- "$2" ;; esac 2>/dev/null | awk 'NR > ${MAX_ROWS} { exit } { print "=" substr($0, 1, ${MAX_LENGTH}) }'
  else kubelet_unread "$2"
  fi
}
kubelet_unread() { unread=1; printf '@kubelet %s unread %s\\n' "$pid" "$1"; }
kubelet_folder() {
  [ -e "$2" ] || ! [ -x "\${2%/*}" ] || return 0
  found=$(find "$2/" \${4:+-maxdepth 1} ! -type d \\( -name "*$3" -o -name "*\${4:-$3}" \\) 2>/dev/null) || kubelet_unread "$2"
  while IFS= read -r one; do [ -z "$one" ] || kubelet_file "$1" "$one"; done <<FOUND
$found
FOUND
}
printf '%s\\n' "$table" | awk '/ (kubelet|k3s-server|k3s-agent) / { print $1 }' | while read -r pid rest; do
  read -r name <"/proc/$pid/comm" && case $name in kubelet | k3s-server | k3s-agent) ;; *) continue ;; esac
  unit=
  while IFS= read -r group; do case $group in 0::* | *:name=systemd:*) unit=\${group##*/}; printf '@cgroup %s %s\\n' "$pid" "$group" ;; esac; done <"/proc/$pid/cgroup" 2>/dev/null
  unread=
  case $name in
    kubelet)
      number=2
      printf '@argv %s\\n' "$pid"
      words=$(tr '\\n\\000' '\\001\\n' <"/proc/$pid/cmdline" 2>/dev/null) && [ -n "$words" ] && printf '%s\\n' "$words" | awk 'NR > ${MAX_ROWS} { exit } { print "=" substr($0, 1, ${MAX_LENGTH}) }' && printf '@kubelet %s whole\\n' "$pid"
      printf '%s\\n' "$words" | awk '
        kind != "" { path[kind] = $0; kind = ""; next }
        match($0, /^--config([-_]dir)?=/) { path[RLENGTH > 10 ? "dir" : "file"] = substr($0, RLENGTH + 1) }
        /^--config$/ { kind = "file" }
        /^--config[-_]dir$/ { kind = "dir" }
        END { for (kind in path) print kind " " path[kind] }' | { while read -r kind path; do
        case $kind in file) kubelet_file config "$path" ;; *) kubelet_folder drop-in "$path" .conf ;; esac
      done
      [ -z "$unread" ] || { printf '@kubelet-root %s\\n' "$pid"; gh_sudo 2 </dev/null 2>/dev/null | awk 'NR > 3000 { exit } { print "=" substr($0, 1, ${MAX_LENGTH}) }'; }; }
      ;;
    *)
      case $unit in *.service)
        printf '@kubelet %s words %s\\n' "$pid" "$unit"
        shown=$(systemctl show -p ExecStart -p Environment -p EnvironmentFiles -- "$unit" 2>/dev/null </dev/null)
        printf '%s\\n' "$shown" | grep '^ExecStart=' | grep -Eo -e '${wordsOfK3s}' | sed 's/^/=/'
        printf '%s\\n' "$shown" | grep '^Environment=' | grep -Eo '${variables}[^ "]+' | sed 's/^/=/'
        while IFS= read -r row; do
          case $row in EnvironmentFiles=/*) row=\${row#*=} ;; *) continue ;; esac
          row=\${row%' (ignore_errors='*}
          if [ -e "$row" ]; then kubelet_file variables "$row"; else case $row in *[*?]*) kubelet_unread "$row" ;; esac; fi
        done <<SHOWN
$shown
SHOWN
        ;;
      esac
      { [ -e /etc/rancher/k3s/config.yaml ] || ! [ -x /etc/rancher/k3s ] && [ -e /etc/rancher/k3s ]; } && kubelet_file k3s /etc/rancher/k3s/config.yaml
      kubelet_folder k3s /etc/rancher/k3s/config.yaml.d .yaml .yml
      kubelet_folder drop-in /var/lib/rancher/k3s/agent/etc/kubelet.conf.d .conf
      [ -z "$unread" ] || { printf '@kubelet-root %s\\n' "$pid"; { gh_sudo 3; gh_sudo 4; gh_sudo 2; } </dev/null 2>/dev/null | awk 'NR > 3000 { exit } { print "=" substr($0, 1, ${MAX_LENGTH}) }'; }
      ;;
  esac
done ;; esac
`
