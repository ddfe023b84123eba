import type { BlockRow } from '../blocks.ts'
import { type FileLine, readNumbered } from '../privileged/read-block.ts'
import { MAX_ROWS } from './jobs-script.ts'

/**
 * Piece of the `access` script: rules of polkit in /run, which it reads since 125 (polkit(8)). No package makes that folder, so mostly this looks for one that is not
 * there; whoever makes it leaves it open, as a rule.
 */
export const polkitRunScript = `rules=/run/polkit-1/rules.d
if [ -e "$rules" ]; then echo @run-rules; grep -rn . "$rules" 2>&1 | head -n ${MAX_ROWS} | cut -c 1-4000 | sed 's/^/=/'; fi
`

/** Undefined where some could not be read. */
export function readRunRules(rows: readonly BlockRow[]): readonly FileLine[] | undefined {
  const lines = readNumbered({ rows, exitCode: 0, line: 0 })
  return lines.length < rows.length || rows.length >= MAX_ROWS ? undefined : lines
}
