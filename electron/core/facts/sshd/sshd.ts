export interface SshdSetting {
  readonly value: string
  readonly line: number
  /** `sshd` when absent; `processes` for what the daemon was started with. */
  readonly section?: string
}

/** Effective settings, keys in lower case: those of `sshd -T` under those of the daemon's command line. Several lines of one key keep their order. */
export interface Sshd {
  readonly settings: Readonly<Record<string, readonly SshdSetting[]>>
}
