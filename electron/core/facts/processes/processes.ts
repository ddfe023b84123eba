import type { Listener } from '#shared/model/listener.ts'
import type { Confinement } from './confinement.ts'
import type { SeenFiles } from './seen-files.ts'

/** What /var/log/containers and /var/log/pods name of a pod. */
export interface PodLogs {
  readonly paths: readonly string[]
  /** Neither could be listed. */
  readonly unread: boolean
  /** Its first row in section `processes`. */
  readonly line: number
}

/** A file that configures a kubelet: its own (`config`), one laid over it (`drop-in`), or flags that k3s hands to it (`k3s`). */
export interface KubeletFile {
  /** `words`: what its unit starts it with, of k3s, which hides that; `variables`: a file of variables of that unit. */
  readonly kind: 'config' | 'drop-in' | 'k3s' | 'words' | 'variables'
  readonly path: string
  readonly lines: readonly string[]
}

export interface KubeletFiles {
  /** All words of its command line were read. */
  readonly whole: boolean
  readonly files: readonly KubeletFile[]
  /** Files and folders that say more and could not be read. */
  readonly unread: readonly string[]
}

/** A network of its own that a process runs in (network_namespaces(7)), where it is no container. */
export interface OwnNetwork {
  /** TCP sockets that listen in it, whoever holds them. */
  readonly sockets: readonly { readonly address: string; readonly port: number; readonly scope: Listener['scope'] }[]
  /** Other processes in it. */
  readonly beside: readonly number[]
  /** There are more of them. */
  readonly moreBeside: boolean
}

/** What a process may still do and gain (capabilities(7), proc_pid_status(5)). */
export interface Held {
  /** Capabilities that it has, and those that it can ever gain. */
  readonly effective: bigint
  readonly bounding: bigint
  readonly noNewPrivileges: boolean
  /** A filter of system calls is on. */
  readonly filtered: boolean
  readonly line: number
}

/** The last word of a row of ps that was cut. No mask of a secret takes it for the end of one. */
export const CUT = '-[cut]'

/** A process at the moment of the look, by ps(1) and /proc. */
export interface Process {
  readonly pid: number
  readonly ppid: number
  readonly user: string
  /** Effective user id. -1 where ps (BusyBox) does not tell and the process was no candidate. */
  readonly uid: number
  /** Short name (comm). */
  readonly name: string
  /** Command line word by word where /proc was readable, else split at blanks. Secrets are masked. */
  readonly argv: readonly string[]
  /** More words stand behind these. */
  readonly cut?: true | undefined
  /** The program that it really runs, when root could read it; with ` (deleted)` where the file is gone. */
  readonly executable?: string | undefined
  /** Package that owns the program; null when none does. Absent when that is not known, as in containers. */
  readonly package?: string | null | undefined
  /** cgroup path, when read: names the unit or container. */
  readonly cgroup?: string | undefined
  /** Names that the kubelet gave the logs of the pod it runs in. Absent when it runs in none. */
  readonly podLogs?: PodLogs | undefined
  /** Next hops of its default IPv4 routes, for a process in a container of Docker or Podman; `0.0.0.0` for a route without one. */
  readonly gateways?: readonly string[] | undefined
  /** Addresses of its own network but loopback, for a process in a container or pod, or in a network of its own: those of the host where it uses its network. */
  readonly addresses?: readonly string[] | undefined
  /** Absent where it has the network of the host, and in containers. */
  readonly ownNetwork?: OwnNetwork | undefined
  /** What a process in a container or pod can do to its host. */
  readonly confinement?: Confinement | undefined
  /** Of an inference server or nginx in no container that sees other files than the host, or the same at other places. */
  readonly seenFiles?: SeenFiles | undefined
  /** Variables that matter to inference engines, when the audit account may read them. Secrets are masked. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** Variables of files that LocalAI reads by itself, where its environment does not name them; the first one counts. */
  readonly dotenv?: { readonly variables: Readonly<Record<string, string>>; readonly unread: boolean } | undefined
  /** What the kernel holds it to (proc(5), status); of candidates alone. */
  readonly held?: Held | undefined
  /** What configures it, of a kubelet and of k3s. */
  readonly kubelet?: KubeletFiles | undefined
  /** Row of ps in section `processes`. */
  readonly line: number
}
