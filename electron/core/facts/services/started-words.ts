import type { Unit } from '../units/units.ts'
import { unreadVariable } from './flags.ts'

/** Words of ExecStart= as systemd hands them on. */
export interface StartedWords {
  readonly words: readonly string[]
  /** `$NAME` on its own, which may stand for any flags, and was not read. */
  readonly unread?: string | undefined
}

/**
 * systemd.service(5), Command lines: `${NAME}` is a part of one word, `$NAME` on its own gives as many words as its value has, `$$` is a `$`; the program is taken as it
 * stands. None of it is done where the command begins with `:`. What was not read, or may be laid over by what was not, stays as it is written: only some variables are
 * recorded, so none that is missing is taken for empty.
 */
export function startedWords({ execStart, environment, environmentComplete, properties }: Unit): StartedWords {
  if (/ flags=(?:[a-z-]+ )*no-env-expand /.test(properties.ExecStartEx ?? '')) return { words: execStart }
  const told = (name: string): string | undefined => (environmentComplete ? environment[name] : undefined)
  const [program, ...rest] = execStart
  const words = rest.flatMap((word) => {
    const name = /^\$([A-Za-z_]\w*)$/.exec(word)?.[1]
    if (name !== undefined) return wordsOf(told(name)) ?? [word]
    return [word.replace(/\$(?:\$|\{([A-Za-z_]\w*)\})/g, (whole, inner?: string) => (inner === undefined ? '$' : (told(inner) ?? whole)))]
  })
  return { words: program === undefined ? [] : [program, ...words], unread: unreadVariable(words) }
}

/** Split at blanks, but within quotes, which are taken away (replace_env_argv() of systemd, EXTRACT_UNQUOTE). */
const wordsOf = (value: string | undefined): readonly string[] | undefined =>
  value === undefined
    ? undefined
    : [...value.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"']|["'])+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))

/** Of the words that say where it listens, one that was not read. */
export const unreadPlace = (words: readonly string[]): string | undefined =>
  words.find(
    (word, at) => word.includes('${') && /^--(?:host|port|address)(?:=|$)/.test(word.startsWith('-') ? word : (words[at - 1] ?? '')),
  )
