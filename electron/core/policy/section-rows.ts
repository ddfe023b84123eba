import { oncePer } from '../facts/once-per.ts'
import type { SectionOutput } from '../probe/section.ts'

/** Rows of a text, without the empty one behind its last line feed. */
export function rowsOf(text: string): readonly string[] {
  const rows = text.split('\n')
  if (rows.at(-1) === '') rows.pop()
  return rows
}

/** Rows of what a section printed. Each finding that cites it asks for them, and for its digest again. */
export const printedRows = oncePer(({ stdout }: SectionOutput) => rowsOf(stdout))
