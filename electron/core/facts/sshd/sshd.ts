/** Effective settings of `sshd -T`, keys in lower case; several lines of one key keep their order. */
export interface Sshd {
  readonly settings: Readonly<Record<string, readonly { readonly value: string; readonly line: number }[]>>
}
