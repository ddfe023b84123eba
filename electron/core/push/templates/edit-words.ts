import { visible } from '#shared/words.ts'
import type { Edit } from './host-file.ts'

/** What an edit does to a file, as lines of a difference: for people. `lines`: the first field of each line that changes. */
export const editWords = ({ rule, names }: Edit, lines: readonly string[]): string[] =>
  lines.length === 0
    ? []
    : [
        ...lines.flatMap((line) => words[rule](visible(line), names)),
        ' (every other line stays as it is, and none of them leaves the host)',
      ]

const words: Readonly<Record<Edit['rule'], (line: string, names: readonly string[]) => string[]>> = {
  close: (line) => [`-${line}: as it is`, `+${line}: its password locked, the account expired since 1970-01-02`],
  'leave-groups': (line, names) => [`-${line}: its members as they are`, `+${line}: its members without ${names.join(', ')}`],
  omit: (line) => [`-${line}: its line`],
  add: (_, lines) => lines.map((line) => `+${line}`),
}
