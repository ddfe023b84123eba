import { basename } from 'node:path/posix'
import { type Container, SHARED } from '../containers/containers.ts'
import type { Unit } from '../units/units.ts'

/** Options of `podman run` and `docker run` that take no value, as Podman 5.8 and Docker 28.2 list them (podman-run(1), docs.docker.com). */
const alone = new Set(
  `-d --detach --rm --rmi --replace --init --privileged --read-only --read-only-tmpfs -i --interactive -t --tty -P --publish-all --no-hosts --no-hostname
  --rootfs --unsetenv-all --use-api-socket -q --quiet --tls-verify --disable-content-trust --http-proxy --oom-kill-disable --no-healthcheck --sig-proxy --passwd --env-host -it -ti -dit`.split(
    /\s+/,
  ),
)

/**
 * What a unit starts in a container of its own, as a Quadlet is made into one (podman-systemd.unit(5)) or somebody wrote it by hand: a container
 * that is not there while the unit is stopped. Undefined when it starts none.
 */
export function containerOfUnit({ execStart, activeState, lines }: Unit): Container | undefined {
  const runtime = basename(execStart[0] ?? '')
  if (runtime !== 'podman' && runtime !== 'docker') return undefined
  const [command, ...words] = commandOf(execStart.slice(1))
  if (command !== 'run') return undefined
  const options: [name: string, value: string][] = []
  let at = 0
  for (; words[at]?.startsWith('-') && words[at] !== '--'; at += 1) {
    const [, name = '', value] = /^(-[^=]*)(?:=(.*))?$/s.exec(words[at] ?? '') ?? []
    if (value !== undefined || alone.has(name)) options.push([name, value ?? 'true'])
    // `-p8080:80` of one letter and its value.
    else if (/^-[a-z]./.test(name) && !name.startsWith('--')) options.push([name.slice(0, 2), name.slice(2)])
    else {
      at += 1
      options.push([name, words[at] ?? ''])
    }
  }
  if (words[at] === '--') at += 1
  const image = words[at]
  if (image === undefined) return undefined
  const valuesOf = (...names: string[]) => options.flatMap(([name, value]) => (names.includes(name) ? [value] : []))
  const published = valuesOf('-p', '--publish')
  const ports = published.flatMap(portOf)
  const network = valuesOf('--network', '--net').at(-1) ?? ''
  const gpus = valuesOf('--gpus').flatMap(gpusOf)
  return {
    id: '',
    name: valuesOf('--name').at(-1) ?? '',
    image,
    running: activeState === 'active',
    runtime,
    ports,
    ...((ports.length < published.length ||
      valuesOf('-P', '--publish-all', '--pod', '--pod-id-file').some((value) => value !== 'false')) && {
      portsUnknown: 'its unit publishes ports that it does not name',
    }),
    // Of a Quadlet in a `.pod` the pod publishes; of one with Network=NAME.container the other container.
    ...(/^(?:container|ns):/.test(network) && { portsUnknown: SHARED }),
    // What pasta is told to lead by words of its own, it leads beside what is published (podman-run(1), --network; passt(1)).
    ...(/^pasta:(?:.*,)?(?:-[tu]|--(?:tcp|udp)-ports)(?:[,=]|$)/.test(network) && {
      portsUnknown: 'its network leads ports that are not published',
    }),
    user: valuesOf('-u', '--user').at(-1) ?? '',
    hostNetwork: network === 'host',
    privileged: valuesOf('--privileged').some((value) => value !== 'false'),
    addedCapabilities: valuesOf('--cap-add').flatMap((value) => value.split(',')),
    droppedCapabilities: valuesOf('--cap-drop').flatMap((value) => value.split(',')),
    deviceRules: valuesOf('--device-cgroup-rule'),
    ...(gpus.length > 0 && { gpus }),
    hostProcesses: valuesOf('--pid').at(-1) === 'host',
    devices: valuesOf('--device').map((value) => value.split(':', 1)[0] ?? ''),
    command: words.slice(at + 1),
    environment: Object.fromEntries(
      valuesOf('-e', '--env').flatMap((word) => (word.includes('=') ? [[word.split('=', 1)[0], word.slice(word.indexOf('=') + 1)]] : [])),
    ),
    mounts: [
      ...valuesOf('-v', '--volume').map((word) => {
        const [source = '', destination = '', flags = ''] = word.split(':')
        return { source, destination, readOnly: /(?:^|,)ro(?:,|$)/.test(flags) }
      }),
      ...valuesOf('--mount').map(boundBy),
      // Docker since 28: its own socket.
      ...valuesOf('--use-api-socket').flatMap((value) => (value === 'false' ? [] : [API_SOCKET])),
    ].filter(({ source, destination }) => source.startsWith('/') && destination.startsWith('/')),
    pid: 0,
    inspected: false,
    restartPolicy: '',
    line: lines.ExecStart ?? 0,
  }
}

const API_SOCKET = { source: '/var/run/docker.sock', destination: '/var/run/docker.sock', readOnly: false }

/** Options before the command that have a value, as Podman 5.8 and Docker 28.2 list them. */
const valued =
  /^(?:-[cHl]|--(?:config|connection|context|host|log-level|url|identity|root|runroot|storage-driver|storage-opt|cgroup-manager|runtime|runtime-flag|network-cmd-path|network-config-dir|conmon|hooks-dir|module|tmpdir|cdi-spec-dir|events-backend|imagestore|out|ssh|volumepath|tls(?:cacert|cert|key|-ca|-cert|-key)))$/

/** The command and what follows: without options of the program itself, and `run` for `container run`. */
function commandOf(words: readonly string[]): readonly string[] {
  let at = 0
  while (words[at]?.startsWith('-')) at += valued.test(words[at] ?? '') ? 2 : 1
  return words.slice(words[at] === 'container' ? at + 1 : at)
}

/** `all`, `2` (the first two), `device=0,GPU-…` with quotes around it (docs.docker.com, `docker run --gpus`). */
function gpusOf(value: string): readonly string[] {
  const fields = value.replace(/["']/g, '').split(',')
  const [first = ''] = fields
  const count = first.replace(/^count=/, '')
  if (/^(?:all|-1)$/.test(count)) return ['all']
  if (/^\d{1,2}$/.test(count)) return Array.from({ length: Number(count) }, (_, index) => String(index))
  return fields.map((field) => field.replace(/^device=/, '')).filter((field) => field !== '' && !field.includes('='))
}

/** `type=bind,source=/,destination=/host,ro` (podman-run(1), docker run --mount). */
function boundBy(word: string): Container['mounts'][number] {
  const fields = word.split(',').map((field): [string, string] => {
    const at = field.indexOf('=')
    return at < 0 ? [field, 'true'] : [field.slice(0, at), field.slice(at + 1)]
  })
  const lastOf = (...names: string[]) => fields.findLast(([name]) => names.includes(name))?.[1]
  const readOnly = /^(?:true|1)$/.test(lastOf('ro', 'readonly') ?? '')
  return { source: lastOf('source', 'src') ?? '', destination: lastOf('destination', 'dst', 'target') ?? '', readOnly }
}

/** `[address:][port:]port[/protocol]`; an address of IPv6 stands in brackets. Ranges and other protocols are not told. */
function portOf(word: string): Container['ports'][number][] {
  const match = /^(?:(\[[0-9a-f:.]+\]|[0-9.]*):)?(?:(\d*):)?(\d+)(?:\/(tcp|udp))?$/i.exec(word)
  if (!match) return []
  const [, first, second, inside = '', protocol = 'tcp'] = match
  // With one colon the first part is the port of the host.
  const [address, port] = second === undefined ? ['', first ?? ''] : [first ?? '', second]
  if (/[.[]/.test(port)) return []
  const hostAddress = address === '' ? '0.0.0.0' : address.replace(/^\[|\]$/g, '')
  return [{ hostAddress, hostPort: Number(port), containerPort: Number(inside), protocol: protocol as 'tcp' | 'udp' }]
}
