export interface ContainerPort {
  readonly hostAddress: string
  readonly hostPort: number
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp'
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly running: boolean
  readonly runtime: 'docker' | 'podman'
  readonly ports: readonly ContainerPort[]
  /** Empty means the image's own, often root. */
  readonly user: string
  readonly hostNetwork: boolean
  readonly privileged: boolean
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly mounts: readonly { readonly source: string; readonly destination: string; readonly readOnly: boolean }[]
  readonly pid: number
  readonly line: number
}

export interface Containers {
  readonly runtimes: readonly ('docker' | 'podman')[]
  readonly containers: readonly Container[]
}
