/** One file of a pack, made piece by piece when it is written. */
export interface PackFile {
  /** Relative, with forward slashes. */
  readonly path: string
  readonly pieces: Iterable<string | Uint8Array>
}

/** Files that are about the others, and so are not listed in `SHA256SUMS`. */
export const SUMS = 'SHA256SUMS'
export const SIGNATURE = 'SHA256SUMS.sig'
export const SSH_SIGNATURE = 'SHA256SUMS.sshsig'
export const PUBLIC_KEY = 'console-key.pub.pem'
export const SIGNERS = 'allowed_signers'
export const aboutTheSums: readonly string[] = [SUMS, SIGNATURE, SSH_SIGNATURE, PUBLIC_KEY, SIGNERS]

export const LEDGER = 'ledger/ledger.jsonl'
export const LEDGER_HEAD = 'ledger/ledger.head'
