import { rootOwned } from '../facts/access/collect.ts'
import { fnmatch } from '../facts/fnmatch.ts'

/**
 * May a word of a rule stand for a file whose writer is root by another name? sudoedit edits nothing in a folder that its user may write, and follows no
 * links there (sudoers(5), sudoedit_checkdir), and its stars stand for no slash.
 */
export function isRootFile(word: string): boolean {
  const fixed = word.slice(0, word.search(/[*?[]|$/))
  return (
    fixed.startsWith('/') &&
    rootOwned.some((path) => fixed === path || fixed.startsWith(`${path}/`) || (fixed !== word && fnmatch(word, path, true) !== false))
  )
}
