import { z } from 'zod'
import type { Container, Containers } from './containers.ts'
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
  Ports: z.record(z.string(), z.array(z.object({ HostIp: text, HostPort: z.string() })).nullable()).nullish(),
  RestartPolicy: text,
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
})

const podmanRowSchema = z.object({
  Id: z.string().min(12),
  Names: texts,
  Image: text,
  Command: texts,
  State: text,
  Pid: z.number().nullish(),
  Networks: texts,
  Ports: z
    .array(z.object({ host_ip: text, host_port: z.int(), container_port: z.int(), range: z.int().nullish(), protocol: text }))
    .nullish(),
})

type Runtime = Container['runtime']

/** Reads the `containers` section: one part per runtime below its `@runtime how` line, closed by `@end`. */
export function parseContainers(stdout: string): ContainersResult {
  const lines = stdout.split('\n')
  if (!lines.includes('@end')) return { ok: false, reason: 'the answer is cut short', denied: false }
  const runtimes: Runtime[] = []
  const containers: Container[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const header = /^@(docker|podman) (inspect|list|denied|stopped)$/.exec(lines[at] ?? '')
    if (!header) continue
    const runtime = header[1] as Runtime
    const next = lines.findIndex((line, index) => index > at && line.startsWith('@'))
    if (header[2] === 'denied') return { ok: false, reason: `${runtime} is installed, but the audit account may not ask it`, denied: true }
    runtimes.push(runtime)
    const found = readPart(runtime, header[2] === 'inspect', lines.slice(at + 1, next), at + 2)
    if (!found) return { ok: false, reason: `${runtime} printed an unknown form`, denied: false }
    containers.push(...found)
  }
  return { ok: true, containers: { runtimes, containers } }
}

function readPart(runtime: Runtime, inspected: boolean, lines: readonly string[], firstLine: number): readonly Container[] | undefined {
  try {
    if (!inspected && runtime === 'podman') return readPodmanList(lines, firstLine)
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
  const ports = Object.entries(found.Ports ?? {}).flatMap(([key, hosts]) => {
    const [port, protocol] = key.split('/')
    return (hosts ?? []).map(({ HostIp, HostPort }) => ({
      hostAddress: HostIp || '0.0.0.0',
      hostPort: Number(HostPort),
      containerPort: Number(port),
      protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
    }))
  })
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ''),
    image: found.Image,
    running: found.Running,
    runtime,
    ports,
    user: found.User,
    hostNetwork: found.NetworkMode === 'host',
    privileged: found.Privileged,
    command: [found.Path, ...found.Args].filter((word) => word !== ''),
    environment: Object.fromEntries(found.Env.map((entry) => [entry.split('=', 1)[0] ?? '', entry.slice(entry.indexOf('=') + 1)])),
    mounts: (found.Mounts ?? []).map(({ Source, Destination, RW }) => ({ source: Source, destination: Destination, readOnly: !RW })),
    pid: found.Pid ?? 0,
    inspected: true,
    restartPolicy: found.RestartPolicy,
    line,
  }
}

const listedOnly = { user: '', privileged: false, environment: {}, mounts: [], inspected: false, restartPolicy: '' } as const

function fromDockerRow(row: unknown, line: number): Container {
  const found = dockerRowSchema.parse(row)
  return {
    ...listedOnly,
    id: found.ID,
    name: found.Names.split(',')[0] ?? '',
    image: found.Image,
    // State came with Docker 20.10; before it only the words of Status tell.
    running: found.State === '' ? /^Up\b/.test(found.Status) : found.State === 'running' || found.State === 'paused',
    runtime: 'docker',
    ports: readListedPorts(found.Ports),
    hostNetwork: found.Networks.split(',').includes('host'),
    command: found.Command.replace(/^"|"$/g, '')
      .split(' ')
      .filter((word) => word !== ''),
    pid: 0,
    line,
  }
}

function readPodmanList(lines: readonly string[], firstLine: number): readonly Container[] {
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
        running: found.State === 'running',
        runtime: 'podman',
        ports: (found.Ports ?? []).flatMap((port) =>
          Array.from({ length: Math.min(port.range || 1, 1000) }, (_, offset) => ({
            hostAddress: port.host_ip || '0.0.0.0',
            hostPort: port.host_port + offset,
            containerPort: port.container_port + offset,
            protocol: port.protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
          })),
        ),
        // `podman ps` does not tell the network mode; a host-network container publishes nothing and is seen by its own sockets.
        hostNetwork: found.Networks.length === 0 && (found.Ports ?? []).length === 0,
        command: found.Command,
        pid: found.Pid ?? 0,
        line: firstLine + Math.max(at, 0),
      }
    })
}
