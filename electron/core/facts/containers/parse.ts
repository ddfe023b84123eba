import { z } from 'zod'
import { BY_SWARM, type Container, type Containers, INGRESS, type OpenComposeFile, type PodContainer, SHARED } from './containers.ts'
import { readListedPorts } from './ports.ts'

export type ContainersResult =
  | { readonly ok: true; readonly containers: Containers }
  | { readonly ok: false; readonly reason: string; readonly denied: boolean }

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? [])
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true)

const portMap = z
  .record(z.string(), z.array(z.object({ HostIp: text, HostPort: z.string().regex(/^\d{0,5}(?:-\d{1,5})?$/) })).nullable())
  .nullish()

/** `DNSNames` came with Docker 26. */
const networkSchema = z.object({
  ...{ IPAddress: text, GlobalIPv6Address: text, Gateway: text, IPv6Gateway: text },
  ...{ Aliases: texts, DNSNames: texts },
})

const inspectedSchema = z.object({
  Id: z.string().min(12),
  Name: text,
  Image: text,
  Running: flag,
  Pid: z.number().nullish(),
  User: text,
  Env: texts,
  Path: text,
  Args: texts,
  Mounts: z.array(z.object({ Source: text, Destination: text, RW: flag })).nullish(),
  NetworkMode: text,
  Privileged: flag,
  /** Absent in what Gatehouse recorded before it asked, as are the next five. */
  CapAdd: texts,
  CapDrop: texts,
  DeviceRules: texts,
  DeviceRequests: z
    .array(z.object({ Count: z.int().nullish(), DeviceIDs: texts, Capabilities: z.array(z.array(z.string())).nullish() }))
    .nullish(),
  PidMode: text,
  Devices: z.array(z.object({ PathOnHost: text })).nullish(),
  Ports: portMap,
  /** Absent in what Gatehouse recorded before it asked. */
  Networks: z.record(z.string(), networkSchema.nullable()).nullish(),
  Bindings: portMap,
  RestartPolicy: text,
  Compose: text,
})

const dockerRowSchema = z.object({
  ID: z.string().min(12),
  Names: z.string(),
  Image: z.string(),
  Command: text,
  Ports: text,
  State: text,
  Status: text,
  Networks: text,
  Labels: text,
})

const podmanPort = z.object({ host_ip: text, host_port: z.int(), container_port: z.int(), range: z.int().nullish(), protocol: text })
/** Podman 3 (Debian 11, Ubuntu 22.04). */
const oldPodmanPort = z.object({ hostIP: text, hostPort: z.int(), containerPort: z.int(), protocol: text }).transform((port) => ({
  host_ip: port.hostIP,
  host_port: port.hostPort,
  container_port: port.containerPort,
  range: 1,
  protocol: port.protocol,
}))

const podmanRowSchema = z.object({
  Id: z.string().min(12),
  Names: texts,
  Image: text,
  Command: texts,
  State: text,
  Pid: z.number().nullish(),
  Networks: texts,
  Ports: z.array(z.union([podmanPort, oldPodmanPort])).nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
})

type Runtime = Container['runtime']

/** Reads the `containers` section: one part per runtime below its `@runtime how` line, closed by `@end`. */
export function parseContainers(stdout: string): ContainersResult {
  const lines = stdout.split('\n')
  if (!lines.includes('@end')) return { ok: false, reason: 'the answer is cut short', denied: false }
  const runtimes: Runtime[] = []
  const containers: Container[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const header = /^@(docker|podman) (inspect|list|denied|stopped|asleep)(?: (\S*))?$/.exec(lines[at] ?? '')
    if (!header) continue
    const runtime = header[1] as Runtime
    const next = lines.findIndex((line, index) => index > at && line.startsWith('@'))
    if (header[2] === 'denied') return { ok: false, reason: `${runtime} is installed, but the audit account may not ask it`, denied: true }
    if (header[2] === 'asleep')
      return { ok: false, reason: 'the Docker daemon is stopped, and asking it would start it through docker.socket', denied: false }
    runtimes.push(runtime)
    const inspected = header[2] === 'inspect'
    const found = readPart(runtime, inspected, header[3], lines.slice(at + 1, next), at + 2)
    if (!found) return { ok: false, reason: `${runtime} printed an unknown form`, denied: false }
    if (inspected && header[3] !== undefined && Number(header[3]) !== found.length)
      return { ok: false, reason: `${runtime} has ${header[3]} containers and told of ${found.length}`, denied: false }
    containers.push(...found)
  }
  const openComposeFiles = openComposeFilesIn(lines)
  return {
    ok: true,
    containers: {
      runtimes,
      containers: containers.map(withLent(containers)),
      podContainers: podContainersIn(lines),
      ...(openComposeFiles.length > 0 && { openComposeFiles }),
    },
  }
}

/** `@compose PATH<tab>FILE-OF-COMPOSE`, and a row for each name. */
const openComposeFilesIn = (lines: readonly string[]): readonly OpenComposeFile[] =>
  lines.flatMap((text, at) => {
    const [, path, of] = /^@compose (\/[^\t]{1,4000})(?:\t(\/.{1,4000}))?$/.exec(text) ?? []
    if (path === undefined) return []
    const end = lines.findIndex((line, index) => index > at && !line.startsWith('='))
    return [
      {
        path,
        ...(of !== undefined && of !== path && { of }),
        secrets: [...new Set(lines.slice(at + 1, end).map((line) => line.slice(1)))].slice(0, 20),
        line: at + 1,
      },
    ]
  })

/** Labels of Compose name its files between commas, and Docker's list puts other labels behind. */
function composedOf(label: string): { readonly madeFrom?: readonly string[] } {
  const files = label.split(',').filter((word) => /^\/.*\.ya?ml$/.test(word))
  return files.length > 0 ? { madeFrom: files } : {}
}
const COMPOSE = 'com.docker.compose.project.config_files'

/** What is published of the container whose network it shares leads to both. */
const withLent =
  (all: readonly Container[]) =>
  (container: Container): Container => {
    const lender = all.find(({ id, runtime }) => id === container.networkOf && runtime === container.runtime)
    if (!lender) return container
    const { ports, portsUnknown, hostNetwork, networks } = lender
    return { ...container, ports, portsUnknown, hostNetwork, networks }
  }

/** Rows of `crictl ps --no-trunc --resolve-image-path` below `@cri list`: id and image come first, none of which holds blanks. */
function podContainersIn(lines: readonly string[]): readonly PodContainer[] {
  const start = lines.indexOf('@cri list')
  if (start < 0) return []
  const end = lines.findIndex((line, at) => at > start && line.startsWith('@'))
  return lines.slice(start + 1, end).flatMap((text, at): PodContainer[] => {
    const [, id, image] = /^([0-9a-f]{64})\s+([^\s:/]\S{0,400})\s/.exec(text) ?? []
    return id !== undefined && image !== undefined && /[:/]/.test(image) ? [{ id, image, line: start + at + 2 }] : []
  })
}

function readPart(
  runtime: Runtime,
  inspected: boolean,
  version: string | undefined,
  lines: readonly string[],
  firstLine: number,
): readonly Container[] | undefined {
  try {
    if (!inspected && runtime === 'podman') return readPodmanList(lines, firstLine, version)
    return lines.flatMap((line, index) => {
      if (line.trim() === '') return []
      const row: unknown = JSON.parse(line)
      return [inspected ? fromInspect(runtime, row, firstLine + index) : fromDockerRow(row, firstLine + index)]
    })
  } catch {
    return undefined
  }
}

function fromInspect(runtime: Runtime, row: unknown, line: number): Container {
  const found = inspectedSchema.parse(row)
  // One that ends and is started again and again counts as running, without a process and without ports (moby, State.SetRestarting).
  const running = found.Running && found.Pid !== 0
  const ports = Object.entries((running ? found.Ports : found.Bindings) ?? {}).flatMap(([key, hosts]) => {
    const [port, protocol] = key.split('/')
    // Of a network without translation (`gateway_mode=routed`, Docker since 27) a port has none on the host: it is open at the address of the container.
    const own = (hosts ?? []).filter(({ HostPort }) => !running || HostPort !== '')
    return own.map(({ HostIp, HostPort }) => ({
      hostAddress: HostIp || '0.0.0.0',
      // A range stands for one port of it.
      hostPort: Number(HostPort.split('-')[0]),
      containerPort: Number(port),
      protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
    }))
  })
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ''),
    image: found.Image,
    running,
    runtime,
    ports,
    user: found.User,
    ...(found.NetworkMode.startsWith('container:') && { networkOf: found.NetworkMode.slice('container:'.length), portsUnknown: SHARED }),
    ...(runtime === 'docker' && INGRESS in (found.Networks ?? {}) && { portsUnknown: BY_SWARM }),
    hostNetwork: found.NetworkMode === 'host',
    networks: found.NetworkMode === 'none' ? [] : attached(found.Networks ?? {}, found.Name.replace(/^\//, '')),
    privileged: found.Privileged,
    addedCapabilities: found.CapAdd,
    droppedCapabilities: found.CapDrop,
    deviceRules: found.DeviceRules,
    gpus: (found.DeviceRequests ?? []).length > 0 ? found.DeviceRequests?.flatMap(requestedGpus) : undefined,
    hostProcesses: found.PidMode === 'host',
    devices: (found.Devices ?? []).map(({ PathOnHost }) => PathOnHost),
    // An empty word is one: `--api-key ''` is no key.
    command: [...(found.Path === '' ? [] : [found.Path]), ...found.Args],
    environment: Object.fromEntries(found.Env.map((entry) => [entry.split('=', 1)[0] ?? '', entry.slice(entry.indexOf('=') + 1)])),
    mounts: (found.Mounts ?? []).map(({ Source, Destination, RW }) => ({ source: Source, destination: Destination, readOnly: !RW })),
    pid: found.Pid ?? 0,
    inspected: true,
    restartPolicy: found.RestartPolicy,
    ...composedOf(found.Compose),
    line,
  }
}

/** As moby hands them to NVIDIA's hook (daemon/nvidia_linux.go): those that are named, the first N, or all for a negative number. */
function requestedGpus({
  Count,
  DeviceIDs,
}: {
  readonly Count?: number | null | undefined
  readonly DeviceIDs: readonly string[]
}): readonly string[] {
  if (DeviceIDs.length > 0) return DeviceIDs
  const count = Count ?? 0
  return count < 0 ? ['all'] : Array.from({ length: Math.min(count, 64) }, (_, index) => String(index))
}

/** Default networks, in which no names are resolved (docs.docker.com/engine/network; podman-network(1)). */
const UNNAMED = new Set(['bridge', 'podman', 'host', 'none'])

/** With no address in any it may share one, or be led out by a program of its own (slirp4netns, pasta). */
function attached(networks: NonNullable<z.infer<typeof inspectedSchema>['Networks']>, container: string): Container['networks'] {
  const found = Object.entries(networks).map(([name, own]) => {
    const gateways = [own?.Gateway ?? '', own?.IPv6Gateway ?? ''].filter((address) => address !== '')
    return {
      name,
      addresses: [own?.IPAddress ?? '', own?.GlobalIPv6Address ?? ''].filter((address) => address !== ''),
      ...(gateways.length > 0 && { gateways }),
      ...(!UNNAMED.has(name) && own && { names: [...new Set([container, ...own.Aliases, ...own.DNSNames])].filter((one) => one !== '') }),
    }
  })
  return found.length > 0 && found.every(({ addresses }) => addresses.length > 0) ? found : undefined
}

/** Names as a listing gives them: of a container that shares the network of another, none. */
const listed = (names: readonly string[]): Container['networks'] =>
  names.length === 0 ? undefined : names.filter((name) => name !== 'none').map((name) => ({ name, addresses: [] }))

const listedOnly = { user: '', privileged: false, environment: {}, mounts: [], inspected: false, restartPolicy: '' } as const

function fromDockerRow(row: unknown, line: number): Container {
  const found = dockerRowSchema.parse(row)
  const ports = readListedPorts(found.Ports)
  // State came with Docker 20.10; before it only the words of Status tell.
  const running = found.State === '' ? /^Up\b/.test(found.Status) : found.State === 'running' || found.State === 'paused'
  const unlisted = running ? undefined : 'docker does not list the ports of a container that is stopped'
  const networks = found.Networks.split(',').filter((name) => name !== '')
  const elsewhere = networks.includes(INGRESS) ? BY_SWARM : running && networks.length === 0 ? SHARED : undefined
  return {
    ...listedOnly,
    id: found.ID,
    name: found.Names.split(',')[0] ?? '',
    image: found.Image,
    running,
    runtime: 'docker',
    ports: ports.read,
    portsUnknown: ports.unread === undefined ? (unlisted ?? elsewhere) : `its port "${ports.unread}" has an unknown form`,
    hostNetwork: networks.includes('host'),
    networks: listed(networks),
    command: found.Command.replace(/^"|"$/g, '')
      .split(' ')
      .filter((word) => word !== ''),
    pid: 0,
    ...composedOf(found.Labels.split(`${COMPOSE}=`)[1] ?? ''),
    line,
  }
}

/** Podman 3 lists the default network for containers of any network mode; `[]` means that of the host, none, or another container's from 4 on. */
const modeUnknown = (version: string | undefined): string | undefined =>
  Number.parseInt(version ?? '', 10) >= 4 ? undefined : 'this version of podman does not list whether it uses the network of the host'

function readPodmanList(lines: readonly string[], firstLine: number, version: string | undefined): readonly Container[] {
  const rows: unknown = JSON.parse(lines.join('\n') || '[]')
  return z
    .array(podmanRowSchema)
    .parse(rows)
    .map((found) => {
      const at = lines.findIndex((line) => line.includes(found.Id))
      return {
        ...listedOnly,
        id: found.Id,
        name: found.Names[0] ?? '',
        image: found.Image,
        running: found.State === 'running' || found.State === 'paused',
        portsUnknown: (found.Ports ?? []).length === 0 && found.Networks.length > 0 ? modeUnknown(version) : undefined,
        runtime: 'podman',
        ports: (found.Ports ?? []).flatMap((port) =>
          Array.from({ length: Math.min(port.range || 1, 1000) }, (_, offset) => ({
            hostAddress: port.host_ip || '0.0.0.0',
            hostPort: port.host_port + offset,
            containerPort: port.container_port + offset,
            protocol: port.protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
          })),
        ),
        // Not the mode itself is listed; a container on the host's network publishes nothing and is seen by its own sockets.
        hostNetwork: found.Networks.length === 0 && (found.Ports ?? []).length === 0,
        networks: modeUnknown(version) === undefined ? listed(found.Networks) : undefined,
        command: found.Command,
        ...(found.Labels?.PODMAN_SYSTEMD_UNIT !== undefined && { unit: found.Labels.PODMAN_SYSTEMD_UNIT }),
        pid: found.Pid ?? 0,
        ...composedOf(found.Labels?.[COMPOSE] ?? ''),
        line: firstLine + Math.max(at, 0),
      }
    })
}
