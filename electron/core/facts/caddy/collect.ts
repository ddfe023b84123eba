import { type SectionSpec, script } from '../../probe/section.ts'
import { maskedLines } from './mask.ts'

/**
 * Finds every running Caddy, asks its admin endpoint on loopback for the configuration in effect (a GET, which changes nothing), and where that
 * does not answer lets Caddy itself say what its file means (`caddy adapt`, as the audit account). Lines are broken before `"` and `{` after a
 * comma or bracket, which the reader undoes. Values that are passwords or stand for keys in headers are masked on the host.
 */
const SCRIPT = `mask() {
  sed -E -e 's/("key" *: *")-----BEGIN[^"]*/\\1masked/g' -e 's/("(password|api_token|api_key|secret|secret_key|token|mac_key|auth_token)" *: *")[^"]*/\\1masked/g' -e 's|://[^/"[:space:]]*@|://masked@|g'
}
lines() { awk '${maskedLines}' | sed 's/^/:/'; }
# STEPPATH and the others are set so that Caddy, whose libraries make folders below $HOME when they start, leaves nothing behind.
quiet() { env STEPPATH=/ HOME=/dev/null XDG_CONFIG_HOME=/dev/null XDG_DATA_HOME=/dev/null "$@" 2>/dev/null; }
get() {
  # Caddy takes requests over its socket that name no host (admin.go, allowedOrigins).
  case $1 in unix:*) curl -s -m 2 --max-filesize 4000000 --unix-socket "\${1#unix:}" -H 'Host;' http://caddy/config/ 2>/dev/null; return ;; esac
  if command -v curl >/dev/null 2>&1; then curl -s -m 2 --max-filesize 4000000 --noproxy '*' "http://$1/config/"
  elif command -v wget >/dev/null 2>&1; then wget -q -T 2 -O - "http://$1/config/" 2>/dev/null
  else return 1; fi
}
# Files that the Caddyfile brings in, level by level. Nothing is said where one of them cannot be read, or where they lie deeper.
imports() {
  all= files=$path
  for level in 1 2 3 4; do
    words=$(cd "\${path%/*}" 2>/dev/null && for one in $files; do
      case $one in *[*?[]*) continue ;; esac
      grep -hE '^[[:space:]]*import[[:space:]]' -- "$one" 2>/dev/null || [ "$?" -eq 1 ] || echo '!'
    done | awk '$1 == "!" { print; next } { gsub(/["\`]/, "", $2); print $2 }' | head -n 100)
    case $words in *'!'*) return ;; '') printf '@imports\\n'; [ -z "$all" ] || printf '%s\\n' "$all" | cut -c1-400 | sed 's/^/@import /'; return ;; esac
    all="$all\${all:+
}$words"
    files=$(cd "\${path%/*}" 2>/dev/null && for one in $words; do
      case $one in *[/.*?[]*) printf '%s\\n' "$one" ;; *) [ ! -f "$one" ] || printf '%s\\n' "$one" ;; esac
    done)
  done
}
flag() { printf '%s\\n' "$argv" | awk "want { print; exit } /^--?($1)=/ { sub(/^[^=]*=/, \\"\\"); print; exit } /^--?($1)$/ { want = 1 }"; }
# The words that the process was started with.
started() {
  container=
  cgroup=
  while IFS= read -r line; do case $line in 0::* | *:name=systemd:*) cgroup=\${line#*:*:} ;; esac; done <"/proc/$pid/cgroup" 2>/dev/null
  case $cgroup in *docker*|*libpod*|*containerd*|*kubepods*|*crio*|*lxc*) container=yes ;; esac
  argv=$(tr '\\n\\000' '\\001\\n' <"/proc/$pid/cmdline" 2>/dev/null)
  path=$(flag 'config|c') adapter=$(flag 'adapter|a')
  resume=$(printf '%s\\n' "$argv" | grep -E '^--?resume$')
}
# What its file means, as JSON, in config; or why that cannot be told.
meant() {
  config= why=
  if [ -n "$container" ]; then why='it runs in a container'
  elif [ -n "$resume" ]; then why='it was started with --resume, so no file says what it does'
  elif [ -z "$path" ]; then why='it was started without --config, in a folder that was not asked for'
  elif ! [ -r "$path" ] || ! [ -f "$path" ]; then why="$path could not be read"
  elif [ -z "$adapter" ] && [ "$path" != "\${path%.json}" ]; then config=$(head -c 4000000 "$path")
  elif grep -sqF '{$' "$path"; then why="$path takes values from variables of its process"
  elif [ -z "$program" ]; then why='its program was not found'
  else config=$(quiet "$program" adapt --config "$path" \${adapter:+--adapter "$adapter"}) || why="caddy adapt does not accept $path"
  fi
}
# Where that file puts the admin endpoint: an address on loopback, a socket, off, or nothing where it cannot be told.
place() {
  [ -z "$why" ] || return
  admin=$(printf '%s' "$config" | tr -d ' \\t\\n' | awk '{ n = gsub(/"admin":\\{/, "&"); sub(/.*"admin":\\{/, ""); sub(/[{}].*/, ""); print n, n == 1 ? $0 : "" }')
  case $admin in
    '0 ') echo 127.0.0.1:2019 ;;
    '1 '*'"disabled":true'*) echo off ;;
    '1 '*'"listen":"'*)
      admin=\${admin#*\\"listen\\":\\"} admin=\${admin%%\\"*} port=\${admin##*:}
      case $admin in unix//*)
        admin=\${admin#unix/} admin=\${admin%%|*}
        case $admin in *[!A-Za-z0-9/._-]*) echo off ;; *) echo "unix:$admin" ;; esac
        return
      ;; esac
      case $port in *[!0-9]*|'') echo off; return ;; esac
      case \${admin%:*} in localhost|tcp/localhost|127.0.0.1|''|0.0.0.0|'[::]') echo "127.0.0.1:$port" ;; '[::1]') echo "[::1]:$port" ;; *) echo off ;; esac ;;
    '1 '*) echo 127.0.0.1:2019 ;;
  esac
}
pids= count=0
seen=0
for file in $(grep -lsxE 'caddy[a-z0-9._-]*|frankenphp' /proc/[0-9]*/comm 2>/dev/null); do
  [ "$((seen += 1))" -le 8 ] || { echo @more; break; }
  pid=\${file#/proc/} pid=\${pid%/comm}
  case "
$(tr '\\n\\000' '\\001\\n' <"/proc/$pid/cmdline" 2>/dev/null)
" in *"
run
"*|*"
start
"*|*-proxy"
"*) pids="$pids $pid" count=$((count + 1)) ;; esac
done
[ "$count" -gt 0 ] || { printf '@end\\n'; exit 0; }
program=$(command -v caddy) || { program=/usr/local/bin/caddy; [ -x "$program" ] || program=; }
# Of several, each is asked where its own file says that it answers, and nowhere else: another one may answer on the usual port.
claims= silent=0
if [ "$count" -gt 1 ]; then
  for pid in $pids; do
    started
    meant
    mine=$(place)
    [ -n "$mine" ] || silent=$((silent + 1))
    claims="$claims $pid=$mine "
  done
fi
for pid in $pids; do
  started
  printf '@process %s\\n' "$pid"
  if [ -n "$container" ]; then printf '@container\\n'
  else
    case $argv in /*) [ "\${argv%%
*}" = "$program" ] ;; *) [ -n "$program" ] ;; esac && printf '@version %s\\n' "$(quiet "$program" version | head -n 1)"
    [ -n "$resume" ] || [ -z "$path" ] || imports
  fi
  at=127.0.0.1:2019
  if [ "$count" -gt 1 ]; then
    mine=\${claims#* "$pid="} mine=\${mine%% *}
    at=$mine
    [ -n "$mine" ] || [ "$silent" -gt 1 ] || at=127.0.0.1:2019
    # Two that say the same cannot be told apart.
    case \${claims%%"=$at "*}\${claims#*"=$at "} in *"=$at "*) at= ;; esac
    [ -n "$mine" ] || case $claims in *"=$at "*) at= ;; esac
  fi
  config= asked=
  case $at in ''|off) ;; *) config=$(get "$at") ;; esac
  case $config in
    '{'*) printf '@admin %s\\n' "$at"; printf '%s\\n' "$config" | mask | lines; continue ;;
  esac
  meant
  # A single one that does not answer at the usual place may answer where its file says.
  if [ "$count" = 1 ]; then
    at=$(place)
    case $at in ''|off|127.0.0.1:2019) ;; *) asked=$(get "$at") ;; esac
    case $asked in
      '{'*) printf '@admin %s\\n' "$at"; printf '%s\\n' "$asked" | mask | lines; continue ;;
    esac
  fi
  if [ -n "$why" ]; then printf '@unread %s\\n' "$why"
  else printf '@file %s\\n' "$path"; printf '%s\\n' "$config" | mask | lines; fi
done
printf '@end\\n'
exit 0
`

/** Every running Caddy: asked at its own admin address, and where that is off or silent, its file is adapted by Caddy. */
export const sections = (): readonly SectionSpec[] => [
  script({
    id: 'caddy',
    alone: true,
    display: 'curl http://127.0.0.1:2019/config/ of a running Caddy, or caddy adapt of its file; passwords masked',
    script: SCRIPT,
    maxBytes: 4_194_304,
    timeoutMs: 8_000,
  }),
]
