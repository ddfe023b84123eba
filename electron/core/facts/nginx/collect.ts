import { command, type SectionSpec, script } from '../../probe/section.ts'

/** Where packages and hand-made builds put the program: Debian and RHEL, FreeBSD style, upstream's default prefix, OpenResty. */
const nginxPrograms = [
  '/usr/sbin/nginx',
  '/usr/local/sbin/nginx',
  '/usr/local/nginx/sbin/nginx',
  '/opt/nginx/sbin/nginx',
  '/usr/local/openresty/nginx/sbin/nginx',
] as const

const [program, ...alternatives] = nginxPrograms

/** `-T` opens keys, logs and the pid file, so it needs root (nginx(8)). */
export const nginxDump = command({
  id: 'nginx',
  argv: [program, '-T'],
  alternatives,
  privilege: 'sudo',
  maxBytes: 8_388_608,
  expectedMs: 25,
})

/** Where the programs above have their files. */
const CONFIGURATION = '/etc/nginx /usr/local/nginx/conf /usr/local/openresty/nginx/conf /opt/nginx/conf'

/**
 * Where none runs in a container: `@changed PATH` for each file of the configuration that changed (ctime), and each folder in which something came or went (mtime), after the workers of the one nginx of
 * the host began, which those of a reload do: the oldest that is not shutting down. By the clock of the kernel and by that of find(1), which a session may have set otherwise; two seconds of grace, since the kernel tells the start of the host by the second. Nothing is said where several run, or find(1) is too small.
 * nginx in containers, where the account reaches the daemon by itself: its own `nginx -v -T` inside the container, of the file that its master says it was started with,
 * which is what it has in effect, files of the image and mounted ones alike. Nobody is given a sudo line for it: names of containers are data, and whoever may choose one may enter any. What a
 * container prints stands behind a blank, so that it can pose as no other. A daemon that docker.socket would start is not asked.
 */
const CONTAINED = `exec 9>&1
found= seen=0
for file in $(grep -lsxF nginx /proc/[0-9]*/comm 2>/dev/null); do
  [ "$((seen += 1))" -le 2000 ] || break
  found="$found \${file%comm}cgroup"
done
ids=
[ -z "$found" ] || ids=$(grep -hoE '(docker|libpod)[-/][0-9a-f]{64}' $found 2>/dev/null)
if [ -z "$ids" ]; then
  loaded= master= boot=
  for file in $found; do
    file=\${file%cgroup} title=
    read -r stat <"\${file}stat" && set -- \${stat##*) } || continue
    IFS= read -r title <"\${file}cmdline"
    case "$found $title" in *shutting*) ;; *" /proc/$2/cgroup"*)
      [ "\${master:=$2}" = "$2" ] || { loaded=; break; }
      [ -n "$loaded" ] && [ "$loaded" -le "\${20}" ] || loaded=\${20} ;;
    esac
  done 2>/dev/null
  [ -z "$loaded" ] || { IFS=. read -r up rest && while read -r key boot rest <&3; do [ "$key" != btime ] || break; done; } </proc/uptime 3</proc/stat
  at="@$((boot + loaded / 100 + 2))" ago="$((up - loaded / 100 - 2)) seconds ago"
  [ -z "$boot" ] || find -L ${CONFIGURATION} ! -path '*[! -~]*' \\( ! -type d -newerct "$at" -newerct "$ago" -o -type d -newermt "$at" -newermt "$ago" \\) -printf '@changed %p\\n' 2>/dev/null
  printf '@end\\n'
  exit 0
fi
ids=$(printf '%s\\n' "$ids" | sed 's/.*[-/]//' | sort -u | head -n 12)
runtimes=
for runtime in docker podman; do
  command -v "$runtime" >/dev/null 2>&1 || continue
  case $runtime in
    docker) case $(systemctl is-active docker.socket docker.service 2>/dev/null | tr '\\n' ' ') in 'active inactive ' | 'active failed ') continue ;; esac ;;
    podman) [ "$(id -u)" = 0 ] || continue ;;
  esac
  runtimes="$runtimes $runtime"
done
for id in $ids; do
  printf '@container %s\\n' "$id"
  said= file=
  masters=$(grep -lE "(docker|libpod)[-/]$id" $found 2>/dev/null | sed 's/cgroup$/cmdline/' | tr '\\n' '\\000' | xargs -0 cat 2>/dev/null | tr '\\n\\000' ' \\n' | sed -n 's/^nginx: master process.*/@master &/p')
  [ -z "$masters" ] || printf '%s\\n' "$masters" | cut -c1-1000
  case $masters in *' -c '*) file=\${masters##* -c } file=\${file%% *} ;; esac
  case $file in *[!A-Za-z0-9/._-]* | [!/]*) file= ;; esac
  for runtime in $runtimes; do
    "$runtime" container inspect --format ok "$id" >/dev/null 2>&1 || continue
    said=$({ "$runtime" exec "$id" nginx -v -T \${file:+-c "$file"} </dev/null | sed 's/^/ /' >&9; } 2>&1)
    break
  done
  printf '@said\\n'
  printf '%s\\n' "$said" | head -n 20 | cut -c1-300 | sed 's/^/ /'
done
printf '@end\\n'
`

export const containedNginx = script({
  id: 'nginx-containers',
  display:
    'docker exec CONTAINER nginx -v -T [-c FILE], of every container in which nginx runs; where none does, find -newerct in the folders of its configuration',
  script: CONTAINED,
  maxBytes: 8_388_608,
  waits: true,
  timeoutMs: 10_000,
})

/** `-V` needs no root and prints on stderr. */
export const sections = (): readonly SectionSpec[] => [
  nginxDump,
  command({ id: 'nginx-version', argv: [program, '-V'], alternatives, privilege: 'none', maxBytes: 65_536 }),
  containedNginx,
]
