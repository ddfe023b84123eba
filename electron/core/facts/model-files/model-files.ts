/** Owner and mode of model directories and the files below them, counted and with the worst named. */
export interface ModelFile {
  readonly path: string
  readonly type: 'directory' | 'file' | 'symlink' | 'other'
  readonly owner: string
  readonly group: string
  /** Permission bits, e.g. 0o750. */
  readonly mode: number
  readonly size: number
  readonly line: number
}

export interface ModelDirectory {
  readonly path: string
  readonly entries: readonly ModelFile[]
  /** The listing was cut or a part could not be entered: nothing below may pass. */
  readonly complete: boolean
}

export interface ModelFiles {
  readonly directories: readonly ModelDirectory[]
}
