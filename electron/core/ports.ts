import type { Duplex } from 'node:stream'
import type { Failure } from '#shared/errors.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { StatedDigests } from '#shared/model/model-expected.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import type { ChangedKey, PromptRequest } from '#shared/model/prompt.ts'

/** What the world must supply. Core never reaches for any of it by itself, so the app, the CLI, tests and e2e run the same code. */
export interface Ports {
  readonly clock: Clock
  readonly log: Log
  readonly paths: Paths
  readonly secrets: SecretStore
  /** Connections for one fleet. The shipped one is `core/ssh`; tests may bring another. */
  readonly createTransport: (fleet: Fleet, prompts: PromptPort) => Transport
  /** Starts the embedded demo fleet; absent where there is none. */
  readonly startDemo?: () => Promise<DemoFleet>
  /** Tells the window that something of this kind is different now. Names are those of `shared/ipc/channels.ts`. */
  readonly changed: (event: string) => void
  /** Account of the person at this console: stands beside what is decided here. */
  readonly account: string
  /** Version of this program, for reports and the store. */
  readonly version: string
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
/** `fields` never carries a secret or raw host output. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, string | number | boolean>>) => void

export interface Paths {
  /** Folder of the database and Gatehouse's own known_hosts, 0700. */
  readonly data: string
  readonly home: string
}

export interface PromptPort {
  /** Answers in the order of the fields, or null when the admin declines. Rejects with `prompt.unavailable` when nobody is there. */
  ask(request: PromptRequest, signal: AbortSignal): Promise<readonly string[] | null>
  /** A host key that differs from the pinned one: shown, never asked. */
  reportChangedKey(changed: ChangedKey): void
}

/** Sound storage for secrets. When the platform has none, `available` is false and nothing is ever stored. */
export interface SecretStore {
  readonly available: boolean
  get(name: string): Promise<string | undefined>
  set(name: string, value: string): Promise<void>
  delete(name: string): Promise<void>
}

/** Stages of a connection, in order, as shown while one is made. */
export type ConnectStage = 'tcp' | 'handshake' | 'authentication' | 'ready'

export interface ConnectOptions {
  readonly signal: AbortSignal
  readonly onStage?: (stage: ConnectStage, hop: string) => void
  /** A new login to the host (not to its jump hosts), whatever is open: proves that it can still be reached. */
  readonly fresh?: boolean
  /**
   * With `fresh`: the login waits for this, which never rejects; the way there and the keys do not. What ended before it was due is begun anew then, and
   * nobody else gets the connection before it is logged in.
   */
  readonly loginAfter?: Promise<void> | undefined
  /** For files that hardly deflate: a connection of its own, without compression. */
  readonly bulk?: boolean
  /** When the work that this is for was begun (`performance.now`): what was declined or failed before that is no answer to it. */
  readonly since?: number
}

export interface ExecOptions {
  readonly stdin?: string
  /**
   * Input before `stdin` that by itself does nothing, such as functions that `stdin` calls. A transport may start the command with it before it is
   * needed, to wait on the host, and anew when it ended before it said a word: not for commands that change something.
   */
  readonly ahead?: string
  /** With `ahead`: what a command is given that has not had `ahead`, in place of both, where that begins before all of it has arrived. */
  readonly afresh?: () => string
  /**
   * With `ahead`: what the command prints last of all when it has done what `stdin` asked, and goes on reading. Where `onStdout` stopped reading and this came
   * soon, a transport may keep the command, and give it nothing but `stdin` for the same `ahead` later.
   */
  readonly rests?: string
  /** Input after `stdin`, as fast as the host takes it. Its failure is that of the command. */
  readonly feed?: AsyncIterable<Uint8Array>
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** The command is on its way to the server. Where that cannot be told, no sooner than `onRuns`; again where it is begun anew. */
  readonly onAsked?: () => void
  /** The server says that the command runs, and what is to be fed is on its way; again where it is begun anew. A transport that cannot tell never calls it. */
  readonly onRuns?: () => void
  /** Chunks as they arrive. Return false to stop reading: the channel is closed. */
  readonly onStdout: (chunk: Buffer) => boolean | undefined
  readonly onStderr?: (chunk: Buffer) => void
}

export interface ExecResult {
  /** Null when the command died of a signal or the reader stopped it. */
  readonly exitCode: number | null
  readonly signal?: string | undefined
}

/** One authenticated SSH connection to one host, multiplexed. All methods reject with a `GatehouseError`. */
export interface HostSession {
  exec(command: string, options: ExecOptions): Promise<ExecResult>
  /** A `direct-tcpip` channel from the last jump host to this host's address (RFC 4254, 7.2); from here when there is no jump host. */
  openTcp(port: number, signal: AbortSignal): Promise<Duplex>
  /** Files of the host, to read (SFTP). Everything under way on it ends with `signal`. */
  openFiles(signal: AbortSignal): Promise<RemoteFiles>
  close(): void
}

/** A regular file of a host, open for reading: bytes at offsets. */
export interface RemoteFile {
  readonly path: string
  readonly size: number
  /** Rejects with `models.unreadable` when the file became shorter. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer>
  close(): Promise<void>
}

export interface RemoteFiles {
  /** Only regular files, no links. Rejects with `models.unreadable`. */
  open(path: string, signal?: AbortSignal): Promise<RemoteFile>
  close(): void
}

export interface JumpState {
  readonly name: string
  readonly state: 'idle' | 'connecting' | 'connected' | 'failed'
  /** Last keepalive round trip. */
  readonly roundTripMs?: number | undefined
  readonly failure?: Failure | undefined
}

/** A fleet that lives in this process. It brings its own transport, since its keys and host keys are made anew each time. */
export interface DemoFleet {
  readonly fleet: Fleet
  readonly createTransport: (prompts: PromptPort, changed?: Ports['changed']) => Transport
  /** Digests that an admin read for its models. */
  readonly expectations: readonly { readonly model: string; readonly url: string; readonly stated: StatedDigests }[]
  /** How its models came to be approved. */
  readonly registrations: readonly Registration[]
  stop(): Promise<void>
}

/** How hosts are reached. */
export interface Transport {
  connect(host: Host, options: ConnectOptions): Promise<HostSession>
  jumpStates(): readonly JumpState[]
  /** Closes every connection that it opened. */
  close(): Promise<void>
}
