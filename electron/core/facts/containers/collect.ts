import { type SectionSpec, script } from '../../probe/section.ts'
import { decisiveVariables, knownKeys, maskSecrets, secretNames, wantedVariables } from '../processes/candidates.ts'
import { composeScript } from './compose-script.ts'

/**
 * Fields of `inspect` that both Docker and Podman know, as one JSON object per container. Names are those of the Go structs: Podman knows no
 * `.Id`, Docker knows both. PortBindings says what a stopped container will publish.
 */
const TEMPLATE = [
  '{"Id":{{json .ID}},"Name":{{json .Name}},"Image":{{json .Config.Image}},"Running":{{json .State.Running}},"Pid":{{json .State.Pid}}',
  '"User":{{json .Config.User}},"Env":{{json .Config.Env}},"Path":{{json .Path}},"Args":{{json .Args}},"Mounts":{{json .Mounts}}',
  '"NetworkMode":{{json .HostConfig.NetworkMode}},"Privileged":{{json .HostConfig.Privileged}},"CapAdd":{{json .HostConfig.CapAdd}},"CapDrop":{{json .HostConfig.CapDrop}},"PidMode":{{json .HostConfig.PidMode}},"Devices":{{json .HostConfig.Devices}},"Ports":{{json .NetworkSettings.Ports}},"Networks":{{json .NetworkSettings.Networks}}',
  '"Compose":{{json (index .Config.Labels "com.docker.compose.project.config_files")}},"Bindings":{{json .HostConfig.PortBindings}},"RestartPolicy":{{json .HostConfig.RestartPolicy.Name}}}',
].join(',')

/** What `--gpus` and `--device-cgroup-rule` gave, as docker since 19.03 knows it: Podman and older ones would refuse the whole template. */
const OF_DOCKER = '"DeviceRequests":{{json .HostConfig.DeviceRequests}},"DeviceRules":{{json .HostConfig.DeviceCgroupRules}},'

/**
 * Variables of a container whose values are read, as a basic regular expression: those of engines, and how other programs authenticate.
 * Of all others only the names leave the host.
 */
const READ = [...wantedVariables, ...decisiveVariables]
  .join('|')
  .replace(/[()|?]/g, '\\$&')
  .replaceAll('+', '\\{1,\\}')

/**
 * Where the audit account reaches the daemon by itself (root), `inspect` tells all. Otherwise sudo may run one exact listing, which
 * names image, state and published ports; ids cannot stand in a sudoers line without wildcards, so `inspect` is not asked for.
 * A key that everybody knows is told as one, but where other keys stand beside it.
 * Podman's list has one word a line, so the words after a flag that carries keys are masked line by line.
 * A part says what it must hold, so that a container whose `inspect` fails is missed: the number of containers, or Podman's version.
 * A daemon that docker.socket would start is not asked: looking starts nothing. What it would tell is then unknown.
 * Of pods only names of images are asked (crictl of cri-tools, which k3s brings as well): what else they are stands in the cluster.
 * Rootless Podman of other accounts is not listed by either; its processes still show in `processes`.
 */
const SCRIPT = `template=$1 read=$2 of_docker=$3 known=$4 named=$5 secrets=$6
secret='[A-Za-z0-9_]*\\(KEYS*\\|TOKENS*\\|SECRET\\|PASSWO*R*D\\)'
char='\\(\\\\.\\|[^"\\\\]\\)'
word='\\(\\\\.\\|[^" \\\\]\\)'
user='\\(\\\\.\\|[^/"\\\\[:space:]]\\)' account='\\(\\\\.\\|[^:/"\\\\[:space:]]\\)'
flags="--\\{0,1\\}$named"
end="\\(,\\"\\"\\|,\\"[^-\\"\\\\]$char*\\"\\)*/\\1\\"****\\"/g"
given="s/\\(\\"$flags\\"\\),\\"$known\\"\\(,\\"-\\|]\\)/\\1<,p>\\5/g"
hide=":start
/^[[:space:]]*\\"$flags\\",$/{
:next
n
/^[[:space:]]*\\"[^-]/{
s/\\"$char\\{1,\\}\\"/\\"****\\"/
b next
}
b start
}
s/\\"\\($secret\\)=$known\\"/\\"\\1:=<placeholder>\\"/g
s/\\"\\($secret\\)=$char\\{1,\\}\\"/\\"\\1=****\\"/g
s/\\($secret\\)=$word\\{1,\\}/\\1=****/g
$given
$given
s/\\(\\"$flags\\)=$known\\"/\\1<=p>\\"/g
s/\\(\\"$flags\\",[[:space:]]*\\)\\"$char\\{1,\\}\\"$end
s/\\(\\"$flags\\"\\(,\\"\\"\\)*,\\)\\"[^-\\"\\\\]$char*\\"$end
s/\\($flags[= ]\\)'*\\(\\\\\\\\.\\|[^' \\"\\\\]\\)$word*/\\1****/g
$secrets
s#://$account*\\(:*\\)$user*@#://\\2****@#g
s/\\(\\([?&]\\|u0026\\)$named=\\)[^&\\"\\\\[:space:]]*/\\1****/g
s/<,p>/,\\"<placeholder>\\"/g
s/<=p>/=<placeholder>/g"
names_only="s/\\"\\($read\\)=/\\"\\1:=/g
s/\\"\\([A-Za-z_][A-Za-z0-9_.-]*\\)=$char\\{1,\\}\\"/\\"\\1=****\\"/g
s/\\"\\($read\\):=/\\"\\1=/g
s/:=<placeholder>/=<placeholder>/g"
${composeScript}look() {
  runtime=$1 number=$2
  command -v "$runtime" >/dev/null 2>&1 || return 0
  if [ "$runtime" = docker ]; then case $(systemctl is-active docker.socket docker.service 2>/dev/null | tr '\\n' ' ') in
    'active inactive ' | 'active failed ') printf '@docker asleep\\n'; return 0 ;;
  esac; fi
  if [ "$(id -u)" = 0 ] || [ "$runtime" = docker ]; then
    if ids=$("$runtime" container ls --all --no-trunc --quiet 2>/dev/null); then
      printf '@%s inspect %s\\n' "$runtime" "$(printf '%s' "$ids" | grep -c .)"
      ids=$(printf '%s\\n' "$ids" | head -n 200)
      listed=$([ -z "$ids" ] || "$runtime" inspect --type container --format "{$more\${template#?}" $ids 2>/dev/null | sed "$hide" | sed "$names_only")
      printf '%s\\n' "$listed"
      composed "$listed"
      return 0
    fi
  fi
  if listed=$(gh_sudo "$number"); then
    version=$([ "$runtime" = docker ] || "$runtime" --version 2>/dev/null)
    printf '@%s list %s\\n%s\\n' "$runtime" "\${version##* }" "$listed" | sed "$hide"
    composed "$listed"
  elif [ "$runtime" = docker ] && ! [ -S /run/docker.sock ] && ! [ -S /var/run/docker.sock ]; then printf '@docker stopped\\n'
  else printf '@%s denied\\n' "$runtime"
  fi
}
pods() {
  [ -x /usr/local/bin/crictl ] || [ -x /usr/bin/crictl ] || return 0
  if listed=$(gh_sudo 3 2>/dev/null); then printf '@cri list\\n%s\\n' "$listed"; else printf '@cri unread\\n'; fi
}
version=$(docker --version 2>/dev/null)
case $version in *podman*) ;; *) case $version in *' version 1'[0-8].*) more= ;; *) more=$of_docker ;; esac; look docker 1 ;; esac
more=
look podman 2
pods
printf '@end\\n'
`

const containers = script({
  id: 'containers',
  expectedMs: 100,
  waits: true,
  display: 'docker and podman: container ls --all, inspect; crictl ps',
  script: SCRIPT,
  parameters: [TEMPLATE, READ, OF_DOCKER, knownKeys, secretNames, maskSecrets],
  // Where sudo cannot resolve the name of its host it waits for DNS at each call, and there may be two.
  timeoutMs: 25_000,
  privileged: [
    {
      argv: ['/usr/bin/docker', 'container', 'ls', '--all', '--no-trunc', '--format', '{{.|json}}'],
      alternatives: ['/usr/local/bin/docker', '/snap/bin/docker'],
    },
    { argv: ['/usr/bin/podman', 'container', 'ls', '--all', '--no-trunc', '--format', 'json'], alternatives: ['/usr/local/bin/podman'] },
    { argv: ['/usr/local/bin/crictl', 'ps', '--no-trunc', '--resolve-image-path'], alternatives: ['/usr/bin/crictl'] },
  ],
})

/** Containers of Docker and Podman with what they may do, and images of pods; of those daemons that the audit account may ask. */
export const collectContainers = (): readonly SectionSpec[] => [containers]
