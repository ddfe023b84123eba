/** One row below a header. */
export interface BlockRow {
  readonly text: string
  readonly line: number
}

/** A header of a section's output and the rows up to the next one. */
export interface Block {
  /** Words after the name. */
  readonly words: string
  /** Line of the header. */
  readonly line: number
  readonly rows: readonly BlockRow[]
}

/**
 * Reads what scripts print that gather several small things: `@name words` begins a block, rows of it begin with `=`. Whatever the host
 * puts into a row, it cannot begin a block of its own; other lines are dropped.
 */
export function readBlocks(stdout: string): ReadonlyMap<string, readonly Block[]> {
  const blocks = new Map<string, Block[]>()
  let rows: BlockRow[] | undefined
  for (const [index, text] of stdout.split('\n').entries()) {
    const header = /^@([a-z][a-z-]{0,39})(?: (.*))?$/.exec(text)
    if (header?.[1]) {
      rows = []
      const block = { words: header[2] ?? '', line: index + 1, rows }
      const before = blocks.get(header[1])
      if (before) before.push(block)
      else blocks.set(header[1], [block])
    } else if (text.startsWith('=')) rows?.push({ text: text.slice(1), line: index + 1 })
  }
  return blocks
}
