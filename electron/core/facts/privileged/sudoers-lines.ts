import type { FileLine } from './read-block.ts'

const MAIN = '/etc/sudoers'
const FOLDER = '/etc/sudoers.d'

/**
 * The lines that sudo reads, in its order: continued ones joined, comments gone, the files of /etc/sudoers.d by name where they are included.
 * `elsewhere` names what is included and is not among the lines.
 */
export function inForce(lines: readonly FileLine[]): { readonly lines: readonly FileLine[]; readonly elsewhere: readonly string[] } {
  const joined = joinLines(lines).map((line) => ({ ...line, text: withoutComment(line.text).trim() }))
  const files = [...new Set(joined.map(({ file }) => file))].filter(isRead).sort()
  const elsewhere: string[] = []
  let taken = false
  const of = (file: string): readonly FileLine[] =>
    joined.flatMap((line): readonly FileLine[] => {
      if (line.file !== file || line.text === '') return []
      const [, folder, path = ''] = /^[@#]include(dir)?\s+"?(.*?)"?$/.exec(line.text) ?? []
      if (path === '') return [line]
      const own = folder !== undefined && path.replace(/\/+$/, '') === FOLDER
      if (!own) elsewhere.push(path)
      // A file of the folder that includes it again: sudo 1.9.13 goes round 128 times, complains, and keeps the rules.
      if (!own || taken || file !== MAIN) return []
      taken = true
      return files.flatMap(of)
    })
  return { lines: of(MAIN), elsewhere }
}

/** sudo passes over names with a dot or a tilde at the end, as packages and editors leave them. */
const isRead = (file: string): boolean => /^\/etc\/sudoers\.d\/[^/.]*[^/.~]$/.test(file)

/** A backslash at the end joins the next line; one that is escaped, or stands in a comment, does not. */
function joinLines(lines: readonly FileLine[]): FileLine[] {
  const out: FileLine[] = []
  let open: FileLine | undefined
  for (const line of lines) {
    const follows: FileLine | undefined = open?.file === line.file ? open : undefined
    const text: string = follows ? `${follows.text} ${line.text.trimStart()}` : line.text
    const start: FileLine = follows ? { ...follows, text } : line
    const goesOn = /(?:^|[^\\])(?:\\\\)*\\$/.test(withoutComment(line.text)) && !/^\s*#(?!-?\d)/.test(line.text)
    if (goesOn) open = { ...start, text: text.slice(0, -1) }
    else {
      out.push(start)
      open = undefined
    }
  }
  return open ? [...out, open] : out
}

/** `#` begins a comment, but for `#include`, `#1000` (a uid) and `\#`. */
const withoutComment = (text: string): string => text.replace(/(^|[^\\])#(?!include(?:dir)?\s|-?\d).*$/, '$1')
