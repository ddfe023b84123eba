/** One file of the dump, and where its first line stands in it. */
export interface DumpedFile {
  readonly path: string
  readonly text: string
  /** Line of the dump (from 1) that is the file's first line. */
  readonly firstLine: number
}

const marker = /^# configuration file (\/.*):\r?$/

/**
 * Splits the output of `nginx -T`. Each file stands in it once, in the order in which nginx first opened it, after a line
 * `# configuration file PATH:`, and a newline is added after it. A second marker for the same path is a comment inside a file.
 */
export function splitDump(stdout: string): readonly DumpedFile[] {
  const lines = stdout.split('\n')
  const starts: { path: string; at: number }[] = []
  const seen = new Set<string>()
  lines.forEach((line, at) => {
    const path = marker.exec(line)?.[1]
    if (path === undefined || seen.has(path)) return
    seen.add(path)
    starts.push({ path, at })
  })
  return starts.map(({ path, at }, index) => ({
    path,
    text: lines.slice(at + 1, starts[index + 1]?.at ?? lines.length).join('\n'),
    firstLine: at + 2,
  }))
}
