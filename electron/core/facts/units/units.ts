import type { PathEntry } from '../path-entry.ts'

/** A systemd service as `systemctl show` reports it: effective, drop-ins merged. */
export interface Unit {
  /** `ollama.service`. */
  readonly id: string
  readonly activeState: string
  readonly unitFileState: string
  readonly mainPid: number
  /** Empty means root. */
  readonly user: string
  readonly group: string
  readonly supplementaryGroups: readonly string[]
  readonly dynamicUser: boolean
  /** First ExecStart, word by word. systemctl joins words by blanks, so a word that holds one is split here. */
  readonly execStart: readonly string[]
  /** What systemd gives to every unit, Environment= and the readable EnvironmentFile=, each laid over the one before (systemd.exec(5)). Secrets are masked. */
  readonly environment: Readonly<Record<string, string>>
  /** False when an EnvironmentFile= could not be read, PassEnvironment= hands one on, or systemctl could not print one: some may be missing or overridden. */
  readonly environmentComplete: boolean
  /** Where each variable got its value: the path of an environment file, `systemd` for what it gives to every unit, or empty for Environment=. */
  readonly environmentSources: Readonly<Record<string, string>>
  /** Paths of EnvironmentFile=, which may hold more. */
  readonly environmentFiles: readonly string[]
  readonly fragmentPath: string
  /** The file that a generator made it from: a Quadlet, a script of init. Empty when it is a file of its own. */
  readonly sourcePath: string
  /** Program of the first ExecStart, where it lies on the host; its bare name where it was not seen, and empty when there is none. */
  readonly program: string
  /** Where systemd looks for what the unit starts, and found none: whoever puts one there has it started. */
  readonly sought?: readonly string[] | undefined
  /** Every file and directory that leads to the unit file, its drop-ins, environment files and program; links followed. */
  readonly paths: readonly PathEntry[]
  /** Where paths of ReadWritePaths= and BindPaths= that lie behind a link really are; systemd follows it. Only of those that a link leads elsewhere. */
  readonly links?: Readonly<Record<string, string>> | undefined
  /** `systemd-analyze security`; absent where it was not printed. */
  readonly exposure?: UnitExposure | undefined
  /** Of ExecStart= and of all that runs before, beside and after it. Empty where its systemd does not tell (before 243). */
  readonly commands?: readonly UnitCommand[] | undefined
  readonly dropIns: readonly string[]
  /** Of the files above, but for the program, those that changed since it was started. */
  readonly newerFiles?: readonly { readonly path: string; readonly line: number }[] | undefined
  /** Engines that run in it, as the kernel holds them. Absent where it was not asked. */
  readonly runningAs?: readonly RunningAs[] | undefined
  /** Every property as printed: NoNewPrivileges, ProtectSystem … Absent: its systemd does not know it, or cannot print it. */
  readonly properties: Readonly<Record<string, string>>
  /** Line of each property in section `units`; `Environment:NAME` is where that variable got its value. */
  readonly lines: Readonly<Record<string, number>>
}

export interface UnitCommand {
  /** `ExecStart`, `ExecStartPre`. */
  readonly setting: string
  readonly program: string
  /** Scripts that its program, a shell or an interpreter, is handed by their whole path; not of ExecStart. */
  readonly scripts: readonly string[]
  /** Begins with `+` or `!`: as root, whatever User= says (systemd.service(5), Command lines). */
  readonly asRoot: boolean
  /** Begins with `-`: it may fail, and so may not be there. */
  readonly optional: boolean
}

/** What of a unit runs, and is not held to what the unit sets. */
export interface RunningAs {
  readonly pid: number
  /** Row in section `processes`. */
  readonly line: number
  /** Capabilities that it holds, by name. */
  readonly effective: readonly string[]
  /** Settings of the unit that the kernel does not hold it to. */
  readonly without: readonly string[]
}

/** How exposed systemd itself finds a unit: 0 (nothing) to 10. The figure differs between versions of systemd. */
export interface UnitExposure {
  readonly figure: number
  /** `UNSAFE`, `EXPOSED`, `MEDIUM`, `OK`, `SAFE`. */
  readonly word: string
  readonly line: number
  /** What adds most to it, weightiest first. */
  readonly reasons: readonly { readonly setting: string; readonly weight: number; readonly line: number }[]
}
