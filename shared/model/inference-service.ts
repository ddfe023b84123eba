import type { Pod } from './pod.ts'

/** Engines that Gatehouse knows in depth. */
export const engines = ['ollama', 'vllm', 'llama.cpp', 'localai'] as const
export type Engine = (typeof engines)[number]

/** A running or installed inference server, however it is run. */
export interface InferenceService {
  /** Stable within a host: the unit, the pod with its container, the container name, or `<engine>:<port>` for a bare process. */
  readonly id: string
  readonly engine: Engine
  readonly how: 'systemd' | 'container' | 'process'
  readonly unit?: string | undefined
  readonly container?: string | undefined
  /** What a container is made from, where a unit starts it: the Quadlet (podman-systemd.unit(5)), or the unit itself. */
  readonly madeFrom?: { readonly unit: string; readonly path: string; readonly quadlet: boolean } | undefined
  /** The pod that it runs in; `how` is `container` then. */
  readonly pod?: Pod | undefined
  readonly running: boolean
  /** Main process first. */
  readonly pids: readonly number[]
  /** Account it runs as, and its uid; absent when it could not be read. */
  readonly user?: string | undefined
  readonly uid?: number | undefined
  /** Command line of the main process, word by word. */
  readonly argv: readonly string[]
  /** Environment that is known: unit, drop-ins, container or /proc. `undefined` when nothing could be read. Values of keys and tokens are masked. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** False when a file, a shell or a wrapper may set or override some of it. */
  readonly environmentComplete?: boolean
  /** Sockets it accepts traffic on, as the rest of the network sees them (a published container port is the host's). */
  readonly binds: readonly ServiceBind[]
  /** Why `binds` may lack something. When absent, `binds` is all there is; empty then means no TCP socket that others could see. */
  readonly bindUnknown?: string | undefined
  /** It has a network of its own without being a container (network_namespaces(7)): what listens in there, and addresses of it but loopback. */
  readonly ownNetwork?: { readonly sockets: readonly string[]; readonly addresses: readonly string[] } | undefined
  /** Ports that its configuration names inside its container, where it has a network of its own. */
  readonly containerPorts?: readonly number[] | undefined
  /** Those of them that others in that network may reach: its configuration does not keep them on the loopback interface inside. */
  readonly openInside?: readonly number[] | undefined
  /** Sockets between its own parts (workers, PyTorch's store), not its API. */
  readonly internalBinds?: readonly ServiceBind[] | undefined
  /** Where its own words have it listen, while no socket of it is there yet: it loads its model first. */
  readonly awaitedBinds?: readonly ServiceBind[] | undefined
  /** What its unit says, so what a restart would bring. Absent when that is not known; empty when it uses a unix socket only. */
  readonly configuredBinds?: readonly ServiceBind[] | undefined
  /** Is its own key required? `none` when the engine has no such thing or it is not set; `placeholder`: one that guides print, which everybody knows. */
  readonly apiKey: 'set' | 'placeholder' | 'none' | 'unknown'
  readonly version?: string | undefined
  /** Of the container or pod it runs in; `line` in section `containers`. */
  readonly image?: { readonly name: string; readonly line: number } | undefined
  /** Model directories it reads, from flags and environment. */
  readonly modelPaths: readonly string[]
}

export interface ServiceBind {
  readonly address: string
  readonly port: number
  readonly scope: 'loopback' | 'wildcard' | 'specific'
  /** Where this was seen: the section and its line (from 1). */
  readonly section: string
  readonly line: number
  /** `observed` on a socket, or `configured` only (service stopped, or socket owner unreadable). */
  readonly basis: 'observed' | 'configured'
  /** What makes it less certain, e.g. that the owner of the socket could not be read. */
  readonly note?: string | undefined
  /** Words of the line that decide it, e.g. `--host 0.0.0.0`. */
  readonly token?: string | undefined
}

export const engineNames: Readonly<Record<Engine, string>> = {
  ollama: 'Ollama',
  vllm: 'vLLM',
  'llama.cpp': 'llama.cpp',
  localai: 'LocalAI',
}
