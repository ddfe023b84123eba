/** One file or directory: who owns it and what its mode allows. Symbolic links are followed. */
export interface PathEntry {
  readonly path: string
  readonly type: 'directory' | 'file' | 'device' | 'other'
  readonly owner: string
  readonly group: string
  /** Permission bits, e.g. 0o750. */
  readonly mode: number
  /** Line of the section that printed it. */
  readonly line: number
}

/** For `stat -L -c`, of coreutils and of BusyBox alike. The path comes last, since it may hold anything. */
export const statFormat = '%F/%a/%U/%G/%n'

/** One line of `statFormat`: `regular file/644/root/root//etc/passwd`. Undefined for anything else. */
export function parsePathEntry(text: string, line: number): PathEntry | undefined {
  const match = /^([a-z ]{1,40})\/([0-7]{1,5})\/([^/\s]{1,256})\/([^/\s]{1,256})\/(\/.*)$/.exec(text)
  if (!match) return undefined
  const [, type = '', mode = '', owner = '', group = '', path = ''] = match
  return { path, type: typeOf(type), owner, group, mode: Number.parseInt(mode, 8), line }
}

function typeOf(words: string): PathEntry['type'] {
  if (words === 'directory') return 'directory'
  if (words.startsWith('regular')) return 'file'
  return /^(?:character|block) /.test(words) ? 'device' : 'other'
}

/** `/a/b/c` → `/`, `/a`, `/a/b`, `/a/b/c`. */
export function componentsOf(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '')
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)]
}
