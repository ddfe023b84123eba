import { type SectionSpec, script } from '../../probe/section.ts'

/**
 * Finds a running Caddy, asks its admin endpoint on loopback for the configuration in effect (a GET, which changes nothing), and where that
 * does not answer lets Caddy itself say what its file means (`caddy adapt`, as the audit account). Lines are broken before `"` and `{` after a
 * comma or bracket, which the reader undoes. Values that are passwords or stand for keys in headers are masked on the host.
 */
const SCRIPT = `mask() {
  sed -E -e 's/("key" *: *")-----BEGIN[^"]*/\\1masked/g' -e 's/("(password|api_token|api_key|secret|secret_key|token|mac_key|auth_token)" *: *")[^"]*/\\1masked/g' -e 's/("[A-Za-z-]*([Aa]pi-?[Kk]ey|[Tt]oken|[Aa]uthorization|[Ss]ecret|[Cc]ookie)" *: *\\[ *")[^"*{][^"]*/\\1masked/g' -e 's|://[^/@"[:space:]]*@|://masked@|g'
}
lines() { awk '{ gsub(/,"/, ",\\n\\""); gsub(/\\{"/, "{\\n\\""); gsub(/\\[\\{/, "[\\n{"); gsub(/,\\{/, ",\\n{"); print }' | sed 's/^/:/'; }
# STEPPATH and the others are set so that Caddy, whose libraries make folders below $HOME when they start, leaves nothing behind.
quiet() { env STEPPATH=/ HOME=/dev/null XDG_CONFIG_HOME=/dev/null XDG_DATA_HOME=/dev/null "$@" 2>/dev/null; }
get() {
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
found=
for file in $(grep -lsxE 'caddy[a-z0-9._-]*' /proc/[0-9]*/comm 2>/dev/null | head -n 5); do
  pid=\${file#/proc/} pid=\${pid%/comm}
  cgroup=
  while IFS= read -r line; do case $line in 0::* | *:name=systemd:*) cgroup=\${line#*:*:} ;; esac; done <"/proc/$pid/cgroup" 2>/dev/null
  case $cgroup in *docker*|*libpod*|*containerd*|*kubepods*|*crio*|*lxc*) printf '@container %s\\n' "$pid"; continue ;; esac
  argv=$(tr '\\n\\000' '\\001\\n' <"/proc/$pid/cmdline" 2>/dev/null)
  case "
$argv
" in *"
run
"*|*"
start
"*) found=$pid; break ;; esac
done
[ -n "$found" ] || { printf '@end\\n'; exit 0; }
printf '@process %s\\n' "$found"
program=$(command -v caddy) || { program=/usr/local/bin/caddy; [ -x "$program" ] || program=; }
[ -n "$program" ] && printf '@version %s\\n' "$(quiet "$program" version | head -n 1)"
path=$(printf '%s\\n' "$argv" | awk 'want { print; exit } /^--?config=/ { sub(/^[^=]*=/, ""); print; exit } /^--?(config|c)$/ { want = 1 }')
adapter=$(printf '%s\\n' "$argv" | awk 'want { print; exit } /^--?adapter=/ { sub(/^[^=]*=/, ""); print; exit } /^--?(adapter|a)$/ { want = 1 }')
resume=$(printf '%s\\n' "$argv" | grep -E '^--?resume$')
[ -n "$path" ] || path=/etc/caddy/Caddyfile
[ -n "$resume" ] || imports
config=$(get 127.0.0.1:2019) && case $config in '{'*) printf '@admin 127.0.0.1:2019\\n'; printf '%s\\n' "$config" | mask | lines; printf '@end\\n'; exit 0 ;; esac
if [ -n "$resume" ]; then printf '@unread it was started with --resume, so no file says what it does\\n'
elif ! [ -r "$path" ] || ! [ -f "$path" ]; then printf '@unread %s could not be read\\n' "$path"
else case $path in
  *.json) if [ -z "$adapter" ]; then printf '@file %s\\n' "$path"; head -c 4000000 "$path" | mask | lines; printf '@end\\n'; exit 0; fi ;;
esac
  if grep -sqF '{$' "$path"; then printf '@unread %s takes values from variables of its process\\n' "$path"
  elif [ -z "$program" ]; then printf '@unread its program was not found\\n'
  elif config=$(quiet "$program" adapt --config "$path" \${adapter:+--adapter "$adapter"}); then
    printf '@file %s\\n' "$path"; printf '%s\\n' "$config" | mask | lines
  else printf '@unread caddy adapt does not accept %s\\n' "$path"; fi
fi
printf '@end\\n'
exit 0
`

export const sections = (): readonly SectionSpec[] => [
  script({
    id: 'caddy',
    display: 'curl http://127.0.0.1:2019/config/ of a running Caddy, or caddy adapt of its file; passwords masked',
    script: SCRIPT,
    maxBytes: 4_194_304,
    timeoutMs: 8_000,
  }),
]
