/** Owner and mode of one model directory, and of what lies below it: counted by kind, with examples of each kind. */
export interface ModelFile {
  readonly path: string
  /** For a symbolic link the link itself: its mode means nothing, its target is judged where it lies. */
  readonly type: 'directory' | 'file' | 'symlink' | 'other'
  /** Name, or the number where no account has it. */
  readonly owner: string
  readonly group: string
  /** Permission bits, e.g. 0o750. */
  readonly mode: number
  readonly size: number
  /** A directory between the model directory and this entry keeps other accounts out. */
  readonly closed: boolean
  /** Where a symbolic link leads, as written in it. */
  readonly target?: string | undefined
  /** Line of section `model-files`. */
  readonly line: number
}

/** Everything below that agrees in type, owner, group, mode and `closed`. */
export interface ModelFileKind extends Omit<ModelFile, 'path' | 'size' | 'target'> {
  readonly count: number
  readonly bytes: number
  /** Some of their paths, the first ones met. */
  readonly examples: readonly ModelFile[]
}

/** Who owns what below one model directory, and who may read or change it. */
export interface ModelDirectory {
  readonly path: string
  readonly exists: boolean
  /** The directory itself; absent when it does not exist or could not be seen. */
  readonly self?: ModelFile | undefined
  /** The directories above it, from `/` down, as far as the audit account could see. */
  readonly parents: readonly ModelFile[]
  /** Examples of every kind. */
  readonly entries: readonly ModelFile[]
  readonly kinds: readonly ModelFileKind[]
  /** False when the listing was cut or a part could not be entered: then nothing below may pass. */
  readonly complete: boolean
  /** Why it is not complete. */
  readonly problem?: string | undefined
  readonly line: number
}

/** The model directories of the fleet file, each as it was found. */
export interface ModelFiles {
  readonly directories: readonly ModelDirectory[]
  /** The sudoers lines that would show the rest, when sudo refused. */
  readonly sudoers?: string | undefined
}
