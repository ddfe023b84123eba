/** One module of the stack that sshd asks to authenticate somebody (pam.d(5)). */
export interface PamModule {
  /** What follows from each result: `success`, `default` and others, to an action or the number of modules to jump over. */
  readonly on: Readonly<Record<string, PamAction>>
  /** `pam_google_authenticator`. */
  readonly name: string
  readonly arguments: readonly string[]
  readonly text: string
  /** Line of section `pam`. */
  readonly line: number
}

export type PamAction = 'ok' | 'done' | 'bad' | 'die' | 'ignore' | 'reset' | number

/** A part of the stack that ends by itself: `done` and `die` within a substack do not end what is around it. */
export interface PamSubstack {
  readonly substack: readonly PamEntry[]
}
export type PamEntry = PamModule | PamSubstack

export interface Pam {
  /** In the order in which they are asked. */
  readonly auth: readonly PamEntry[]
  /** Why it is not all there: files that are included and were not read, lines that could not be read. */
  readonly incomplete?: string | undefined
}
