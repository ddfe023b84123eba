import { helpText } from './texts.ts'

/** Lines that name commands, and what is said of them. */
interface Entry {
  readonly heads: string[]
  readonly lines: string[]
}

const HEAD = /^ {2}gatehouse (\S.*)$/

function entries(): readonly Entry[] {
  const all: Entry[] = []
  for (const line of helpText.split('\n').slice(1)) {
    const head = HEAD.exec(line)?.[1]
    const last = all.at(-1)
    // What stands one below the other is said of together.
    const goesOn = last?.lines.every((before) => HEAD.test(before) || /^ {10}/.test(before)) === true
    if (head !== undefined && !goesOn) all.push({ heads: [head], lines: [line] })
    else if (head !== undefined) last?.heads.push(head)
    if (last !== undefined && (head === undefined || goesOn) && /^ {2}/.test(line)) last.lines.push(line)
  }
  return all
}

const begins = ({ heads }: Entry, ...words: readonly string[]): boolean =>
  heads.some((head) => {
    const [name, sub = ''] = head.split(/[\s[]+/)
    return name === words[0] && (words[1] === undefined || sub.split('|').includes(words[1]))
  })

/** What the help says of one command, of one of its parts where such is named; undefined of a command that there is not. */
export function helpOf(name: string, part?: string): string | undefined {
  const of = entries().filter((entry) => begins(entry, name))
  const closer = part === undefined ? [] : of.filter((entry) => begins(entry, name, part))
  const chosen = closer.length > 0 ? closer : of
  return chosen.length === 0 ? undefined : `${chosen.map(({ lines }) => lines.join('\n')).join('\n')}\n`
}
