/** A host as an import found it, before it is known whether it fits the fleet. */
export interface Candidate {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string | undefined
  readonly identityFiles: readonly string[]
  /** Jump hosts in the order they are passed. */
  readonly via: readonly Hop[]
}

export interface Hop {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly user: string | undefined
  readonly identityFiles: readonly string[]
}

export interface Skipped {
  readonly what: string
  readonly reason: string
}

export interface ImportResult {
  readonly candidates: readonly Candidate[]
  readonly skipped: readonly Skipped[]
}
