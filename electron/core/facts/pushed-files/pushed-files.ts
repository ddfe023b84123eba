/** A file that this console pushed to the host, held against what is there now. */
export interface PushedFile {
  readonly path: string
  readonly state: (typeof pushedStates)[number]
  readonly template: string
  /** Id of the push that it comes from. */
  readonly push: string
  /** Lines with `+`, `-` or a space before them, from what was pushed to what is there; empty where one of the two is not known. */
  readonly diff: readonly string[]
  /** Line of section `pushed-files`. */
  readonly line: number
}

export const pushedStates = ['as-pushed', 'changed', 'gone', 'unreadable'] as const
