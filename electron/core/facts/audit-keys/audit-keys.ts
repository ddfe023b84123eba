/** One line of the audit account's own authorized_keys (sshd(8)). */
export interface AuthorizedKey {
  /** Patterns of `from="…"`; undefined when the key is accepted from anywhere. */
  readonly from?: readonly string[] | undefined
  readonly file: string
  /** In section `os`. */
  readonly line: number
}

export interface AuditKeys {
  readonly keys: readonly AuthorizedKey[]
}
