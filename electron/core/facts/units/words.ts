import type { UnitCommand } from './units.ts'

/**
 * Splits a list property as `systemctl show` prints it. Words that need it stand in double quotes, with `\` before `"`, `\`, `$` and
 * a backquote, and C escapes for control characters (shell_maybe_quote(), in systemctl of systemd 247 and 257); `$'…'` is its POSIX form.
 * systemd 239 prints words as they are, and those with blanks as `[unprintable]` (see `parse.ts`).
 */
export function splitQuoted(text: string): readonly string[] {
  const words: string[] = []
  const word = /\s*(?:\$'((?:\\[\s\S]|[^'\\])*)'|"((?:\\[\s\S]|[^"\\])*)"|(\S+))/y
  for (let match = word.exec(text); match; match = word.exec(text)) words.push(match[3] ?? unescapeC(match[1] ?? match[2] ?? ''))
  return words
}

/** `-/var/cache/vllm` and `+/srv` carry prefixes, `/a:/b:rbind` of BindPaths= a target; what is written to is the source on the host. */
export const pathOf = (word: string): string => (word.replace(/^[-+]+/, '').split(':')[0] ?? '').replace(/(?<=.)\/+$/, '')

const CONTROL: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v' }

const unescapeC = (text: string): string =>
  text.replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|([\s\S]))/g, (_, hex?: string, octal?: string, other?: string) => {
    if (hex) return String.fromCharCode(Number.parseInt(hex, 16))
    if (octal) return String.fromCharCode(Number.parseInt(octal, 8))
    return CONTROL[other ?? ''] ?? other ?? ''
  })

/** Value in an EnvironmentFile=: quotes of a shell assignment removed (systemd.exec(5), EnvironmentFile=). */
export function readAssignedValue(text: string): string {
  let value = ''
  const part = /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])|([^'"\\]+)|(['"\\])/y
  for (let match = part.exec(text.trimEnd()); match; match = part.exec(text.trimEnd())) {
    const [, single, double, escaped, bare, stray] = match
    value += single ?? double?.replace(/\\(["\\`$])/g, '$1') ?? escaped ?? bare ?? stray ?? ''
  }
  return value
}

/**
 * Words of the first `{ path=… ; argv[]=… ; ignore_errors=… }` of ExecStart=. systemctl joins the words by blanks without quoting.
 * `more` is what ExecStartEx= says of the same. The word list may itself hold ` ; `, so it ends at the field that follows it.
 */
export function readExecStart(text: string, more = ''): readonly string[] {
  const joined = /argv\[\]=([\s\S]*?) ; (?:ignore_errors|flags)=/.exec(text)?.[1] ?? ''
  const words = joined.split(' ').filter((word) => word !== '')
  // With `|` in front systemd hands all of it to a shell (258 and newer), and prints it without -c.
  return / flags=(?:[a-z-]+ )*via-shell /.test(more) ? [...words.slice(0, 1), '-c', ...words.slice(1)] : words
}

/** Where systemd looks for a program without a folder, without ExecSearchPath= (DEFAULT_PATH; before 250 it prints the whole path). */
export const DEFAULT_SEARCH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'] as const

/** `{ path=/bin/sh ; argv[]=/bin/sh -c … ; flags=privileged ; start_time=… }` of ExecStartPreEx= and the like. */
export function readCommand(setting: string, text: string): UnitCommand | undefined {
  const [, program, joined = '', flags = ''] = /^\{ path=(\S.*?) ; argv\[\]=([\s\S]*?) ; flags=([a-z -]*) ;/.exec(text) ?? []
  if (program === undefined) return undefined
  const flagged = new Set(flags.split(' '))
  const words = joined.split(' ').slice(1)
  return {
    ...{
      setting,
      program,
      scripts: setting === 'ExecStart' ? [] : scriptsOf(program, flagged.has('via-shell') ? ['-c', ...words] : words),
    },
    asRoot: flagged.has('privileged') || flagged.has('no-setuid'),
    optional: flagged.has('ignore-failure'),
  }
}

const INTERPRETER = /\/(?:(?:ba|da|z|k|a)?sh|python[\d.]*|perl|env)$/

/** By whole path, where a shell would look for a command (`sh -c 'cd /tmp; /srv/a x && /srv/b'`), or as what an interpreter is to run. */
function scriptsOf(program: string, words: readonly string[]): readonly string[] {
  if (!INTERPRETER.test(program)) return []
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word))
  const commands =
    at < 0
      ? [words.filter((word) => !word.startsWith('-')).join(' ')]
      : words
          .slice(at + 1)
          .join(' ')
          .split(/[;&|\n]+|\b(?:then|do|else)\b/)
  return commands.flatMap((command) => {
    const [first = ''] = command
      .trim()
      .replace(/^(?:(?:exec|nohup|nice|if|while|!|env|\w+=\S*|\S*\/(?:env|(?:ba|da)?sh|python[\d.]*))\s+)+/, '')
      .split(/\s/)
    const path = first.replace(/["']/g, '')
    return /^\/[^$*?`]+$/.test(path) ? [path] : []
  })
}
