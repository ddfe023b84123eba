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
  /** First ExecStart, word by word. */
  readonly execStart: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Paths of EnvironmentFile=, which may hold more. */
  readonly environmentFiles: readonly string[]
  readonly fragmentPath: string
  readonly dropIns: readonly string[]
  /** Every other property asked for, as printed: NoNewPrivileges, ProtectSystem … */
  readonly properties: Readonly<Record<string, string>>
  /** Line of each property in section `units`. */
  readonly lines: Readonly<Record<string, number>>
}
