import type { FileEdit, FileKind } from '#shared/model/push-template.ts'

/** One file of a push, as the host is told. */
export interface HostFile {
  readonly kind: FileKind
  readonly path: string
  readonly uid: number
  readonly gid: number
  readonly mode: string
  readonly before: string
  readonly after: string
  readonly content: string
  /** The content ends with 64 random hexadecimal digits, made there, and the end of the line. */
  readonly random: boolean
  /** The content is made on the host instead, out of what is there. */
  readonly edit?: Edit | undefined
}

export interface Edit {
  readonly rule: FileEdit
  readonly names: readonly string[]
}
