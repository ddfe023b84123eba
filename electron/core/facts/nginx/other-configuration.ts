/**
 * The file in the title of a master (`nginx: master process …`) when it is not the one that was dumped: by `-c`, a relative one below the prefix of `-p` (Kong,
 * OpenResty applications); by `-p` alone where the build has no place of its own for it, which then is `conf/nginx.conf`. Where the build decides, the end of the path must fit.
 */
export function otherConfiguration(text: string, file: string): string | undefined {
  const named = namedFile(text)
  const prefix = /(?:^|\s)-p\s*(\S+)/.exec(text)?.[1]?.replace(/\/$/, '')
  if (named === undefined) return prefix === undefined || !file.endsWith(BUILT_IN) ? undefined : unless(file, prefix + BUILT_IN)
  if (named.startsWith('/')) return unless(file, named)
  return prefix === undefined ? (file.endsWith(`/${named}`) ? undefined : named) : unless(file, `${prefix}/${named}`)
}

/** Value of `-c`. */
export const namedFile = (text: string): string | undefined => /(?:^|\s)-c\s*(\S+)/.exec(text)?.[1]

const BUILT_IN = '/conf/nginx.conf'

const unless = (file: string, other: string): string | undefined => (other === file ? undefined : other)
