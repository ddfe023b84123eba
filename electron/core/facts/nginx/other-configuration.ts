/**
 * Value of `-c` in the title of a master (`nginx: master process …`) when it is not the file that was dumped. A relative one is taken below the prefix of `-p` (Kong,
 * OpenResty applications); without `-p` the build decides, and then the end of the path must fit.
 */
export function otherConfiguration(text: string, file: string): string | undefined {
  const named = /(?:^|\s)-c\s*(\S+)/.exec(text)?.[1]
  if (named === undefined || named === file) return undefined
  if (named.startsWith('/')) return named
  const prefix = /(?:^|\s)-p\s*(\S+)/.exec(text)?.[1]
  if (prefix === undefined) return file.endsWith(`/${named}`) ? undefined : named
  const full = `${prefix.replace(/\/$/, '')}/${named}`
  return full === file ? undefined : full
}
