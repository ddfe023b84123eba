import { componentsOf, type PathEntry } from '../../../facts/path-entry.ts'
import type { GuardedFile, GuardedFiles } from '../../../facts/privileged/privileged.ts'
import { isWithin } from '../../../is-within.ts'

/** What stands behind a path: the file itself, the links passed on the way, and the directories that were seen. */
export interface Found {
  readonly path: string
  readonly file?: GuardedFile | undefined
  /** Ready for `openEntries`: file and directories of the folders that were listed, and those above them. */
  readonly way: readonly PathEntry[]
}

const MAX_LINKS = 8

/** Follows symbolic links inside the listed folders; `file` is absent when the path leads out of them or nowhere. */
export function findGuarded(path: string, { files }: GuardedFiles, above: readonly PathEntry[]): Found {
  const byPath = new Map(files.map((file) => [file.path, file]))
  let at = path
  for (let count = 0; count < MAX_LINKS; count++) {
    const link = componentsOf(at)
      .map((component) => byPath.get(component))
      .find((file) => file?.type === 'symlink')
    if (!link) return { path: at, file: byPath.get(at), way: wayTo(at, byPath, above) }
    at = resolve(link.path.slice(0, link.path.lastIndexOf('/')), `${link.target ?? ''}${at.slice(link.path.length)}`)
  }
  return { path: at, way: [] }
}

function wayTo(path: string, byPath: ReadonlyMap<string, GuardedFile>, above: readonly PathEntry[]): readonly PathEntry[] {
  const listed = [...byPath.values()].flatMap((file): PathEntry[] =>
    file.type === 'symlink' || !isWithin(path, file.path) ? [] : [{ ...file, type: file.type }],
  )
  return [...above.filter((entry) => entry.path === '/' || path.startsWith(`${entry.path}/`)), ...listed]
}

function resolve(folder: string, target: string): string {
  const parts: string[] = []
  for (const part of (target.startsWith('/') ? target : `${folder}/${target}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}
