/** One block of a section: `@tag arguments`, then lines that begin with `=`. */
export interface Block {
  readonly tag: string
  readonly arguments: string
  /** Line of the tag, from 1. */
  readonly line: number
  readonly lines: readonly { readonly text: string; readonly line: number }[]
}

/** Lines of neither kind are skipped: the scripts print none, so they are noise. */
export function blocksOf(stdout: string): readonly Block[] {
  const blocks: (Block & { readonly lines: { text: string; line: number }[] })[] = []
  for (const [index, raw] of stdout.split('\n').entries()) {
    const head = /^@([a-z-]+)(?: (.*))?$/.exec(raw)
    if (head) blocks.push({ tag: head[1] ?? '', arguments: head[2] ?? '', line: index + 1, lines: [] })
    else if (raw.startsWith('=')) blocks.at(-1)?.lines.push({ text: raw.slice(1), line: index + 1 })
  }
  return blocks
}
