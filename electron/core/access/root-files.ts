import { rootOwned, rootRuns } from '../facts/access/collect.ts'
import { fnmatch } from '../facts/fnmatch.ts'
import { isWithin } from '../is-within.ts'

/** Engines have libraries of their own below /usr/local/lib. */
const known = [...rootOwned, ...rootRuns.filter((path) => path !== '/usr/local/lib')]

/** Variables of a server’s unit, which are those of its account. */
const OF_SERVERS = /^\/etc\/(?:default|sysconfig)\/[^/*?[]*(?:ollama|vllm|llama|local-?ai|sglang|triton|litellm|webui|nginx|caddy)[^/*?[]*$/

/**
 * May a word of a rule stand for a file whose writer is root by another name? sudoedit edits nothing in a folder that its user may write, and follows no
 * links there (sudoers(5), sudoedit_checkdir), and its stars stand for no slash.
 */
export function isRootFile(word: string): boolean {
  const fixed = word.slice(0, word.search(/[*?[]|$/))
  return (
    fixed.startsWith('/') &&
    !OF_SERVERS.test(word) &&
    known.some((path) => isWithin(fixed, path) || (fixed !== word && fnmatch(word, path, true) !== false))
  )
}
