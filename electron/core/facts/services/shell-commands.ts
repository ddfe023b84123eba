/**
 * Simple commands of a shell string, as words: quotes and backslashes are resolved (POSIX, 2.2), `;`, `&`, `|` and line feeds end a
 * command, redirections are dropped. Expansions stay as they are written. Enough to see which program `sh -c '…'` starts.
 */
export function splitCommands(text: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]]
  let word: string | undefined
  const endWord = (): void => {
    if (word !== undefined) commands.at(-1)?.push(word)
    word = undefined
  }
  const token = /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])|(\d*[<>]+&?\s*[^\s;|&<>]*)|([;&|\n(){}]+)|(\s+)|([\s\S])/g
  for (const [, single, double, escaped, redirection, separator, blank, other] of text.matchAll(token)) {
    if (separator !== undefined && !(word !== undefined && /^[{}()]+$/.test(separator))) {
      endWord()
      commands.push([])
    } else if (blank !== undefined || redirection !== undefined) endWord()
    else word = (word ?? '') + (single ?? double?.replace(/\\([\\"$`\n])/g, '$1') ?? escaped ?? separator ?? other ?? '')
  }
  endWord()
  return commands.filter((words) => words.length > 0)
}
