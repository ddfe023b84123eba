export interface ContainerPort {
  readonly hostAddress: string
  /** 0: chosen when it starts. */
  readonly hostPort: number
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp'
}

/** Ports stand with the container that the network belongs to: that of a pod's sandbox, or a service of Compose. */
export const SHARED = 'it shares the network of another container'

/** Of a service of Swarm that publishes to all nodes, its containers are in this network (docs.docker.com, engine/swarm/ingress), and none of them lists the port. */
export const INGRESS = 'ingress'
export const BY_SWARM = 'it is in the network of Swarm that publishes ports, which no container lists'

export interface ContainerNetwork {
  readonly name: string
  /** Of the container in it. Empty when only the listing could be read. */
  readonly addresses: readonly string[]
  /** Of the host in it: from these comes what Docker passes on by a program of its own (docker-proxy). Absent when not told. */
  readonly gateways?: readonly string[] | undefined
  /** By which others in it reach the container: its name, that of its service, aliases. Absent where the network has no names (the default bridge). */
  readonly names?: readonly string[] | undefined
}

/** A container as `docker inspect` or `podman inspect` tells it; where that was not allowed, as the list does (`inspected`). */
export interface Container {
  /** 64 hexadecimal digits; stands in the cgroup of its processes. */
  readonly id: string
  readonly name: string
  readonly image: string
  readonly running: boolean
  readonly runtime: 'docker' | 'podman'
  /** Of a stopped container: what it will publish when it starts. */
  readonly ports: readonly ContainerPort[]
  /** Why it may publish more than `ports`. */
  readonly portsUnknown?: string | undefined
  /** Empty means the image's own, often root. Only meaningful when `inspected`. */
  readonly user: string
  readonly hostNetwork: boolean
  /** Id of the container whose network it shares: what is known of that one stands in `ports`, `hostNetwork` and `networks`. */
  readonly networkOf?: string | undefined
  /** Those that it is attached to; empty when it has none. Absent: not told, or it uses the network of something else. */
  readonly networks?: readonly ContainerNetwork[] | undefined
  readonly privileged: boolean
  /** As they were asked for: `SYS_ADMIN`, `CAP_SYS_ADMIN` or `ALL`. Absent, as the next three, where only the listing could be read. */
  readonly addedCapabilities?: readonly string[] | undefined
  /** Written the same way. */
  readonly droppedCapabilities?: readonly string[] | undefined
  readonly hostProcesses?: boolean | undefined
  /** Of the host, by their names there. */
  readonly devices?: readonly string[] | undefined
  /** Kinds of devices that it may open beside those, once it makes them with mknod(1): `b 8:* rmw` (`--device-cgroup-rule`). Absent where nothing tells, as with Podman. */
  readonly deviceRules?: readonly string[] | undefined
  /** GPUs by number, UUID or name of the Container Device Interface, or `all`, as `--gpus` asked for them. Absent where it did not, or nothing tells. */
  readonly gpus?: readonly string[] | undefined
  /** Entry point and its words. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly mounts: readonly { readonly source: string; readonly destination: string; readonly readOnly: boolean }[]
  /** 0 when it is not running or not known. */
  readonly pid: number
  /** False when only the listing could be read: user, privileged, environment, mounts and pid are then not known. */
  readonly inspected: boolean
  /** Restart policy, e.g. `unless-stopped`; empty when not known. */
  readonly restartPolicy: string
  /** The unit that made it, as Podman notes it (label PODMAN_SYSTEMD_UNIT): of a Quadlet, or of `podman kube play` in one. Absent when not told. */
  readonly unit?: string | undefined
  /** Files of Compose that it was made from. Absent when it was made otherwise. */
  readonly madeFrom?: readonly string[] | undefined
  readonly line: number
}

/** A file of Compose, or one of variables beside it, that every account may read, with the names of what it sets to a secret. */
export interface OpenComposeFile {
  readonly path: string
  /** The file of Compose that it was found by, where it is another. */
  readonly of?: string | undefined
  readonly secrets: readonly string[]
  readonly line: number
}

/** A running container of a pod, as the node's own runtime lists it. */
export interface PodContainer {
  readonly id: string
  /** Its name and tag where the runtime still knows one; else the hash. */
  readonly image: string
  readonly line: number
}

/** All containers of a host. Without runtimes nothing that could be asked is installed. */
export interface Containers {
  readonly runtimes: readonly ('docker' | 'podman')[]
  readonly containers: readonly Container[]
  /** Empty where no runtime of a kubelet was asked, or it did not answer. */
  readonly podContainers: readonly PodContainer[]
  readonly openComposeFiles?: readonly OpenComposeFile[] | undefined
}
