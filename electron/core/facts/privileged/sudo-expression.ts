/** sudoers(5), from 1.9.10 on: what begins with `^` and ends with `$` is a regular expression, POSIX extended, of a path or of all arguments. */
export const isExpression = (text: string): boolean => text.length > 1 && text.startsWith('^') && text.endsWith('$')

/**
 * The same in JavaScript; undefined for one that is too long, or could take its time: a repeated group, flags, references, classes by name. Both see the
 * rest alike, since paths and arguments are one line.
 */
export function sudoExpression(text: string): RegExp | undefined {
  if (text.length > 200 || /\)[*+?{]|\(\?|\\[\w]|\[[:.=]|[*+?}]{2}/.test(text) || (text.match(/[*+{]/g) ?? []).length > 4) return undefined
  try {
    return new RegExp(text)
  } catch {
    return undefined
  }
}
