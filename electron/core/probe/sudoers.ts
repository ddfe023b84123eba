import { displayOf } from './build-script.ts'
import type { PrivilegedCommand, SectionSpec } from './section.ts'

/**
 * Sudoers text of exact commands, after sudoers(5): every argument must match, and nothing is a wildcard because `*?[]!` and `\` are escaped,
 * as are `,` `:` and `=`, which end a word there, `#`, which could begin a comment, and blanks. `""` as the only argument means none is allowed.
 * Arguments are matched joined by single blanks, so an escaped blank inside an argument is not told from the blank between two; the argument
 * words are still exactly these.
 */
const escapeWord = (word: string): string => {
  if (/[\n\r\0]/.test(word)) throw new RangeError('a sudoers command cannot hold a line break')
  // Since 1.9.10 an argument list that begins with ^ and ends with $ is a regular expression.
  return word.replace(/[\\,:=*?[\]!#"'\s^$()]/g, '\\$&')
}

/** One command for one program path, e.g. `/usr/bin/ss -Htulnp`. */
export function sudoersCommand(path: string, args: readonly string[]): string {
  return args.length === 0 ? `${escapeWord(path)} ""` : [path, ...args].map(escapeWord).join(' ')
}

/** `DOMAIN\user` and blanks are escaped the same way; a name that begins with `%`, `+` or `#` would mean something else there. */
const escapeUser = (user: string): string => {
  if (!/^[A-Za-z_]/.test(user)) throw new RangeError('not an account name')
  return user.replace(/[\\,:=!@()"\s]/g, '\\$&')
}

/** Only absolute paths: sudo must never search for the program. */
function paths(command: PrivilegedCommand): readonly string[] {
  const absolute = [command.argv[0], ...(command.alternatives ?? [])].filter((path) => path.startsWith('/'))
  if (absolute.length === 0) throw new RangeError(`${command.argv[0]}: a command for sudo needs an absolute path`)
  return [...new Set(absolute)]
}

/** The exact line that allows one command in all its homes. Empty words in the arguments cannot be expressed and give an error. */
export function sudoersLineFor(user: string, command: PrivilegedCommand): string {
  const [, ...args] = command.argv
  return `${escapeUser(user)} ALL=(root) NOPASSWD: ${paths(command)
    .map((path) => sudoersCommand(path, args))
    .join(', ')}`
}

/** What a section runs as root. */
export function privilegedCommands(section: SectionSpec): readonly PrivilegedCommand[] {
  if (section.kind === 'script') return section.privileged
  if (section.privilege === 'none') return []
  return [section.alternatives ? { argv: section.argv, alternatives: section.alternatives } : { argv: section.argv }]
}

/**
 * A complete read-only drop-in for `/etc/sudoers.d`: exact commands, no wildcards, sorted, so that two runs give the same text.
 * `gatehouse sudoers` and the settings screen show it; it passes `visudo -c`.
 */
export function sudoersFor(user: string, sections: readonly SectionSpec[]): string {
  const rules = new Map<string, string[]>()
  for (const section of sections) {
    for (const command of privilegedCommands(section)) {
      const line = sudoersLineFor(user, command)
      rules.set(line, [...(rules.get(line) ?? []), section.id])
    }
  }
  const body = [...rules].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([line, ids]) => [`# ${[...new Set(ids)].sort().join(', ')}`, line])
  return [
    '# Gatehouse: read-only audit account. Exact commands, nothing else; no wildcard, no editor, no pager.',
    '# Install: visudo -c -f gatehouse-audit && install -m 0440 -o root -g root gatehouse-audit /etc/sudoers.d/gatehouse-audit',
    ...(body.length > 0 ? [`Defaults:${escapeUser(user)} !requiretty`] : []),
    ...body,
    '',
  ].join('\n')
}

/** For people, when sudo refused: what could not run. */
export const deniedDisplay = (section: SectionSpec): string => `sudo ${displayOf(section)}`
