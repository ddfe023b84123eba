import type { HostPush } from '#core/push/host/program.ts'
import type { HostFile } from '#core/push/templates/host-file.ts'
import type { DemoFile, DemoHost } from './demo-host.ts'

/** What arrived of a deployment that is not in its place yet: the folder `.gatehouse-…` of a real host. */
export interface DemoArrival {
  /** By SHA-256. Of what arrived in part: how many bytes, and those up to the last that is not zero. */
  readonly parts: Map<string, { readonly bytes: number; readonly head: Buffer }>
  readonly done: Map<string, DemoFile>
}

/** A push that is open on a simulated host: what `/var/lib/gatehouse-push` is on a real one. */
interface OpenPush {
  readonly push: HostPush
  /** Second since the epoch. */
  readonly since: number
  readonly marks: Set<string>
  readonly old: DemoHost
  /** From when on the restarted service has been up for a while. */
  settledAtMs: number
  /** When the undo that is armed runs. */
  dueAtMs: number
  /** While the undo is armed. */
  undo?: NodeJS.Timeout | undefined
}

/** A simulated host that can change: its model, and what a push left on it. */
export interface DemoMachine {
  now(): DemoHost
  /** In one word, as `gh_state` of `core/push` says it: of a file whose content is kept, owner and mode alone. */
  state(file: Pick<HostFile, 'path' | 'before' | 'after'>): string
  /** What a push puts in place; undefined for one that goes. */
  made(file: HostFile): DemoFile | undefined
  /** Files put in place; undefined takes one away. */
  put(files: readonly (readonly [string, DemoFile | undefined])[]): void
  /** Reads the files of a unit and starts its program anew, with what they say. */
  restart(unit: string): void
  /** Ends the processes of a unit, with their sockets. */
  stop(unit: string): void
  /** Starts them as the host had them at first, with what the files of the unit say. */
  start(unit: string): void
  /** Starts or stops a container that the host had at first, with its processes and published ports. */
  runContainer(id: string, runs: boolean): void
  /** How often a unit or container was started, and what systemd said of it since. */
  readonly runs: ReadonlyMap<string, number>
  readonly said: { readonly at: number; readonly unit: string; readonly text: string }[]
  open: OpenPush | undefined
  /** What was there before a push that was committed, by its id. */
  readonly kept: Map<string, DemoHost>
  /** Files in quarantine, by their id. */
  readonly aside: Map<string, DemoFile>
  /** Deployments that are not in their place yet, by the folder in which they are put together. */
  readonly arriving: Map<string, DemoArrival>
}
