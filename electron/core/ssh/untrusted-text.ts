/**
 * Makes one line or paragraph that a server chose fit for showing: no control characters (so no terminal escapes), no characters that
 * reorder or hide text (Unicode bidirectional controls, zero-width), bounded length. It stays text; it is never markup or a command.
 */
export function shown(text: string, maximumLength: number): string {
  const plain = text
    .replace(/\r\n?/g, '\n')
    // ESC [ … letter and ESC ] … BEL as a whole, so that their printable tail does not stay behind.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g, '')
    .replace(/[^\P{C}\n\t]/gu, '')
    .replace(/\t/g, ' ')
    .trim()
  return plain.length <= maximumLength ? plain : `${plain.slice(0, maximumLength - 1)}…`
}
