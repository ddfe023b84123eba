/**
 * One word for a POSIX shell (XCU 2.2.2): everything between single quotes is literal, and a quote is closed, escaped and reopened.
 * The only way in which Gatehouse puts a value into shell text. Throws on NUL, which no shell word can hold.
 */
export function shellQuote(word: string): string {
  if (word.includes('\0')) throw new RangeError('a shell word cannot hold NUL')
  return `'${word.replaceAll("'", "'\\''")}'`
}

/** The same for people: quotes only what a shell would not take as it is. */
export const shellDisplay = (word: string): string => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : shellQuote(word))
