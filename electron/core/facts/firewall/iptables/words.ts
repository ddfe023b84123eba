/** Splits one line of `iptables-save`. Words with blanks stand in double quotes, in which `\"` and `\\` are escaped. */
export function splitWords(line: string): string[] {
  const words: string[] = []
  for (const [whole, quoted] of line.matchAll(/"((?:[^"\\]|\\.)*)"|[^\s"]+/g)) {
    words.push(quoted === undefined ? whole : quoted.replaceAll(/\\(.)/g, '$1'))
  }
  return words
}
